// The page: a picture comes in, two enlargements go side by side, one is saved.
import { on, same } from "./grounds.js";
import { begin, enlarge } from "./pool.js";

const $ = (id) => document.getElementById(id);
const LARGEST = 120e6; // pixels of a result: canvases of browsers end soon after
const ZOOMS = { fit: 0, "1:1": 1, "2:1": 2, "4:1": 4 };
const KINDS = { clean: "clean", jpeg: "a JPEG" };

let networks, picture, name = "picture", shown = 0, run = 0;

const chosen = (group) => document.forms.options.elements[group]?.value;
const url = (network) => new URL(`built/${network.file}`, location).href;
const find = (kind, scale) => networks.find((each) => each.kind === kind && each.scale === scale);

function say(text, wrong = false) {
  $("status").textContent = text;
  $("status").classList.toggle("wrong", wrong);
}

function choices(group, entries, first) {
  for (const [value, text] of entries) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: group, value });
    input.checked = value === first;
    label.append(input, Object.assign(document.createElement("span"), { textContent: text }));
    $(`${group}s`).append(label);
  }
}

// What there are networks for.
function offer() {
  const scale = Number(chosen("scale"));
  for (const input of document.querySelectorAll("[name=kind]")) {
    input.disabled = !find(input.value, scale);
    input.parentElement.title = input.disabled ? "no such network ships" : "";
    if (input.disabled && input.checked) document.querySelector("[name=kind][value=clean]").checked = true;
  }
}

async function start() {
  try {
    networks = await (await fetch("built/networks.json")).json();
  } catch {
    return say("The networks are not here: `make demo` builds them, and a server must serve this folder.", true);
  }
  const scales = [...new Set(networks.map((each) => each.scale))].sort();
  choices("scale", scales.map((each) => [String(each), `x${each}`]), "2");
  choices("kind", Object.entries(KINDS), "clean");
  choices("zoom", Object.keys(ZOOMS).map((each) => [each, each]), "fit");
  offer();
  document.forms.options.addEventListener("change", ({ target }) => {
    if (target.name === "zoom") return fit();
    offer();
    if (picture) work();
  });
  document.body.dataset.ready = "true";
}

async function open(file) {
  if (!file || !networks) return;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return say(`${file.name ?? "This"} is no picture that this browser can read.`, true);
  }
  const [black, white] = [on("#000", bitmap), on("#fff", bitmap)];
  picture = { black, white: same(black, white) ? null : white, width: bitmap.width, height: bitmap.height };
  name = (file.name ?? "picture").replace(/\.[^.]*$/, "") || "picture";
  const kind = file.type === "image/jpeg" ? "jpeg" : "clean";
  const input = document.querySelector(`[name=kind][value=${kind}]`);
  if (!input.disabled) input.checked = true;
  work();
}

async function work() {
  const mine = ++run, scale = Number(chosen("scale")), network = find(chosen("kind"), scale);
  const [width, height] = [picture.width * scale, picture.height * scale];
  $("save").disabled = true;
  delete document.body.dataset.done;
  if (width * height > LARGEST || Math.max(width, height) > 16384)
    return say(`${width} x ${height} is too large for a page: take a smaller factor, or shoal upscale.`, true);
  for (const id of ["before", "after"]) Object.assign($(id), { width, height });
  $("view").hidden = $("progress").hidden = false;
  $("name").textContent = `${network.name} x${scale}`;
  $("progress").value = 0;
  fit();
  begin();
  const began = performance.now();
  say(`${picture.width} x ${picture.height} to ${width} x ${height} …`);
  const part = (from, share) => (done) => {
    if (mine === run) $("progress").value = from + share * done;
  };
  try {
    const bicubic = find("bicubic", scale);
    await enlarge(picture, $("before"), { ...bicubic, url: url(bicubic) }, part(0, 0.1));
    if (mine !== run) return;
    await enlarge(picture, $("after"), { ...network, url: url(network) }, part(0.1, 0.9));
  } catch (error) {
    if (mine === run) say(`It failed: ${error.message}`, true);
    return;
  }
  if (mine !== run) return;
  $("progress").hidden = true;
  $("save").disabled = false;
  shown = scale;
  const seconds = (performance.now() - began) / 1000;
  say(`${picture.width} x ${picture.height} became ${width} x ${height} in ${seconds.toFixed(1)} s.`);
  document.body.dataset.done = seconds;
}

function fit() {
  const { width, height } = $("after"), zoom = ZOOMS[chosen("zoom")];
  const room = $("view").clientWidth - 2, high = innerHeight * 0.78;
  const factor = zoom ? zoom / devicePixelRatio : Math.min(room / width, high / height, 4);
  Object.assign($("stage").style, { width: `${width * factor}px`, height: `${height * factor}px` });
  $("stage").classList.toggle("close", factor * devicePixelRatio >= 2);
  divide();
}

function divide() {
  const at = `${$("slider").value}%`;
  $("after").style.clipPath = `inset(0 0 0 ${at})`;
  $("before").style.clipPath = `inset(0 ${100 - $("slider").value}% 0 0)`; // else it shines through
  $("divider").style.left = at;
}

function save() {
  $("after").toBlob((blob) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob) });
    link.download = `${name}_x${shown}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }, "image/png");
}

$("slider").addEventListener("input", divide);
$("stage").addEventListener("pointermove", ({ buttons, clientX }) => {
  if (!(buttons & 1)) return;
  const { left, width } = $("stage").getBoundingClientRect();
  $("slider").value = (100 * (clientX - left)) / width;
  divide();
});
$("save").addEventListener("click", save);
$("file").addEventListener("change", ({ target }) => open(target.files[0]));
$("sample").addEventListener("click", async () => {
  const blob = await (await fetch("built/sample.png")).blob();
  open(new File([blob], "sample.png", { type: blob.type }));
});
addEventListener("resize", () => picture && fit());
addEventListener("paste", ({ clipboardData }) => open(clipboardData.files[0]));
for (const kind of ["dragover", "dragleave", "drop"])
  addEventListener(kind, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") open(event.dataTransfer.files[0]);
  });
start();
