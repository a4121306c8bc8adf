// Scan conversion: polar grey values to the screen, and the colour box over them.
//
// A linear array's lines are parallel, and so are a picture's columns: an image whose rows are those lines is drawn turned
// by the canvas itself, which costs nothing; turning the array here cost 20 ms for a screen in color.

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

/** What is on `grey` now: it is filled again only where the frame or its look has changed. */
let filled = { picture: /** @type {Picture | null} */ (null), curve };

/** Velocity (as an unsigned byte) to a pixel: red towards the probe, blue away, brighter when faster. */
const FLOW = Uint32Array.from({ length: 256 }, (_, byte) => flowPixel(byte > 127 ? byte - 256 : byte));

/** Power to a pixel: dark red to yellow, without direction. */
const POWER = Uint32Array.from({ length: 256 }, (_, level) => powerPixel(level));

/** @param {number} level */
function powerPixel(level) {
  if (level === 0) return 0;
  const share = level / 255;
  return ((0xff << 24) | (Math.round(40 * share) << 16) | (Math.round(225 * share * share) << 8) | Math.round(110 + 145 * share)) >>> 0;
}

/** The CSS color of a power, 0 to 1. @param {number} share */
export const powerColor = (share) => css(powerPixel(Math.max(1, Math.round(255 * share))));

/** @param {number} pixel */
const css = (pixel) => `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;

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
  return css(flowPixel(Math.round(share * 127)));
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
 * (line, sample) bytes as an image whose rows are the lines, through a table of pixels.
 * @param {OffscreenCanvas} target
 * @param {Uint8Array | Int8Array} bytes
 * @param {{lines: number, samples: number}} size
 * @param {Uint32Array} table
 */
function fill(target, bytes, { lines, samples }, table) {
  const image = imageOf(target, samples, lines);
  const out = new Uint32Array(image.data.buffer);
  for (let at = 0; at < out.length; at++) out[at] = table[bytes[at] & 255];
  target.getContext("2d")?.putImageData(image, 0, 0);
}

/**
 * The same for three bytes a pixel, each channel through a curve.
 * @param {OffscreenCanvas} target
 * @param {Uint8Array} bytes
 * @param {{lines: number, samples: number}} size
 * @param {Uint8Array} curve
 */
function fillColor(target, bytes, { lines, samples }, curve) {
  const image = imageOf(target, samples, lines);
  const out = new Uint32Array(image.data.buffer);
  for (let at = 0, from = 0; at < out.length; at++, from += 3) {
    out[at] = 0xff000000 | (curve[bytes[from + 2]] << 16) | (curve[bytes[from + 1]] << 8) | curve[bytes[from]];
  }
  target.getContext("2d")?.putImageData(image, 0, 0);
}

/**
 * Draws such an image upright: samples go down, the last line comes first unless flipped.
 * @param {CanvasRenderingContext2D} context
 * @param {OffscreenCanvas} image
 * @param {{left: number, top: number, right: number, bottom: number}} place
 */
function drawUpright(context, image, { left, top, right, bottom }) {
  const [wide, deep] = [right - left, bottom - top];
  context.save();
  if (state.flip) context.transform(0, deep / image.width, wide / image.height, 0, left, top);
  else context.transform(0, deep / image.width, -wide / image.height, 0, right, top);
  context.drawImage(image, 0, 0);
  context.restore();
}

/** Draws the frame on the screen. */
export function drawPicture() {
  const picture = state.picture;
  const context = prepared(canvas);
  const v = view();
  context.fillStyle = "#000";
  context.fillRect(0, 0, v.width, v.height);
  if (!picture) return;
  if (filled.picture !== picture || filled.curve !== curve) {
    if (picture.channels === 3) fillColor(grey, picture.pixels, picture, curve);
    else fill(grey, picture.pixels, picture, greyTable);
    filled = { picture, curve };
  }
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "medium";
  context.save();
  clipTo(context, v.window);
  drawUpright(context, grey, v);
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
  fill(color, flow.values, flow, flow.power ? POWER : FLOW);
  const pitch = (v.right - v.left) / picture.lines;
  const first = state.flip ? flow.firstLine : picture.lines - flow.firstLine - flow.lines;
  const sample = (v.bottom - v.top) / picture.samples;
  const [left, top] = [v.left + first * pitch, v.top + flow.firstSample * sample];
  drawUpright(context, color, { left, top, right: left + flow.lines * pitch, bottom: top + flow.samples * sample });
}
