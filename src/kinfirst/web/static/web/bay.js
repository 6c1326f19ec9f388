// Clocks that run, from the record's time and not from this device's. Without this the times themselves are shown.
(() => {
  "use strict";
  const clock = document.querySelector("#clock");
  if (!clock) return;
  const ahead = Date.parse(clock.dataset.now) - Date.now();
  const minutes = Number(clock.dataset.offset);
  const now = () => Date.now() + ahead;
  const two = (value) => String(Math.floor(value)).padStart(2, "0");
  const local = (at) => new Date(at + minutes * 60000).toISOString();
  const length = (ms) => {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const hours = Math.floor(seconds / 3600);
    return `${hours ? `${hours}:` : ""}${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  };

  const told = document.querySelector("#offset");
  if (told && Math.abs(ahead) > 3000) {
    told.querySelector("b").textContent = `${ahead < 0 ? "+" : "−"}${length(Math.abs(ahead))}`;
    told.hidden = false;
  }

  const tick = () => {
    clock.textContent = local(now()).slice(11, 19);
    document.querySelectorAll("[data-since]").forEach((one) => { one.textContent = length(now() - Date.parse(one.dataset.since)); });
    document.querySelectorAll("[data-until]").forEach((one) => {
      const left = Date.parse(one.dataset.until) - now();
      one.textContent = left > 0 ? length(left) : one.dataset.over;
    });
  };
  tick();
  setInterval(tick, 500);
  document.addEventListener("htmx:afterSwap", tick);

  document.querySelectorAll("[data-read-clock]").forEach((button) => {
    button.parentElement.hidden = false;
    button.addEventListener("click", () => {
      document.getElementById(button.dataset.readClock).value = local(now()).slice(0, 16);
    });
  });
})();
