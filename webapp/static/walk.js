// An island: steps of a walk are shown on the diagram without asking the server again; the address follows.
(() => {
  "use strict";
  const place = document.querySelector("[data-walk]");
  if (!place) return;
  const walk = JSON.parse(place.dataset.walk);
  const steps = [...document.querySelectorAll("[data-step]")];
  const go = (at) => {
    const step = steps[at];
    if (!step) return;
    steps.forEach((one) => one.removeAttribute("aria-current"));
    step.setAttribute("aria-current", "step");
    step.scrollIntoView({ block: "nearest" });
    const path = walk.slice(0, Number(step.dataset.step));
    place.dispatchEvent(new CustomEvent("expedito:walk", { detail: { path, here: step.dataset.name } }));
    history.replaceState(history.state, "", step.href);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-step], [data-move]");
    if (!link || place.dataset.state !== "drawn" || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const now = steps.findIndex((one) => one.hasAttribute("aria-current"));
    const at = link.dataset.move ? now + Number(link.dataset.move) : steps.indexOf(link);
    if (!steps[at] && !link.dataset.move) return;
    event.preventDefault();
    go(at);
  });
})();
