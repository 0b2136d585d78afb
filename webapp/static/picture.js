// A chart as a PNG: the picture as it stands, with the colours it has here, on paper white.
const SCALE = 2;
const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "fill-opacity", "stroke-opacity", "paint-order",
  "font-size", "font-weight", "font-family"];

for (const button of document.querySelectorAll("button[data-picture]")) button.hidden = false;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-picture]");
  if (!button) return;
  const chart = document.getElementById(button.dataset.picture).closest("svg");
  const link = document.createElement("a");
  link.href = await asPng(chart);
  link.download = `${document.title} - ${chart.querySelector("title").textContent}.png`.replace(/[/\\:·]/g, "-");
  link.click();
});

async function asPng(chart) {
  const { width, height } = chart.viewBox.baseVal;
  const copy = chart.cloneNode(true);
  const parts = chart.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((part, place) => {
    const style = getComputedStyle(parts[place]);
    for (const name of DRAWN) part.style.setProperty(name, style.getPropertyValue(name));
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: width * SCALE, height: height * SCALE });
  const paper = canvas.getContext("2d");
  paper.fillStyle = getComputedStyle(chart.closest(".card") ?? document.body).backgroundColor;
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}
