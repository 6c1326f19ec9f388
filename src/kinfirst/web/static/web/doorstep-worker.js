// Without network: the frame of the notifier's page, its style and its scripts. Nothing of a case is in this cache;
// what a visit says is kept by the page itself, locked (doorstep-kept.js). Signing out wipes both.
"use strict";
const CACHE = "doorstep-1";
const FRAME = "/doorstep/away";
const PARTS = [FRAME, "/static/web/kinfirst.css", "/static/web/doorstep.css", "/static/web/kinfirst.js", "/static/web/doorstep-kept.js",
  "/static/web/doorstep.js", "/static/web/mark.svg", "/static/django_htmx/htmx-2.min.js"];

const fill = async () => {
  const cache = await caches.open(CACHE);
  await Promise.all(PARTS.map(async (path) => {
    const answer = await fetch(path, { credentials: "same-origin", cache: "no-store" });
    // Signed out, the frame is the page of sign-in: that is not kept.
    if (answer.ok && !answer.redirected) await cache.put(path, answer);
  }));
};

// Everything readable goes; what was tapped and not yet sent stays: it names nobody (doorstep-kept.js).
const wipe = () => Promise.all([
  caches.delete(CACHE),
  new Promise((done) => {
    const asked = indexedDB.open("doorstep", 1);
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = () => done();
    asked.onsuccess = () => {
      const kept = asked.result;
      if (!kept.objectStoreNames.contains("visits")) { kept.close(); done(); return; }
      const change = kept.transaction("visits", "readwrite");
      change.objectStore("visits").clear();
      change.oncomplete = change.onerror = () => { kept.close(); done(); };
    };
  }),
]);

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => { if (event.data === "fill") event.waitUntil(fill()); });
self.addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && pathname === "/accounts/logout/") { event.waitUntil(wipe()); return; }
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && pathname.startsWith("/doorstep/")) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(FRAME)) || Response.error()));
  } else if (PARTS.includes(pathname) && pathname !== FRAME) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(pathname)) || Response.error()));
  }
});
