// Passkeys: what the server asks of the browser, and the browser's answer put into the form. Nothing else.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const asked = (options) => {
    const made = { ...options, challenge: bytes(options.challenge) };
    if (options.user) made.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) made.excludeCredentials = named(options.excludeCredentials);
    if (options.allowCredentials) made.allowCredentials = named(options.allowCredentials);
    return made;
  };
  const answered = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      const part = credential.response[name];
      if (part) response[name] = text(part);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  };
  const given = () => JSON.parse(document.getElementById("passkey-options").textContent);

  const ways = {
    create: async (form) => {
      const options = given().creation_options.publicKey;
      const alone = form.querySelector("[name=passwordless]");
      if (alone) {
        const choice = (options.authenticatorSelection = options.authenticatorSelection || {});
        choice.residentKey = alone.checked ? "required" : "discouraged";
        choice.requireResidentKey = alone.checked;
        if (alone.checked) choice.userVerification = "required";
      }
      return navigator.credentials.create({ publicKey: asked(options) });
    },
    get: async () => navigator.credentials.get({ publicKey: asked(given().request_options.publicKey) }),
    login: async (form) => {
      const found = await fetch(form.action, { headers: { Accept: "application/json" } });
      const options = (await found.json()).request_options;
      return navigator.credentials.get({ publicKey: asked(options.publicKey) });
    },
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.addEventListener("submit", async (event) => {
      const field = form.querySelector("[name=credential]");
      if (field.value) return;
      event.preventDefault();
      event.stopPropagation();
      try {
        field.value = JSON.stringify(answered(await ways[form.dataset.passkey](form)));
        form.submit();
      } catch {
        const problem = document.querySelector("[data-passkey-problem]");
        if (problem) problem.hidden = false;
      }
    });
  });
})();
