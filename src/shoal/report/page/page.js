"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (selector, root = document) => root.querySelector(selector);

function make(tag, attributes = {}, parent = null, svg = false) {
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") node.textContent = value;
    else node.setAttribute(key, value);
  }
  if (parent) parent.append(node);
  return node;
}

/* Numbers -------------------------------------------------------------------------------------- */

function short(value) {
  for (const [size, unit] of [[1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]])
    if (Math.abs(value) >= size) return `${+(value / size).toPrecision(3)} ${unit}`;
  return `${+value.toPrecision(3)}`;
}

function linearTicks(low, high, count) {
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= raw);
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high + 1e-9 * step; i++) ticks.push(+(i * step).toPrecision(10));
  return ticks;
}

function logTicks(low, high) {
  const mantissas = high / low > 300 ? [1] : high / low > 12 ? [1, 3] : [1, 2, 5];
  const ticks = [], stride = Math.max(1, Math.ceil(Math.log10(high / low) / 7)); // decades: no more than have room
  for (let e = Math.floor(Math.log10(low) / stride) * stride; 10 ** e <= high; e += stride)
    for (const m of mantissas) {
      const value = +(m * 10 ** e).toPrecision(3);
      if (value >= low && value <= high) ticks.push(value);
    }
  return ticks;
}

/* A chart: series {name, color, dash, width, x, y, thin} on axes {label, log, range} ------------- */

function chart(host, { series, lines = [], x, y, tell, wide = 1000, tall = 400 }) {
  host.textContent = "";
  const left = 58, right = 24, top = 30, bottom = 46;
  const visible = s => s.x.map((v, i) => i).filter(i => s.y[i] != null && (!x.log || s.x[i] > 0) && (!y.log || s.y[i] > 0));
  const shown = series.map(s => ({ ...s, keep: visible(s) })).filter(s => s.keep.length);
  const xs = shown.flatMap(s => s.keep.map(i => s.x[i])), ys = shown.flatMap(s => s.keep.map(i => s.y[i]));
  if (!xs.length) return;
  const f = v => (x.log ? Math.log(v) : v), g = v => (y.log ? Math.log(v) : v);
  let [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  let [y0, y1] = y.range || [Math.min(...ys), Math.max(...ys)];
  if (!y.range) [y0, y1] = y.log ? [y0 / 1.5, y1 * 1.5] : [y0 - .06 * (y1 - y0 || 1), y1 + .06 * (y1 - y0 || 1)];
  if (x0 === x1) x1 = x0 + 1;
  const px = v => left + (wide - left - right) * (f(v) - f(x0)) / (f(x1) - f(x0));
  const py = v => tall - bottom - (tall - top - bottom) * (g(v) - g(y0)) / (g(y1) - g(y0));
  const svg = make("svg", { viewBox: `0 0 ${wide} ${tall}`, role: "img", "aria-label": `${y.label} against ${x.label}` }, host, true);
  const add = (tag, attributes, parent = svg) => make(tag, attributes, parent, true);
  const clip = `clip${chart.count = (chart.count || 0) + 1}`;
  add("rect", { x: left, y: top, width: wide - left - right, height: tall - top - bottom }, add("clipPath", { id: clip }));

  for (const v of y.log ? logTicks(y0, y1) : linearTicks(y0, y1, 6)) {
    add("line", { class: "grid", x1: left, x2: wide - right, y1: py(v), y2: py(v) });
    add("text", { x: left - 8, y: py(v) + 4, "text-anchor": "end", text: y.log ? v.toExponential(0) : `${+v.toFixed(3)}` });
  }
  for (const v of x.log ? logTicks(x0, x1) : linearTicks(x0, x1, 7))
    add("text", { x: px(v), y: tall - bottom + 19, "text-anchor": "middle", text: x.log ? short(v) : v });
  add("text", { x: (left + wide - right) / 2, y: tall - 6, "text-anchor": "middle", text: x.label });
  add("text", { x: 8, y: 15, text: y.label });

  const plot = add("g", { "clip-path": `url(#${clip})`, fill: "none" });
  for (const { name, color, dash, value } of lines)
    add("line", { x1: left, x2: wide - right, y1: py(value), y2: py(value), stroke: color, "stroke-width": 1.6, "stroke-dasharray": dash, "data-line": name }, plot);
  const path = points => points.map((p, i) => `${i ? "L" : "M"}${p[0].toFixed(1)} ${p[1].toFixed(1)}`).join("");
  for (const s of shown) {
    for (const line of s.thin || [])
      add("path", { d: path(visible(line).map(i => [px(line.x[i]), py(line.y[i])])), stroke: s.color, "stroke-width": .8, "stroke-opacity": .5, "data-seed-of": s.name }, plot);
    add("path", { d: path(s.keep.map(i => [px(s.x[i]), py(s.y[i])])), stroke: s.color, "stroke-width": s.width || 2, "stroke-dasharray": s.dash || "none", "stroke-linejoin": "round", "data-series": s.name }, plot);
    if (s.lost) {
      const i = s.keep[s.keep.length - 1];
      add("text", { x: px(s.x[i]), y: py(s.y[i]) + 5, "text-anchor": "middle", style: `fill:${s.color};font-size:18px`, text: "×" }, plot);
    }
  }

  const cursor = add("line", { class: "cursor", y1: top, y2: tall - bottom, visibility: "hidden" });
  const dots = add("g", {});
  const tip = make("div", { class: "tip", hidden: "" }, host);
  const leave = () => { tip.hidden = true; cursor.setAttribute("visibility", "hidden"); dots.textContent = ""; };
  const move = event => {
    const box = svg.getBoundingClientRect(), zoom = wide / box.width;
    const [mx, my] = [(event.clientX - box.left) * zoom, (event.clientY - box.top) * zoom];
    if (mx < left - 8 || mx > wide - right + 8) return leave();
    let near = null;
    for (const s of shown) for (const i of s.keep) {
      const away = (px(s.x[i]) - mx) ** 2 + .3 * (py(Math.max(s.y[i], y0)) - my) ** 2;
      if (!near || away < near.away) near = { s, i, away };
    }
    dots.textContent = "";
    cursor.setAttribute("visibility", "visible");
    for (const end of ["x1", "x2"]) cursor.setAttribute(end, px(near.s.x[near.i]));
    const rows = shown.map(s => ({ s, i: s.step.indexOf(near.s.step[near.i]) })).filter(r => r.i >= 0 && r.s.y[r.i] != null);
    for (const { s, i } of rows)
      if (s.y[i] >= y0) add("circle", { cx: px(s.x[i]), cy: py(s.y[i]), r: s === near.s ? 5 : 3.5, fill: s.color, stroke: "var(--card)", "stroke-width": 1.5 }, dots);
    tip.textContent = "";
    tell(tip, near, rows.sort((a, b) => b.s.y[b.i] - a.s.y[a.i]));
    tip.hidden = false;
    const spot = px(near.s.x[near.i]) / zoom;
    tip.style.left = `${spot > box.width / 2 ? spot - tip.offsetWidth - 4 : spot + 24}px`;
    tip.style.top = `${Math.min(Math.max(my / zoom - 30, 4), box.height - tip.offsetHeight)}px`;
  };
  svg.addEventListener("pointermove", move);
  svg.addEventListener("pointerleave", leave);
}

function row(tip, name, value, near = false) {
  const line = make("div", near ? { class: "near" } : {}, tip);
  make("span", { text: name }, line);
  make("span", { text: value }, line);
}

/* Convergence ---------------------------------------------------------------------------------- */

const axes = {
  step: { label: "optimiser steps", log: false },
  seconds: { label: "training time (s, logarithmic)", log: true },
  macs: { label: "multiply-adds spent on training (logarithmic)", log: true },
};

for (const host of document.querySelectorAll("[data-convergence]")) {
  const panel = data.convergence[host.dataset.convergence], hidden = new Set();
  let axis = "step";
  const draw = () => chart($(".chart", host), {
    x: axes[axis], y: { label: "validation PSNR (dB)", range: panel.range },
    lines: [...(panel.bicubic == null ? [] : [{ name: "bicubic", value: panel.bicubic }]), ...panel.across]
      .filter((line) => !hidden.has(line.name))
      .map((line) => ({ ...data.looks[line.name], ...line })),
    series: panel.series.filter(s => !hidden.has(s.name)).map(s => ({
      ...data.looks[s.name], ...s, x: s[axis], width: s.lost ? 1 : data.looks[s.name].width,
      thin: (s.seeds || []).map(each => ({ x: each[axis], y: each.y })),
    })),
    tell(tip, { s, i }, rows) {
      make("b", { text: `step ${s.step[i]}` }, tip);
      for (const r of rows) {
        const seeds = (r.s.seeds || []).map(each => each.y[each.step.indexOf(s.step[i])]).filter(v => v != null);
        const range = seeds.length > 1 ? ` (${Math.min(...seeds).toFixed(2)} to ${Math.max(...seeds).toFixed(2)})` : "";
        row(tip, r.s.name + (r.s.lost ? " (collapsed)" : ""), `${r.s.y[r.i].toFixed(2)}${range} dB`, r.s === s);
      }
      row(tip, `${s.name}: ${s.seconds[i].toFixed(1)} s`, `${short(s.macs[i])} MACs`);
    },
  });
  for (const button of host.querySelectorAll(".switch button"))
    button.addEventListener("click", () => {
      axis = button.dataset.axis;
      for (const other of host.querySelectorAll(".switch button")) other.setAttribute("aria-pressed", other === button);
      draw();
    });
  for (const button of host.querySelectorAll(".legend button"))
    button.addEventListener("click", () => {
      const name = button.dataset.arm, off = !hidden.delete(name);
      if (off) hidden.add(name);
      button.setAttribute("aria-pressed", !off);
      draw();
    });
  draw();
}

for (const host of document.querySelectorAll("[data-branches]")) {
  const panel = data.branches[host.dataset.branches];
  chart($(".chart", host), {
    x: axes.step, y: { label: panel.label, log: panel.log }, wide: 400, tall: 290,
    series: panel.series.map(s => ({ ...s, x: panel.step, step: panel.step })),
    tell(tip, { s, i }, rows) {
      make("b", { text: `step ${s.step[i]}` }, tip);
      for (const r of rows) row(tip, r.s.name, panel.log ? r.s.y[r.i].toExponential(2) : r.s.y[r.i].toFixed(panel.digits), r.s === s);
    },
  });
}

/* Sorting: by the number in data-sort, absent ones last ------------------------------------------ */

for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => $("button", head).addEventListener("click", () => {
    const sign = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
    heads.forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    const key = line => line.cells[column].dataset.sort;
    const lines = [...body.rows].sort((a, b) => {
      if (key(a) === "" || key(b) === "") return (key(a) === "") - (key(b) === "");
      return sign * (key(a) - key(b));
    });
    body.append(...lines);
  }));
}

/* Pictures ------------------------------------------------------------------------------------- */

const compare = $(".compare");
if (compare) {
  const [picture, right] = ["picture", "right"].map(name => $(`select[name=${name}]`));
  const range = $("input", compare);
  const slide = () => compare.style.setProperty("--at", `${range.value}%`);
  const choose = () => {
    const crop = data.pictures[picture.value], psnr = name => name in crop.psnr ? ` ${crop.psnr[name].toFixed(2)} dB` : "";
    const name = right.value in crop.images ? right.value : Object.keys(crop.images)[0];
    $(".under", compare).src = crop.bicubic;
    $(".over", compare).src = crop.images[name];
    $(".left", compare).textContent = `bicubic${psnr("bicubic")}`;
    $(".right", compare).textContent = `${name}${psnr(name)}`;
  };
  range.addEventListener("input", slide);
  picture.addEventListener("change", choose);
  right.addEventListener("change", choose);
  choose();
  slide();
}
