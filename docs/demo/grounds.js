// Transparent pictures, known by what they show on black and on white, as shoal.upscale.transparency
// has it: both are enlarged, and colours and opacity follow from the two.

const AROUND = 2; // pixels to each side by which opacity is told to be flat

// A picture drawn on a ground, as a canvas.
export function on(ground, bitmap) {
  const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0);
  return canvas;
}

export function same(one, other) {
  const { width, height } = one, rows = Math.max(1, Math.floor(4e6 / width));
  for (let top = 0; top < height; top += rows) {
    const [a, b] = [one, other].map((canvas) =>
      new Uint32Array(canvas.getContext("2d").getImageData(0, top, width, Math.min(rows, height - top)).data.buffer));
    if (a.some((value, n) => value !== b[n])) return false;
  }
  return true;
}

// Opacity of each pixel, from the bytes of both.
function opacity(black, white) {
  const values = new Float32Array(black.length / 4);
  for (let n = 0; n < values.length; n++) {
    let sum = 0;
    for (let channel = 0; channel < 3; channel++) sum += white[4 * n + channel] - black[4 * n + channel];
    values[n] = 1 - Math.round(sum / 3) / 255;
  }
  return values;
}

// Where opacity is the same all around, that; elsewhere NaN.
function flat(values, width, height) {
  return values.map((value, n) => {
    const [x, y] = [n % width, Math.floor(n / width)];
    for (let row = Math.max(0, y - AROUND); row <= Math.min(height - 1, y + AROUND); row++)
      for (let column = Math.max(0, x - AROUND); column <= Math.min(width - 1, x + AROUND); column++)
        if (values[row * width + column] !== value) return NaN;
    return value;
  });
}

// Planes of red, green, blue and opacity, enlarged, from the answers to both grounds.
export function joined(onBlack, onWhite, black, white, width, height, scale) {
  const level = flat(opacity(black, white), width, height), wide = width * scale, size = wide * height * scale;
  const planes = new Float32Array(4 * size);
  for (let n = 0; n < size; n++) {
    let sum = 0;
    for (let at = n; at < 3 * size; at += size) sum += onWhite[at] - onBlack[at];
    const given = level[Math.floor(n / wide / scale) * width + Math.floor((n % wide) / scale)];
    const shown = Number.isNaN(given) ? Math.min(1, Math.max(0, 1 - sum / 3)) : given;
    planes[3 * size + n] = shown;
    for (let at = n; shown > 0 && at < 3 * size; at += size)
      planes[at] = (onBlack[at] + onWhite[at] - (1 - shown)) / 2 / shown;
  }
  return planes;
}
