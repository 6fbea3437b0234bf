"use strict";
// paint puts the pixels of a part onto a canvas, and names it for who cannot see it.
function paint(canvas, part, label) {
  canvas.width = part.width;
  canvas.height = part.height;
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(part.data.buffer),
    part.width, part.height), 0, 0);
  canvas.setAttribute("aria-label", label);
}

// outlined draws the border of what is above a threshold in a square map, in cyan, which the colour
// map does not contain; it gives the share of pixels that are above.
function outlined(canvas, map, side, threshold, label) {
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d"), out = context.createImageData(side, side);
  const above = (x, y) => x >= 0 && y >= 0 && x < side && y < side && !(map[y * side + x] <= threshold);
  let count = 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (!above(x, y)) continue;
      count++;
      if (above(x - 1, y) && above(x + 1, y) && above(x, y - 1) && above(x, y + 1)) continue;
      out.data.set([0, 255, 255, 255], 4 * (y * side + x));
    }
  }
  context.putImageData(out, 0, 0);
  canvas.setAttribute("aria-label", label);
  return count / (side * side);
}
