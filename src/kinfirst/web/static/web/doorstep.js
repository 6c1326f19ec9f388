// The notifier's page on a telephone: kept taps, what is taken along, covering the screen. Everything but that works
// without this file, as plain forms.
(() => {
  "use strict";
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const said = $("#said").dataset, blank = $("#blank"), brief = $("#brief");
  const away = document.body.classList.contains("doorstep-away");
  const [, , inCase = "", place = ""] = location.pathname.split("/").map(decodeURIComponent);
  const where = { case: inCase, place }, id = `${inCase}/${place}`;
  const here = inCase !== "" && place !== "";
  const IDLE = 60000;

  // ---- Covering: nothing readable in the app switcher, nothing left open on a table.
  let locked = away && here, quiet = 0;
  const cover = () => { blank.hidden = false; $$("body > main, body > header, body > footer").forEach((one) => { one.inert = true; }); };
  const uncover = () => { blank.hidden = true; $$("[inert]").forEach((one) => { one.inert = false; }); stir(); };
  const show = async () => {
    const kept = Kept.possible && here ? await Kept.visit(id) : undefined;
    if (!kept || (brief && brief.childElementCount && !kept.asks && !locked)) { uncover(); return; }
    $("[data-uncover]").hidden = true;
    $("[data-unlock]").hidden = false;
    $("#unlock-code").focus();
  };
  const hide = () => {
    if (!brief && !away) return;
    $("[data-uncover]").hidden = false;
    $("[data-unlock]").hidden = true;
    cover();
  };
  const stir = () => { clearTimeout(quiet); quiet = setTimeout(() => { lock(); hide(); }, IDLE); };
  // With a code on this phone the page itself is emptied, so that nothing is behind the cover.
  let keptUntil = 0;
  const lock = () => {
    if (!brief || Date.now() >= keptUntil) return;
    brief.replaceChildren();
    locked = true;
  };
  let last = 0, pressing = 0;
  const header = $(".doorstep-head");
  if (header) {
    header.addEventListener("pointerup", (event) => {
      if (event.target.closest("button, a")) return;
      if (event.timeStamp - last < 400) { lock(); hide(); }
      last = event.timeStamp;
    });
    document.addEventListener("pointerdown", (event) => {
      if (event.target.closest("button, a, input, summary, .blank")) return;
      pressing = setTimeout(() => { lock(); hide(); }, 900);
    });
    ["pointerup", "pointercancel", "pointermove", "scroll"].forEach((name) => document.addEventListener(name, () => clearTimeout(pressing), { passive: true }));
  }
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") { lock(); hide(); } });
  addEventListener("pagehide", hide);
  $("[data-uncover]").addEventListener("click", show);
  $$("[data-cover]").forEach((one) => { one.hidden = false; one.addEventListener("click", () => { lock(); hide(); }); });
  ["pointerdown", "keydown"].forEach((name) => document.addEventListener(name, stir, { passive: true }));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && (brief || away) && blank.hidden) { lock(); hide(); } });
  stir();
  if (!Kept.possible) return;

  // ---- Taking a visit along, and opening it again.
  $("[data-unlock]").addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const field = $("#unlock-code"), error = $("[data-unlock-error]");
    const { page, left } = await Kept.unlock(id, field.value);
    field.value = "";
    if (page === null) { error.textContent = left ? `${said.wrong} ${left}` : said.wiped; if (!left) { locked = false; keptUntil = 0; setTimeout(uncover, 2500); } return; }
    error.textContent = "";
    // Our own page, as it was rendered and sealed here: the policy of the page forbids any script in it.
    if (brief) brief.innerHTML = page;
    locked = false;
    uncover();
  });
  const take = $("[data-take]");
  if (take && brief) {
    take.hidden = false;
    take.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const field = $("#take-code"), error = $("[data-take-error]");
      if (!/^\d{6,}$/.test(field.value)) { error.textContent = said.short; field.focus(); return; }
      const until = await Kept.takeAlong(id, { alias: brief.dataset.alias, who: brief.dataset.who }, field.value, brief.innerHTML);
      keptUntil = until;
      field.value = "";
      const done = document.createElement("p");
      done.className = "done";
      done.setAttribute("role", "status");
      done.textContent = `${said.taken} ${clock(until)}`;
      take.replaceChildren(done);
    });
  }

  // ---- Taps.
  const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  const list = $("[data-kept-here]");
  const draw = async () => {
    const taps = (await Kept.taps()).filter((one) => !here || (one.case === inCase && one.place === place)).sort((a, b) => b.at - a.at);
    const target = list && $(".taps", list);
    if (target) {
      $$("[data-local]", target).forEach((one) => one.remove());
      taps.filter((one) => !$(`[data-tap-key="${one.key}"]`, target)).reverse().forEach((one) => target.prepend(line(one)));
      list.hidden = !target.childElementCount;
    }
    tell(await waiting());
  };
  const line = (one) => {
    const row = document.createElement("li"), time = document.createElement("span"), what = document.createElement("b"), state = document.createElement("span");
    row.className = `tap tap-${one.state}`;
    row.dataset.local = one.key;
    time.className = "when"; time.textContent = clock(one.at);
    what.textContent = said[one.what] || one.what;
    state.className = "note"; state.textContent = one.state === "waiting" ? said.kept : said[one.state];
    row.append(time, " ", what, " ", state);
    if (one.believed === false && one.state !== "waiting" && Date.now() - one.at > 60000) { const note = document.createElement("p"); note.className = "note"; note.textContent = said.unbelieved; row.append(note); }
    (one.reasons || []).forEach((reason) => {
      const why = document.createElement("p"), rule = document.createElement("span");
      rule.className = "rule"; rule.textContent = reason.rule;
      why.append(rule, " ", reason.text);
      row.append(why);
    });
    return row;
  };
  let offline = false, signedOut = false;
  const tell = (left) => {
    const network = $("#network");
    network.hidden = !(offline || signedOut || left);
    network.textContent = signedOut ? "" : offline ? said.nonet : left ? `${said.unsent} ${left}` : "";
    if (signedOut) {
      const way = document.createElement("a");
      way.href = location.href;
      way.textContent = said.signin;
      network.append(way);
    }
  };

  // Signed out, or locked after idle (401): what was tapped stays here until its own holder is back.
  const read = async (answer) => {
    signedOut = answer.redirected || answer.status === 401;
    if (signedOut || !answer.ok) throw new Error(`answer ${answer.status}`);
    return answer.json();
  };
  const ready = async () => read(await fetch(said.ready, { credentials: "same-origin", headers: { Accept: "application/json" } }));
  const post = async (address, body, type) => {
    const { token } = await ready();
    return read(await fetch(address, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": token, "Content-Type": type }, body }));
  };
  const register = async (key) => (await post(said.key, new URLSearchParams({ public: key }), "application/x-www-form-urlencoded")).key;
  const parcel = async (body) => (await post(said.parcel, body, "application/json")).came;

  // Said once the frame is in the worker's cache and the key is known: from here on it works without network.
  const prepared = async () => {
    const mark = $("[data-prepared]");
    for (let tries = 0; mark && tries < 40; tries += 1) {
      if (await caches.match("/doorstep/away")) { mark.hidden = false; return; }
      await new Promise((done) => { setTimeout(done, 100); });
    }
  };

  const waiting = async () => (await Kept.taps()).filter((one) => one.state === "waiting").length;
  // Sends what waits. What is tapped while it sends goes with the next round of the same call: none is left behind.
  let sending = false, more = false;
  const flush = async () => {
    more = true;
    if (sending) return;
    sending = true;
    let sent = false;
    try {
      while (more) {
        more = false;
        const { who } = await ready();
        if (await waiting()) { await Kept.send(parcel, who); sent = true; }
      }
      offline = false;
    } catch {
      offline = !signedOut;
    } finally {
      sending = false;
    }
    const refused = (await Kept.taps()).some((one) => one.state === "refused");
    // What stands in the way has changed with what was recorded: the page is made anew where there is network.
    if (sent && !offline && !signedOut && (away || !refused)) { location.reload(); return; }
    await draw();
  };
  const prepare = async () => {
    try {
      const { who } = await ready();
      await Kept.ensureKey(register, who);
      await prepared();
    } catch { /* Without network there is nothing to prepare; flush says so. */ }
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-tap]") || !here) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    const given = new FormData(form, event.submitter), more = {};
    ["result", "channel", "source"].forEach((name) => { if (given.has(name)) more[name] = given.get(name); });
    ["understood", "right"].forEach((name) => { if (given.has(name)) more[name] = given.get(name) === "yes"; });
    await Kept.tap(given.get("what"), where, more);
    form.closest("details")?.removeAttribute("open");
    delete form.dataset.busy;
    await draw();
    (list || document.body).scrollIntoView({ block: "nearest" });
    await flush();
  }, true);
  addEventListener("online", flush);
  setInterval(async () => { if (offline || signedOut || await waiting()) flush(); }, 15000);

  // ---- Without network: what is on this phone.
  const alone = async () => {
    if (here) {
      const kept = await Kept.visit(id);
      $("[data-away-buttons]").hidden = false;
      if (kept) { $("[data-away-title]").textContent = `${kept.who} ${kept.alias}`; hide(); await show(); }
      else { $("[data-away-none]").hidden = false; locked = false; }
    } else {
      const nav = $("[data-away-list]");
      (await Kept.visits()).forEach((one) => {
        const link = document.createElement("a");
        link.href = `/doorstep/${one.id.split("/").map(encodeURIComponent).join("/")}/`;
        link.className = "tap-button";
        link.textContent = `${one.who} ${one.alias}`;
        nav.append(link);
      });
      nav.hidden = !nav.childElementCount;
      // Whose visit a tap would belong to is not known here.
      $$("[data-tap], .reach").forEach((one) => { one.hidden = true; });
    }
  };
  (async () => {
    if ("serviceWorker" in navigator && !away) {
      try {
        await navigator.serviceWorker.register(said.worker, { scope: "/" });
        (await navigator.serviceWorker.ready).active.postMessage("fill");
      } catch { /* Without a worker the page works as long as it is open. */ }
    }
    await Kept.tidy();
    if (here) keptUntil = (await Kept.visit(id))?.until ?? 0;
    if (away) await alone();
    await flush();
    if (!away) await prepare();
  })();
})();
