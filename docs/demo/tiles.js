// A picture cut into tiles that overlap by what the network sees, as shoal.upscale.tiles does.

const SIDE = 160; // pixels of the picture that go in: small, so that progress is seen

// One axis: where reading begins and ends, and what is kept of it.
function spans(size, side, reach) {
  if (size <= side) return [{ start: 0, stop: size, first: 0, last: size }];
  const count = Math.ceil((size - 2 * reach) / (side - 2 * reach));
  const length = Math.ceil((size - 2 * reach) / count) + 2 * reach;
  const starts = Array.from({ length: count }, (_, n) => Math.floor((n * (size - length)) / (count - 1)));
  return starts.map((start, n) => ({
    start, stop: start + length,
    first: n ? start + reach : 0,
    last: n + 1 < count ? starts[n + 1] + reach : size,
  }));
}

export function tiles(width, height, reach) {
  const side = Math.max(SIDE, 4 * reach);
  const columns = spans(width, side, reach);
  return spans(height, side, reach).flatMap((rows) => columns.map((across) => ({ rows, across })));
}

// RGBA bytes of a tile as planes of red, green and blue in [0, 1].
export function planes(bytes) {
  const size = bytes.length / 4;
  const values = new Float32Array(3 * size);
  for (let pixel = 0; pixel < size; pixel++)
    for (let channel = 0; channel < 3; channel++)
      values[channel * size + pixel] = bytes[4 * pixel + channel] / 255;
  return values;
}

const byte = (value) => Math.floor(value * 255 + 0.5); // halves go up, as Shoal rounds

// What is kept of a tile's answer, as RGBA bytes; opaque, where it has no fourth plane.
export function kept(values, tile, scale) {
  const { rows, across } = tile;
  const width = (across.stop - across.start) * scale, size = width * (rows.stop - rows.start) * scale;
  const [top, left] = [(rows.first - rows.start) * scale, (across.first - across.start) * scale];
  const [high, wide] = [(rows.last - rows.first) * scale, (across.last - across.first) * scale];
  const bytes = new Uint8ClampedArray(4 * wide * high);
  for (let y = 0, at = 0; y < high; y++)
    for (let x = 0, from = (top + y) * width + left; x < wide; x++, from++, at += 4) {
      bytes[at] = byte(values[from]);
      bytes[at + 1] = byte(values[from + size]);
      bytes[at + 2] = byte(values[from + 2 * size]);
      bytes[at + 3] = from + 3 * size < values.length ? byte(values[from + 3 * size]) : 255;
    }
  return { bytes, wide, high, x: across.first * scale, y: rows.first * scale };
}
