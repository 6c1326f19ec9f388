// What a telephone keeps: taps with their time and signature, and visits taken along, locked with a code.
// Taps name nobody. A visit is AES-GCM under a key from the code (PBKDF2, 600,000 rounds); five wrong codes wipe it.
"use strict";
const Kept = (() => {
  const HOURS = 4, ROUNDS = 600000, TRIES = 5;
  const bytes = new TextEncoder(), text = new TextDecoder();
  const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
  const possible = window.isSecureContext && "indexedDB" in window && Boolean(window.crypto && crypto.subtle);

  let opened = null;
  const open = () => opened || (opened = new Promise((done, fail) => {
    const asked = indexedDB.open("doorstep", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("taps", { keyPath: "key" });
      asked.result.createObjectStore("visits", { keyPath: "id" });
      asked.result.createObjectStore("keys", { keyPath: "who" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  }));
  const within = async (store, mode, act) => {
    const base = await open();
    return new Promise((done, fail) => {
      const change = base.transaction(store, mode), asked = act(change.objectStore(store));
      change.oncomplete = () => done(asked && asked.result);
      change.onerror = change.onabort = () => fail(change.error);
    });
  };
  const get = (store, key) => within(store, "readonly", (one) => one.get(key));
  const all = (store) => within(store, "readonly", (one) => one.getAll());
  const put = (store, value) => within(store, "readwrite", (one) => one.put(value));
  const drop = (store, key) => within(store, "readwrite", (one) => one.delete(key));

  // One tap after the other: two at once must not take the same number.
  let turn = Promise.resolve();
  const inTurn = (act) => { turn = turn.then(act, act); return turn; };

  const sign = async (pair, words) => base64(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, bytes.encode(words)));

  // A key that never leaves this browser, made while there is network; the server learns its public half.
  // It is one person's: on a telephone that two share, the second gets one of their own.
  const ensureKey = async (register, user) => {
    const known = await get("keys", "me");
    if (known && known.user === user && Date.now() - known.made < 20 * 3600 * 1000) return known;
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const id = await register(base64(await crypto.subtle.exportKey("spki", pair.publicKey)));
    const made = { who: "me", user, id, pair, made: Date.now(), n: 0 };
    await put("keys", made);
    return made;
  };

  const key = () => get("keys", "me");

  const tap = (what, where, more) => inTurn(async () => {
    const key = await get("keys", "me");
    const n = key ? key.n + 1 : 0;
    if (key) await put("keys", { ...key, n });
    const one = { n, key: crypto.randomUUID(), what, case: where.case, place: where.place, with: more, at: Date.now() };
    const body = JSON.stringify(one);
    const kept = { key: one.key, by: key ? key.id : "", user: key ? key.user : "", what, case: one.case, place: one.place, at: one.at, n, body, signature: key ? await sign(key.pair, body) : "", state: "waiting" };
    await put("taps", kept);
    return kept;
  });

  // Sends everything of one person that waits, oldest first, a parcel for each key; keeps what the server says of each.
  const send = (post, user) => inTurn(async () => {
    const waiting = (await all("taps")).filter((one) => one.state === "waiting" && (!one.user || one.user === user)).sort((a, b) => a.at - b.at || a.n - b.n);
    const key = await get("keys", "me");
    for (const by of new Set(waiting.map((one) => one.by))) {
      const mine = waiting.filter((one) => one.by === by).slice(0, 50);
      const batch = JSON.stringify({ key: by, sent: Date.now(), taps: mine.map(({ body, signature }) => ({ body, signature })) });
      const signature = key && key.id === by ? await sign(key.pair, batch) : "";
      for (const came of await post(JSON.stringify({ batch, signature }))) {
        const one = mine.find((each) => each.key === came.key);
        if (one) await put("taps", { ...one, body: "", signature: "", state: came.state, reasons: came.reasons, believed: came.believed });
      }
    }
  });

  const lockKey = async (code, salt) => {
    const from = await crypto.subtle.importKey("raw", bytes.encode(code), "PBKDF2", false, ["deriveKey"]);
    return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, from, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  };
  const takeAlong = async (id, about, code, page) => {
    const salt = crypto.getRandomValues(new Uint8Array(16)), iv = crypto.getRandomValues(new Uint8Array(12));
    const cipher = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await lockKey(code, salt), bytes.encode(page));
    const until = Date.now() + HOURS * 3600 * 1000;
    await put("visits", { id, ...about, salt, iv, cipher, until, tries: TRIES });
    return until;
  };
  // The page of a visit; or null, with the tries that are left (0: it is gone).
  const unlock = async (id, code) => {
    const kept = await visit(id);
    if (!kept) return { page: null, left: 0 };
    try {
      const page = text.decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, await lockKey(code, kept.salt), kept.cipher));
      await put("visits", { ...kept, tries: TRIES });
      return { page, left: TRIES };
    } catch {
      const left = kept.tries - 1;
      await (left > 0 ? put("visits", { ...kept, tries: left }) : drop("visits", id));
      return { page: null, left };
    }
  };
  const visit = async (id) => {
    const kept = await get("visits", id);
    if (kept && kept.until < Date.now()) { await drop("visits", id); return undefined; }
    return kept;
  };
  const visits = async () => {
    for (const one of await all("visits")) await visit(one.id);
    return all("visits");
  };
  const forget = (id) => drop("visits", id);
  const taps = () => all("taps");
  const tidy = async () => {
    for (const one of await all("taps")) if (one.state !== "waiting" && one.at < Date.now() - 86400000) await drop("taps", one.key);
  };
  return { possible, ensureKey, key, tap, send, takeAlong, unlock, visit, visits, forget, taps, tidy };
})();
