// An island: a diagram drawn by bpmn-js, with marks where the case is and on the way it took.
// In: data-diagram (address of the file), data-positions (ids), data-path (id → how often).
//     data-marks (id → class), data-words (id → what is written on it); the event expedito:light with {ids} lights elements and brings the first into view.
//     expedito:counts with {id: [waiting, working]} puts badges on elements;
//     expedito:tokens with [case, from, to, part of the way, is waiting] draws each case where it is;
//     expedito:walk with {path, here} marks a way and where it has come to.
// Out: the element's data-state “drawn” or “failed”, and the event expedito:element when an element is chosen.
// Any [data-element] on the page lights that element; [data-route] (ids) the way there as well.
(() => {
  "use strict";
  // Bizagi writes a pool for the page itself into every file, with no step in it, and never shows it.
  const isFrameOfBizagi = ({ businessObject: pool }) => {
    if (pool.$type !== "bpmn:Participant" || pool.processRef?.flowElements?.length) return false;
    const marked = (part) => part.name === "isMainParticipant" || (part.$children || []).some(marked);
    return (pool.extensionElements?.values || []).some(marked);
  };
  const draw = async (place) => {
    const viewer = new window.BpmnJS({ container: place });
    try {
      const answer = await fetch(place.dataset.diagram, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      await viewer.importXML(await answer.text());
    } catch (error) {
      viewer.destroy();
      place.dataset.state = "failed";
      return;
    }
    const canvas = viewer.get("canvas");
    const known = viewer.get("elementRegistry");
    known.filter(isFrameOfBizagi).forEach((pool) => { canvas.getGraphics(pool).style.display = "none"; });
    const mark = (id, name) => { if (known.get(id)) canvas.addMarker(id, name); };
    for (const id of Object.keys(JSON.parse(place.dataset.path || "{}"))) mark(id, "passed");
    for (const [id, name] of Object.entries(JSON.parse(place.dataset.marks || "{}"))) mark(id, name);
    const overlays = viewer.get("overlays");
    for (const [id, words] of Object.entries(JSON.parse(place.dataset.words || "{}"))) {
      if (!known.get(id)) continue;
      const html = document.createElement("span");
      html.className = "figure";
      html.textContent = words;
      overlays.add(id, { position: { bottom: 2, left: 2 }, html });
    }
    const positions = JSON.parse(place.dataset.positions || "[]");
    positions.forEach((id) => mark(id, "here"));
    canvas.zoom("fit-viewport", "auto");
    // On a small screen the whole diagram would be unreadable: show where the case is.
    const here = known.get(positions[0]);
    if (here && canvas.zoom() < 0.55) {
      canvas.zoom(0.75);
      canvas.scrollToElement?.(here, 80);
    }
    let lit = [];
    place.addEventListener("expedito:light", ({ detail }) => {
      lit.forEach((id) => canvas.removeMarker(id, "lit"));
      lit = detail.ids.filter((id) => known.get(id));
      lit.forEach((id) => canvas.addMarker(id, "lit"));
      place.dataset.lit = lit[0] || "";
      if (!lit.length) return;
      if (canvas.zoom() < 0.55) canvas.zoom(0.75);
      canvas.scrollToElement(known.get(lit[0]), 80);
    });
    let walked = [];
    place.addEventListener("expedito:walk", ({ detail }) => {
      walked.forEach(([id, name]) => canvas.removeMarker(id, name));
      Object.keys(JSON.parse(place.dataset.path || "{}")).forEach((id) => known.get(id) && canvas.removeMarker(id, "passed"));
      positions.forEach((id) => known.get(id) && canvas.removeMarker(id, "here"));
      walked = [...detail.path.map((id) => [id, "passed"]), [detail.here, "here"]].filter(([id]) => known.get(id));
      walked.forEach(([id, name]) => canvas.addMarker(id, name));
      if (known.get(detail.here)) canvas.scrollToElement(known.get(detail.here), 80);
    });
    place.addEventListener("expedito:counts", ({ detail }) => {
      overlays.remove({ type: "counts" });
      for (const [id, [waiting, working]] of Object.entries(detail)) {
        if (!known.get(id)) continue;
        const html = document.createElement("span");
        html.className = "counts";
        html.textContent = [waiting ? `… ${waiting}` : "", working ? `▶ ${working}` : ""].filter(Boolean).join("  ");
        overlays.add(id, "counts", { position: { top: -12, left: 0 }, html });
      }
    });
    // The way between two elements, as points: along the flows, through gateways and events between them.
    const ways = new Map();
    const way = (from, to) => {
      const key = `${from} ${to}`;
      if (ways.has(key)) return ways.get(key);
      const middle = (shape) => ({ x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 });
      const [start, end] = [known.get(from), known.get(to)];
      const pending = [[start, [middle(start)]]], seen = new Set();
      let points = [middle(start), middle(end)];
      while (pending.length && seen.size < 200) {
        const [shape, path] = pending.shift();
        if (shape === end && path.length > 1) { points = [...path, middle(end)]; break; }
        if (seen.has(shape)) continue;
        seen.add(shape);
        for (const flow of shape.outgoing || []) {
          if (flow.waypoints && flow.target) pending.push([flow.target, [...path, ...flow.waypoints]]);
        }
      }
      const lengths = points.slice(1).map((point, at) => Math.hypot(point.x - points[at].x, point.y - points[at].y));
      ways.set(key, [points, lengths, lengths.reduce((sum, one) => sum + one, 0)]);
      return ways.get(key);
    };
    const along = (from, to, part) => {
      const [points, lengths, whole] = way(from, to);
      let left = part * whole;
      for (let at = 0; at < lengths.length; at += 1) {
        if (left <= lengths[at] && lengths[at]) {
          const share = left / lengths[at];
          return [points[at].x + (points[at + 1].x - points[at].x) * share, points[at].y + (points[at + 1].y - points[at].y) * share];
        }
        left -= lengths[at];
      }
      return [points.at(-1).x, points.at(-1).y];
    };
    place.addEventListener("expedito:tokens", ({ detail }) => {
      const layer = canvas.getLayer("tokens", 5);
      layer.replaceChildren();
      const standing = {};
      for (const [number, from, to, part, waits] of detail) {
        const shape = known.get(to);
        if (!shape || !known.get(from)) continue;
        let [x, y] = part < 1 ? along(from, to, part) : [0, 0];
        if (part >= 1) {
          const place = standing[to] = (standing[to] ?? -1) + 1, row = Math.max(1, Math.floor(shape.width / 16));
          [x, y] = [shape.x + 8 + (place % row) * 16, shape.y + shape.height - 8 - Math.floor(place / row) * 16];
        }
        const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
        for (const [name, value] of Object.entries({ cx: x, cy: y, r: 6, class: waits ? "token waits" : "token" })) dot.setAttribute(name, value);
        const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
        title.textContent = `${number + 1}`;
        dot.append(title);
        layer.append(dot);
      }
    });
    viewer.on("element.click", ({ element }) => place.dispatchEvent(
      new CustomEvent("expedito:element", { bubbles: true, detail: { id: element.id } })));
    place.dataset.state = "drawn";
  };
  document.querySelectorAll("[data-diagram]:not([data-state])").forEach(draw);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-element]");
    const place = document.querySelector("[data-diagram]");
    if (!link || !place) return;
    const ids = [link.dataset.element, ...JSON.parse(link.dataset.route || "[]")];
    document.querySelectorAll("[data-element][aria-current]").forEach((one) => one.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    place.dispatchEvent(new CustomEvent("expedito:light", { detail: { ids } }));
  });
})();
