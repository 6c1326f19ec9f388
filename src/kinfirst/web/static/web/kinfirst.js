// Keys, and the place of the reader. Every page works without this file.
(() => {
  "use strict";
  const $ = (selector) => document.querySelector(selector);
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  let leading = false;

  const rows = () => [...document.querySelectorAll("[data-row] a.row-link")];
  const step = (by) => {
    const links = rows();
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
    links[next].focus();
  };
  const go = (key) => {
    const link = $(`a[data-key="${CSS.escape(key)}"], button[data-key="${CSS.escape(key)}"]`);
    if (link) link.click();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (leading) {
      leading = false;
      go(event.key);
      return;
    }
    const actions = {
      g: () => { leading = true; setTimeout(() => { leading = false; }, 1500); },
      j: () => step(1),
      k: () => step(-1),
      "/": () => { const search = $("[data-search]"); if (search) { event.preventDefault(); search.focus(); } },
      "?": () => { const keys = $("#keys"); if (keys && !keys.open) keys.showModal(); },
    };
    if (event.key in actions) actions[event.key]();
  });

  // A refusal is read first: by eye, and by whoever cannot see.
  const first = $("[data-focus]");
  if (first) first.focus();

  // A form is sent once: a second press does nothing until the page has answered.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });

  // What a part of the page replaces must not take the reader's place away, nor what they had opened.
  const keep = { open: [], focus: null };
  document.addEventListener("htmx:beforeSwap", () => {
    keep.open = [...document.querySelectorAll("#live details[open] > summary")].map((one) => one.textContent.trim().split("\n")[0]);
    keep.focus = document.activeElement && document.activeElement.getAttribute("href");
  });
  document.addEventListener("htmx:afterSwap", () => {
    document.querySelectorAll("#live details > summary").forEach((one) => {
      if (keep.open.includes(one.textContent.trim().split("\n")[0])) one.parentElement.open = true;
    });
    if (keep.focus && document.activeElement === document.body) {
      const again = [...document.querySelectorAll("a[href]")].find((one) => one.getAttribute("href") === keep.focus);
      if (again) again.focus({ preventScroll: true });
    }
  });
})();
