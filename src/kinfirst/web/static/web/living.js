// What lives on a page asks again when the house says that something changed. Without this it asks every 20 seconds.
(() => {
  "use strict";
  const alive = () => document.querySelectorAll("[data-living]");
  const stale = document.querySelector("[data-stale]");
  const PATIENCE = 90000;
  let heard = Date.now();

  const changed = () => alive().forEach((one) => one.dispatchEvent(new CustomEvent("changed", { bubbles: false })));
  const address = document.body.dataset.stream || "/board/stream";
  if (window.EventSource) {
    const stream = new EventSource(address);
    stream.addEventListener("changed", changed);
    // Whoever comes back to the page sees what is, not what was.
    window.addEventListener("pagehide", () => stream.close());
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) changed(); });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) heard = Date.now(); });
  // A board that no longer hears anything must say so itself.
  if (stale) setInterval(() => { stale.hidden = Date.now() - heard < PATIENCE; }, 5000);
})();
