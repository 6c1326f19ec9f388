// The station: hears the stream, fills in the beds, draws their strips, sounds the most urgent alarm. Without this file
// the page still lists the beds with their numbers, alarms and buttons.
(() => {
  "use strict";
  const { Strip, Sound } = window.kinfirstParts;
  const root = document.querySelector("#station");
  if (!root) return;
  const $ = (selector, from = root) => from.querySelector(selector);
  const all = (selector, from = root) => [...from.querySelectorAll(selector)];
  const URGENCY = ["high", "medium", "low"];
  const STALE = 2500; // ms without a word from the house: the strips are old
  const DRY = 3000; // ms without a sample of one bed
  const TRY_AGAIN = 2000;
  const STEP = 1; // seconds between two pictures for whoever wants no motion
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const beds = new Map();
  const state = { frames: 0, heard: performance.now(), heardAt: "–", stale: false, ticks: 0, since: 0 };

  // --- beds ---------------------------------------------------------------------------------------------------------
  const adopt = (card) => {
    const strips = all("[data-strip]", card).map((box) => ({
      box, lead: box.dataset.strip, strip: new Strip($("canvas", box)), came: performance.now(), cameAt: "–",
    }));
    beds.set(card.dataset.bed, { card, strips, whole: card.classList.contains("bed-whole"), told: { sound: card.dataset.sounds } });
  };

  const put = (card, name, text) => {
    const place = $(`[data-f="${name}"]`, card);
    if (place && place.textContent !== text) place.textContent = text;
    return place;
  };

  const link = (place, address) => {
    if (address) place.setAttribute("href", address);
    else place.removeAttribute("href");
  };

  const fill = (told) => {
    const known = beds.get(told.bed) || appear(told);
    if (!known) return;
    const { card } = known;
    const calls = told.kind === "alarm" && told.can.includes("acknowledge") && told.alarm !== known.told.alarm;
    ["title", "alias", "alarm", "others", "state", "rate", "pulse", "quiet"].forEach((name) => put(card, name, told[name]));
    const alias = $('[data-f="alias"]', card);
    if (alias) link(alias, told.case_url);
    const waits = told.can.includes("acknowledge") ? "yes" : "";
    Object.assign(card.dataset, { kind: told.kind, lamp: told.lamp, sounds: told.sound, waits });
    all(".acts button", card).forEach((button) => { button.hidden = !told.can.includes(button.value); });
    if (!known.whole) lead(known, told.lead);
    known.strips.forEach((one) => $("canvas", one.box).setAttribute("aria-label", `${told.title}: ${one.lead}`));
    known.told = told;
    if (known.whole) list(told.listed);
    if (calls) $("[data-log]").textContent = `${told.title}: ${told.alarm}`;
  };

  const lead = (known, name) => {
    const [one] = known.strips;
    if (one.lead === name) return;
    one.lead = name;
    put(one.box, "lead", name);
  };

  const list = (said) => {
    const items = said.map((text) => Object.assign(document.createElement("li"), { textContent: text }));
    $("[data-listed]").replaceChildren(...items);
    $("[data-listed-none]").hidden = said.length > 0;
  };

  // A bed that was not there when the page was made takes its place among the others.
  const appear = (told) => {
    const grid = $("[data-beds]");
    if (!grid) return null;
    const card = document.querySelector("#bed-card").content.firstElementChild.cloneNode(true);
    card.dataset.bed = told.bed;
    card.id = `at-${told.bed}`;
    all(".acts button", card).forEach((button) => { button.formAction = `${told.url}act`; });
    $('[data-f="title"]', card).href = told.url;
    const after = all("[data-bed]", grid).find((one) => one.dataset.bed.localeCompare(told.bed, "en", { numeric: true }) > 0);
    grid.insertBefore(card, after || null);
    adopt(card);
    watch.observe($(".strip", card));
    arrange(grid);
    return beds.get(told.bed);
  };

  const arrange = (grid) => {
    const size = [1, 4, 16, 64].find((most) => beds.size <= most) || 64;
    grid.className = `beds beds-${size}`;
    const empty = $("[data-empty]");
    if (empty) empty.hidden = beds.size > 0;
  };

  const vanish = (bed) => {
    const known = beds.get(bed);
    if (!known) return;
    if (known.whole) { location.assign(document.querySelector(".back a").href); return; }
    known.card.remove();
    beds.delete(bed);
    arrange($("[data-beds]"));
  };

  // Who calls, the most urgent first: a bed below the edge of the screen is not out of sight.
  const MOST_CALLS = 6;
  const calls = () => {
    const place = $("[data-calls]");
    const told = [...beds.values()].map((one) => one.told).filter((one) => one.lamp && one.can && one.can.includes("acknowledge"));
    told.sort((one, other) => URGENCY.indexOf(one.lamp) - URGENCY.indexOf(other.lamp));
    place.replaceChildren(...told.slice(0, MOST_CALLS).map((one) => Object.assign(document.createElement("a"), {
      href: `#at-${one.bed}`, textContent: `${one.title}: ${one.alarm}`, className: `call call-${one.lamp}`,
    })));
    if (told.length > MOST_CALLS) place.append(`+${told.length - MOST_CALLS}`);
    place.hidden = told.length === 0 || beds.size < 5;
  };

  // --- sound --------------------------------------------------------------------------------------------------------
  const bar = $("#sound");
  const said = $("[data-sound-said]");
  const turn = $("[data-sound-turn]");
  const saySound = () => {
    const off = !sound.able ? "none" : sound.on && !sound.audible() ? "stopped" : sound.on ? "" : "off";
    bar.dataset.sound = off || "on";
    // Said again only when it is another: it is read aloud each time.
    if (said.textContent !== said.dataset[off || "on"]) said.textContent = said.dataset[off || "on"];
    turn.hidden = !sound.able;
    turn.textContent = off ? turn.dataset.off : turn.dataset.on;
  };
  const sound = new Sound(JSON.parse(document.querySelector("#signals").textContent), saySound);
  turn.addEventListener("click", () => sound.turn(!sound.audible()));
  const urgent = () => URGENCY.find((priority) => [...beds.values()].some((one) => one.told.sound === priority)) || null;
  // A page that hears nothing calls for somebody too, as a bed does from whose monitor nothing comes.
  const LOST = "medium";
  const listen = () => {
    const asked = urgent();
    sound.want(state.stale && state.ticks > 0 && asked !== "high" ? LOST : asked);
    sound.tick();
    bar.dataset.unheard = sound.plays && !sound.audible() ? "yes" : "";
  };

  // --- the stream ---------------------------------------------------------------------------------------------------
  const hear = (at) => {
    state.heard = performance.now();
    state.heardAt = at;
  };

  const signals = (told) => {
    Object.entries(told.s).forEach(([bed, [number, rate, leads]]) => {
      const known = beds.get(bed);
      if (!known) return;
      leads.forEach(([step, text, role], at) => {
        const one = known.strips[at];
        if (!one) return;
        one.strip.role = role;
        if (!one.strip.push(number, rate, step, text)) return;
        one.came = performance.now();
        one.cameAt = state.heardAt;
      });
    });
  };

  let source = null;
  const open = () => {
    source = new EventSource(root.dataset.stream);
    source.addEventListener("beds", (event) => {
      const told = JSON.parse(event.data);
      told.beds.forEach(fill);
      told.gone.forEach(vanish);
      calls();
      listen();
    });
    source.addEventListener("tick", (event) => {
      const told = JSON.parse(event.data);
      hear(told.t);
      state.ticks += 1;
      signals(told);
      // A page nobody looks at is seldom woken by its own clock; the stream wakes it.
      sound.tick();
    });
    // A refusal ends the stream for good as far as the browser is concerned; for us it does not.
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(open, TRY_AGAIN);
    });
  };
  window.addEventListener("pagehide", () => source && source.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });

  const age = () => {
    const now = performance.now();
    state.stale = now - state.heard > STALE;
    root.classList.toggle("is-stale", state.stale);
    const shout = $("[data-stale]");
    const shouts = state.stale && (state.ticks > 0 || beds.size > 0);
    if (shout.hidden === shouts) {
      $("[data-stale-since]").textContent = state.heardAt;
      shout.hidden = !shouts;
    }
    if (state.ticks > 0) $("[data-heard]").textContent = state.heardAt;
    beds.forEach(({ strips }) => strips.forEach((one) => {
      const old = state.stale || now - one.came > DRY;
      const note = $("[data-old]", one.box);
      one.box.classList.toggle("is-old", old);
      if (old) $("time", note).textContent = one.cameAt;
      note.hidden = !old;
    }));
    listen();
    if (!document.hidden) saySound();
  };

  // --- drawing ------------------------------------------------------------------------------------------------------
  let last = performance.now();
  const frame = (now) => {
    const passed = (now - last) / 1000;
    if (!still.matches || passed >= STEP) {
      last = now;
      let drawn = false;
      beds.forEach(({ strips }) => strips.forEach(({ strip }) => { drawn = strip.frame(Math.min(passed, 1.5)) || drawn; }));
      if (drawn) state.frames += 1;
    }
    requestAnimationFrame(frame);
  };

  const watch = new ResizeObserver((seen) => seen.forEach(({ target }) => {
    beds.forEach(({ strips }) => strips.forEach((one) => { if (one.box === target) one.strip.size(); }));
  }));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    beds.forEach(({ strips }) => strips.forEach(({ strip }) => strip.size()));
  });

  // --- what a person does -------------------------------------------------------------------------------------------
  const say = (text, to) => {
    const place = $("[data-said]");
    $("[data-said-text]").textContent = text;
    const more = $("[data-said-link]");
    more.hidden = !to;
    if (to) more.href = to;
    place.hidden = !text;
    if (text) place.focus();
  };

  root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-act], [data-keep]")) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    try {
      const answer = await fetch(event.submitter?.getAttribute("formaction") || form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.status === 401) { location.assign(location.href); return; }
      const told = await answer.json();
      say(told.said, told.to);
      $("[data-said]").classList.toggle("went-well", answer.ok);
      if (answer.ok && form.matches("[data-keep]")) form.elements.key.value = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    } catch {
      say(root.dataset.lost, "");
      $("[data-said]").classList.remove("went-well");
    } finally {
      delete form.dataset.sent;
    }
  });

  // --- for a test, and for whoever asks the page how it does ----------------------------------------------------------
  const inspect = () => ({
    context: sound.context ? sound.context.state : "none",
    on: sound.on,
    plays: sound.plays,
    bursts: sound.bursts,
    pulses: sound.pulses.size,
    level: sound.level(),
    frames: state.frames,
    ticks: state.ticks,
    stale: state.stale,
    beds: beds.size,
    kept: [...beds.values()].map(({ strips }) => strips.map(({ strip }) => strip.ring.length)).flat(),
    drawn: [...beds.values()].map(({ strips }) => strips.map(({ strip }) => strip.drawn)).flat(),
  });
  Object.defineProperty(window, "kinfirstStation", { value: Object.freeze({ inspect }), writable: false });

  all("[data-bed]").forEach(adopt);
  all(".strip").forEach((box) => watch.observe(box));
  saySound();
  open();
  setInterval(age, 250);
  requestAnimationFrame(frame);
})();
