// What pages need beyond htmx: the preview beside the inbox, keys, and islands that say when they are ready.
(() => {
  "use strict";
  const wide = matchMedia("(min-width: 75rem)");
  const phone = matchMedia("(max-width: 60rem)");

  // On a phone the filters are folded away: the list comes first.
  const fold = () => document.querySelectorAll("details[data-closed-on-phone]").forEach((d) => { d.open = !phone.matches; });
  fold();
  phone.addEventListener("change", fold);

  // A first click on a task shows it beside the list, a second one opens it; on narrow screens it opens at once.
  const show = (link) => {
    document.querySelectorAll("a[data-preview][aria-current]").forEach((a) => a.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    const address = new URL(location.href);
    address.searchParams.set("task", link.pathname.split("/").pop());
    history.replaceState(history.state, "", address);
    return window.htmx.ajax("GET", link.dataset.preview, { target: "#preview", swap: "innerHTML" });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-preview]");
    if (!link || !wide.matches || !window.htmx || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.getAttribute("aria-current") === "true" && document.querySelector("#preview [data-task]")) return;
    event.preventDefault();
    show(link);
  });
  const restore = () => {
    const link = document.querySelector("a[data-preview][aria-current]");
    if (link && wide.matches && window.htmx && !document.querySelector("#preview [data-task]")) show(link);
  };
  addEventListener("DOMContentLoaded", restore);

  // j and k walk the list, / goes to the search field; never while typing.
  document.addEventListener("keydown", (event) => {
    if (document.documentElement.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) return;
    if (event.key === "/") {
      const search = document.querySelector("#q");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
      return;
    }
    const step = { j: 1, k: -1 }[event.key];
    if (!step) return;
    const rows = [...document.querySelectorAll(".worklist a")];
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement?.closest?.(".worklist li")?.querySelector("a"));
    const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + step))];
    next.focus();
    if (wide.matches && next.dataset.preview && window.htmx) show(next);
  });

  // What is chosen in a row that scrolls is in sight.
  document.querySelectorAll(".tabs, .top nav").forEach((row) => {
    const chosen = row.querySelector("[aria-current]");
    if (chosen && row.scrollWidth > row.clientWidth) row.scrollLeft = chosen.offsetLeft - row.offsetLeft - 24;
  });

  // A file that is too large is told before it is sent; everything else stays as it was typed.
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.dataset?.largest) return;
    input.parentElement.querySelector("[data-told]")?.remove();
    const large = [...input.files].find((file) => file.size > Number(input.dataset.largest));
    if (!large) return;
    const told = Object.assign(document.createElement("p"), { className: "wrong", textContent: input.dataset.tooLarge.replace("{name}", () => large.name) });
    told.dataset.told = "";
    told.setAttribute("role", "alert");
    input.value = "";
    input.after(told);
  });

  // Menus close when the attention goes elsewhere.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((d) => { if (!d.contains(event.target)) d.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((d) => { d.open = false; d.querySelector("summary").focus(); });
  });

  // News are told at once by a stream, which only the page that is looked at listens to; without one the bell still
  // asks once a minute.
  let stream = null;
  const listen = () => {
    const bell = document.getElementById("bell");
    if (stream || document.hidden || !bell?.dataset.stream || !window.EventSource) return;
    stream = new EventSource(bell.dataset.stream);
    stream.addEventListener("bell", (event) => {
      const now = document.getElementById("bell");
      if (now && now.dataset.unread !== event.data) window.htmx?.trigger(now, "news");
    });
  };
  const hush = () => { stream?.close(); stream = null; };
  // who leafs through pages does not open a stream on each
  addEventListener("load", () => setTimeout(listen, 2000));
  addEventListener("pagehide", hush);
  document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));

  // A case field that the list is now filtered by stands above it; its row in the form is free for the next one.
  document.addEventListener("htmx:after:swap", () => {
    const [name, compare, value] = ["fn", "fc", "fv"].map((id) => document.getElementById(id));
    const isAsked = [...document.querySelectorAll("#list input[name=f]")].some((one) => one.value === `${name?.value}~${compare?.value}~${value?.value.trim()}`);
    if (isAsked) name.value = value.value = "";
  });

  // What was refused is read first.
  const attend = () => document.querySelector("[role=alert][autofocus], .refusal[tabindex]")?.focus();
  addEventListener("DOMContentLoaded", attend);
  document.addEventListener("htmx:after:swap", attend);
})();
