// Several workers that share the tiles of one picture.
import { tiles } from "./tiles.js";

const MOST = 4; // each has the runtime's memory once more
const count = Math.max(1, Math.min(MOST, navigator.hardwareConcurrency ?? 1));
let workers = [];

function fresh() {
  workers.forEach((worker) => worker.terminate());
  workers = Array.from({ length: count }, () => new Worker("worker.js", { type: "module" }));
}

// Let every worker be there and idle; what another picture is at ends.
let busy = false;
export function begin() {
  if (busy || !workers.length) fresh();
  busy = false;
}

// Enlarge a picture, on black and, where it is transparent, on white, onto a canvas; `step` is told
// which part is done.
export async function enlarge(picture, onto, network, step) {
  const { width, height } = picture.black, scale = network.scale, write = onto.getContext("2d");
  const bytes = (canvas, area) => canvas?.getContext("2d").getImageData(...area).data;
  const todo = tiles(width, height, network.reach), total = todo.length;
  let done = 0;
  busy = true;
  await Promise.all(workers.map((worker) => new Promise((resolve, reject) => {
    const next = () => {
      const tile = todo.shift();
      if (!tile) return resolve();
      const { rows, across } = tile;
      const area = [across.start, rows.start, across.stop - across.start, rows.stop - rows.start];
      const [black, white] = [bytes(picture.black, area), bytes(picture.white, area)];
      const moved = white ? [black.buffer, white.buffer] : [black.buffer];
      worker.postMessage({ url: network.url, scale, tile, black, white }, moved);
    };
    worker.onerror = (event) => reject(new Error(event.message || "a worker could not start"));
    worker.onmessage = ({ data: { part, error } }) => {
      if (error) return reject(new Error(error));
      write.putImageData(new ImageData(part.bytes, part.wide, part.high), part.x, part.y);
      step(++done / total);
      next();
    };
    next();
  })));
  busy = false;
}
