// An island: files chosen or dropped are sent one by one, each with its line of result; without it the form posts all.
(() => {
  "use strict";
  const form = document.querySelector("form[data-upload]");
  if (!form || !window.fetch) return;
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector(".drop");
  const progress = form.querySelector("[data-part=progress]");
  const words = progress.querySelector("[role=status]");
  const bar = progress.querySelector("progress");
  const results = form.querySelector("[data-part=results]");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

  const send = async (files) => {
    if (!files.length || form.hasAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    progress.hidden = results.hidden = false;
    bar.max = files.length;
    const links = [];
    for (const [at, file] of files.entries()) {
      bar.value = at;
      words.textContent = fill(form.dataset.progress, { done: at + 1, all: files.length, file: file.name });
      const body = new FormData();
      body.append("csrf_token", form.elements.csrf_token.value);
      body.append("files", file);
      try {
        const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "island" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const lines = [...page.querySelectorAll(answer.ok ? "li" : ".refusal p")];
        if (!lines.length) throw new Error(String(answer.status));
        for (const line of lines) {
          const entry = line.matches("li") ? document.adoptNode(line) : document.createElement("li");
          if (entry !== line) entry.textContent = line.textContent;
          results.append(entry);
        }
        links.push(...results.lastElementChild.querySelectorAll("a"));
      } catch {
        const entry = document.createElement("li");
        entry.textContent = fill(form.dataset.failed, { file: file.name });
        results.append(entry);
      }
    }
    bar.value = files.length;
    words.textContent = form.dataset.done;
    form.removeAttribute("aria-busy");
    form.reset();
    if (files.length === 1 && links.length === 1) location.assign(links[0].href);
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); send([...input.files]); });
  for (const name of ["dragenter", "dragover"])
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.dataset.over = ""; });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => delete drop.dataset.over);
  drop.addEventListener("drop", (event) => { event.preventDefault(); send([...event.dataTransfer.files]); });
})();
