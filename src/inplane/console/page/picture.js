// Scan conversion: polar grey values to the screen, and the colour box over them.
//
// A linear array's lines are parallel, so one turn of the array (line by line to row by row) and one scaling draw it.

import { NO_FLOW } from "./frame.js";
import { clipTo, prepared, view } from "./view.js";
import { state } from "./store.js";
import { byId } from "./dom.js";
import { curve, greyTable } from "./look.js";

/** @typedef {import("./frame.js").Picture} Picture */

const canvas = byId("picture", HTMLCanvasElement);
const grey = new OffscreenCanvas(1, 1);
const color = new OffscreenCanvas(1, 1);
/** @type {Map<OffscreenCanvas, ImageData>} */
const images = new Map();

/** What is on `grey` now: it is turned again only where the frame, its side or its look has changed. */
let turned = { picture: /** @type {Picture | null} */ (null), flip: false, curve };

/** Velocity (as an unsigned byte) to a pixel: red towards the probe, blue away, brighter when faster. */
const FLOW = Uint32Array.from({ length: 256 }, (_, byte) => flowPixel(byte > 127 ? byte - 256 : byte));

/** @param {number} velocity */
function flowPixel(velocity) {
  if (velocity === NO_FLOW) return 0;
  const share = Math.min(1, Math.abs(velocity) / 127);
  const strong = Math.round(150 + 105 * share);
  const weak = Math.round(220 * share * share);
  return velocity >= 0
    ? ((0xff << 24) | (Math.round(weak * 0.25) << 16) | (weak << 8) | strong) >>> 0
    : ((0xff << 24) | (strong << 16) | (weak << 8) | Math.round(weak * 0.3)) >>> 0;
}

/**
 * The CSS color of a velocity share, -1 to 1, for the color bar.
 * @param {number} share
 */
export function flowColor(share) {
  const pixel = flowPixel(Math.round(share * 127));
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}

/**
 * An image of that size to write into, and the offscreen canvas it goes to.
 * @param {OffscreenCanvas} target
 * @param {number} width
 * @param {number} height
 */
function imageOf(target, width, height) {
  let image = images.get(target);
  if (!image || image.width !== width || image.height !== height) {
    target.width = width;
    target.height = height;
    image = new ImageData(width, height);
    images.set(target, image);
  }
  return image;
}

/**
 * Turns (line, sample) bytes to rows, through a table of pixels; the last line comes first unless flipped.
 * @param {OffscreenCanvas} target
 * @param {Uint8Array | Int8Array} bytes
 * @param {{lines: number, samples: number}} size
 * @param {Uint32Array} table
 */
function turn(target, bytes, { lines, samples }, table) {
  const image = imageOf(target, lines, samples);
  const out = new Uint32Array(image.data.buffer);
  for (let line = 0; line < lines; line++) {
    const start = line * samples;
    let to = state.flip ? line : lines - 1 - line;
    for (let sample = 0; sample < samples; sample++, to += lines) {
      out[to] = table[bytes[start + sample] & 255];
    }
  }
  target.getContext("2d")?.putImageData(image, 0, 0);
}

/**
 * The same for three bytes a pixel, each channel through a curve.
 * @param {OffscreenCanvas} target
 * @param {Uint8Array} bytes
 * @param {{lines: number, samples: number}} size
 * @param {Uint8Array} curve
 */
function turnColor(target, bytes, { lines, samples }, curve) {
  const image = imageOf(target, lines, samples);
  const out = new Uint32Array(image.data.buffer);
  for (let line = 0, from = 0; line < lines; line++) {
    let to = state.flip ? line : lines - 1 - line;
    for (let sample = 0; sample < samples; sample++, to += lines, from += 3) {
      out[to] = 0xff000000 | (curve[bytes[from + 2]] << 16) | (curve[bytes[from + 1]] << 8) | curve[bytes[from]];
    }
  }
  target.getContext("2d")?.putImageData(image, 0, 0);
}

/** Draws the frame on the screen. */
export function drawPicture() {
  const picture = state.picture;
  const context = prepared(canvas);
  const v = view();
  context.fillStyle = "#000";
  context.fillRect(0, 0, v.width, v.height);
  if (!picture) return;
  if (turned.picture !== picture || turned.flip !== state.flip || turned.curve !== curve) {
    if (picture.channels === 3) turnColor(grey, picture.pixels, picture, curve);
    else turn(grey, picture.pixels, picture, greyTable);
    turned = { picture, flip: state.flip, curve };
  }
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "medium";
  context.save();
  clipTo(context, v.window);
  context.drawImage(grey, v.left, v.top, v.right - v.left, v.bottom - v.top);
  if (picture.color) drawFlow(context, picture);
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 */
function drawFlow(context, picture) {
  const flow = picture.color;
  if (!flow) return;
  const v = view();
  turn(color, flow.velocity, flow, FLOW);
  const pitch = (v.right - v.left) / picture.lines;
  const first = state.flip ? flow.firstLine : picture.lines - flow.firstLine - flow.lines;
  const sample = (v.bottom - v.top) / picture.samples;
  context.drawImage(
    color, v.left + first * pitch, v.top + flow.firstSample * sample, flow.lines * pitch, flow.samples * sample,
  );
}
