// An island: the chosen PDF is compared in the browser and never sent; without it, or without https, the form posts.
(() => {
  "use strict";
  const form = document.querySelector("form[data-proof]");
  const verdict = document.getElementById("verdict");
  if (!form || !verdict || !window.crypto?.subtle) return;
  const input = form.querySelector("input[type=file]");

  const compare = async (file) => {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const isSame = hex === form.dataset.proof;
    const words = document.createElement("p");
    words.className = isSame ? "notice" : "refusal";
    words.textContent = isSame ? form.dataset.same : form.dataset.other;
    verdict.replaceChildren(words);
  };

  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    compare(input.files[0]).catch(() => form.submit());
  });
  input.addEventListener("change", () => input.files.length && compare(input.files[0]).catch(() => {}));
})();
