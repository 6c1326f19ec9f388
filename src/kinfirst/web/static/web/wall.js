// The wall turns its own pages; what changes is taken in on the page that is shown.
(() => {
  "use strict";
  const TURN = 12000;
  const show = (query) => htmx.ajax("GET", `/wall/${query ? `?${query}` : ""}`, { target: "#wall", swap: "outerHTML" });
  const now = () => document.querySelector("#wall");
  setInterval(() => show(now().dataset.next), TURN);
  document.addEventListener("changed", () => show(now().dataset.same), true);
})();
