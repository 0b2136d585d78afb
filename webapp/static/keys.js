// Keys for everything a reviewer does; the list is under “?”. Never while typing.
(() => {
  "use strict";
  const rows = () => [...document.querySelectorAll(".worklist li")];
  const row = () => document.activeElement?.closest?.(".worklist li") || document.querySelector(".worklist li:has([aria-current=true])");
  const typing = (target) => target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const press = (key) => { const found = document.querySelector(`[data-key="${key}"]`); if (found) found.click(); return !!found; };
  const token = () => document.querySelector("input[name=csrf_token]")?.value;
  // From the list a task is claimed and released by its own address, as its page does.
  const send = (deed) => {
    const link = row()?.querySelector("a[data-preview]");
    if (!link) return false;
    const form = document.createElement("form");
    form.method = "post"; form.action = `${link.getAttribute("href")}/${deed}`; form.hidden = true;
    const field = document.createElement("input");
    field.name = "csrf_token"; field.value = token();
    form.append(field); document.body.append(form); form.submit();
    return true;
  };
  // Who speaks to the computer, or strikes keys by accident, turns keys of a single letter off (WCAG 2.1.4).
  const root = document.documentElement;
  const kept = () => { try { return localStorage.getItem("keys"); } catch { return null; } };
  if (kept() === "off") root.dataset.keys = "off";
  const isOn = document.getElementById("keys-on");
  if (isOn) {
    isOn.checked = root.dataset.keys !== "off";
    isOn.addEventListener("change", () => {
      root.dataset.keys = isOn.checked ? "on" : "off";
      try { localStorage.setItem("keys", root.dataset.keys); } catch { /* for this page only */ }
    });
  }
  document.querySelectorAll("[data-opens=keys]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => document.getElementById("keys").showModal());
  });
  let gone = 0; // when “g” was pressed
  const places = { i: "/inbox", c: "/cases", n: "/desk/notifications" };
  const deeds = {
    "?": () => document.getElementById("keys")?.showModal(),
    x: () => row()?.querySelector("input[name=tasks]")?.click(),
    c: () => press("c") || send("claim"),
    r: () => press("r") || send("release"),
    n: () => press("n"),
    u: () => press("u"),
    f: () => document.querySelector(".filters select, .filters input:not([type=hidden])")?.focus(),
    b: () => document.querySelector(".bulk button")?.focus(),
    g: () => { gone = Date.now(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const button = event.target.closest?.("form")?.querySelector("button.primary");
      if (button) { event.preventDefault(); button.click(); }
      return;
    }
    if (root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (Date.now() - gone < 1200 && places[event.key]) { gone = 0; event.preventDefault(); location.href = places[event.key]; return; }
    const deed = deeds[event.key];
    if (deed) { event.preventDefault(); deed(); }
  });

  // After a swap the attention stays where it was: on the same task, else on the one in its place.
  let held = null;
  let chosen = []; // and what was chosen for a bulk action stays chosen
  document.addEventListener("htmx:before:swap", () => {
    chosen = [...document.querySelectorAll(".worklist input[name=tasks]:checked")].map((box) => box.value);
    const active = document.activeElement;
    const at = rows().indexOf(active?.closest?.(".worklist li"));
    held = at < 0 ? (active?.id ? { id: active.id } : null) : { id: active.id, at };
  });
  document.addEventListener("htmx:after:swap", () => {
    document.querySelectorAll(".worklist input[name=tasks]").forEach((box) => { if (chosen.includes(box.value)) box.checked = true; });
    if (!held || document.activeElement !== document.body) return;
    const same = held.id && document.getElementById(held.id);
    const near = held.at === undefined ? null : rows()[Math.min(held.at, rows().length - 1)]?.querySelector("a");
    (same || near)?.focus({ preventScroll: true });
  });
})();
