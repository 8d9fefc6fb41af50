// Runs networks on tiles, away from the page, so that the page stays alive.
import * as ort from "./built/ort.wasm.bundle.min.mjs";
import { kept, planes } from "./tiles.js";

ort.env.wasm.numThreads = 1; // threads need headers that plain servers don't send: there are several workers

const sessions = new Map();

function session(url) {
  if (!sessions.has(url)) sessions.set(url, ort.InferenceSession.create(url, { executionProviders: ["wasm"] }));
  return sessions.get(url);
}

onmessage = async ({ data: { url, scale, tile, bytes } }) => {
  try {
    const network = await session(url);
    const shape = [1, 3, tile.rows.stop - tile.rows.start, tile.across.stop - tile.across.start];
    const { sr } = await network.run({ lr: new ort.Tensor("float32", planes(bytes), shape) });
    const part = kept(sr.data, tile, scale);
    sr.dispose();
    postMessage({ part }, [part.bytes.buffer]);
  } catch (error) {
    postMessage({ error: String(error.message ?? error) });
  }
};
