// Runs networks on tiles, away from the page, so that the page stays alive.
import * as ort from "./built/ort.wasm.bundle.min.mjs";
import { joined } from "./grounds.js";
import { kept, planes } from "./tiles.js";

ort.env.wasm.numThreads = 1; // threads need headers that plain servers don't send: there are several workers

const sessions = new Map();

function session(url) {
  if (!sessions.has(url)) sessions.set(url, ort.InferenceSession.create(url, { executionProviders: ["wasm"] }));
  return sessions.get(url);
}

onmessage = async ({ data: { url, scale, tile, black, white } }) => {
  try {
    const network = await session(url);
    const [height, width] = [tile.rows.stop - tile.rows.start, tile.across.stop - tile.across.start];
    const answer = async (bytes) =>
      (await network.run({ lr: new ort.Tensor("float32", planes(bytes), [1, 3, height, width]) })).sr.data;
    const onBlack = await answer(black);
    const values = white ? joined(onBlack, await answer(white), black, white, width, height, scale) : onBlack;
    const part = kept(values, tile, scale);
    postMessage({ part }, [part.bytes.buffer]);
  } catch (error) {
    postMessage({ error: String(error.message ?? error) });
  }
};
