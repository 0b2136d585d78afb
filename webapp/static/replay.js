// An island: the first simulated cases move over the diagram as tokens; badges say how many wait and how many are worked on.
// In: data-replay on the diagram: [case, element, ready, started, ended] in seconds. The slider is the clock.
// Out: expedito:counts, and expedito:tokens with [case, from, to, part of the way, is waiting].
// Who asked the system for less motion gets steps instead of a run, decides each of them, and no token is on its way.
(() => {
  "use strict";
  const place = document.querySelector("[data-replay]");
  const bar = document.querySelector("[data-replay-bar]");
  if (!place || !bar) return;
  const steps = JSON.parse(place.dataset.replay);
  const [button, slider, output] = [bar.querySelector("button"), bar.querySelector("input"), bar.querySelector("output")];
  const first = Math.min(...steps.map((step) => step[2]));
  const last = Math.max(...steps.map((step) => step[4]));
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const hop = calm ? 0 : (last - first) * 0.012; // how long a token is seen between two elements
  const cases = new Map();
  for (const step of [...steps].sort((one, other) => one[2] - other[2])) {
    if (!cases.has(step[0])) cases.set(step[0], []);
    cases.get(step[0]).push(step);
  }
  const tokens = (now) => {
    const found = [];
    for (const [number, path] of cases) {
      path.forEach(([, id, ready, started, ended], place) => {
        if (now < ready || now >= ended) return;
        const before = path.slice(0, place).reverse().find((step) => step[4] <= ready + 1);
        const part = hop && before ? Math.min(1, (now - ready) / Math.min(hop, (ended - ready) || 1)) : 1;
        found.push([number, before ? before[1] : id, id, part, now < started]);
      });
    }
    return found;
  };
  const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((_, day) =>
    new Date(Date.UTC(2024, 0, 1 + day)).toLocaleDateString(document.documentElement.lang, { weekday: "long", timeZone: "UTC" }));
  const show = () => {
    const now = first + (last - first) * slider.value / slider.max;
    const counts = {};
    for (const [, id, ready, started, ended] of steps) {
      if (now < ready || now >= ended) continue;
      const count = counts[id] = counts[id] || [0, 0];
      count[now < started ? 0 : 1] += 1;
    }
    place.dispatchEvent(new CustomEvent("expedito:counts", { detail: counts }));
    place.dispatchEvent(new CustomEvent("expedito:tokens", { detail: tokens(now) }));
    const past = Math.floor(now / 86400) - Math.floor(first / 86400) + 1, day = days[Math.floor(now / 86400) % 7];
    output.textContent = `${output.dataset.day.replace("{day}", past)}, ${day} ${String(Math.floor(now / 3600) % 24).padStart(2, "0")}:00`;
  };
  let timer = 0;
  const words = [button.textContent, button.dataset.pause];
  const stop = () => { clearInterval(timer); timer = 0; button.textContent = words[0]; };
  const move = (by) => {
    slider.value = Number(slider.value) + by;
    if (Number(slider.value) >= Number(slider.max)) stop();
    show();
  };
  button.addEventListener("click", () => {
    if (Number(slider.value) >= Number(slider.max)) slider.value = 0;
    if (calm) return move(25);
    if (timer) return stop();
    button.textContent = words[1];
    timer = setInterval(() => move(2), 60);
  });
  slider.addEventListener("input", () => { stop(); show(); });
  bar.hidden = false;
  show();
})();
