// A countdown from the record's time. Without this the time left is the one of when the page was made.
(() => {
  "use strict";
  const two = (value) => String(Math.floor(value)).padStart(2, "0");
  const all = [...document.querySelectorAll("[data-until][data-now]")].map((one) => ({
    one, ahead: Date.parse(one.dataset.now) - Date.now(), until: Date.parse(one.dataset.until),
  }));
  const tick = () => all.forEach(({ one, ahead, until }) => {
    const seconds = Math.floor((until - Date.now() - ahead) / 1000);
    one.textContent = seconds <= 0 ? one.dataset.over : `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  });
  if (all.length) { tick(); setInterval(tick, 1000); }
})();
