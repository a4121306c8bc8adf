// Where a millimetre of the picture lies on the screen.

import { byId, clamp } from "./dom.js";
import { state } from "./store.js";

const LEFT = 46; // for the grey bar and its labels
const RIGHT = 56; // for the depth scale
const TOP = 8;
const BOTTOM = 8;

/**
 * @typedef {object} View
 * @property {number} width of the canvas in CSS pixels
 * @property {number} height
 * @property {number} scale pixels a mm
 * @property {number} left
 * @property {number} top
 * @property {number} right
 * @property {number} bottom
 * @property {number} width_mm
 * @property {number} depth_mm
 */

const screenElement = byId("screen", HTMLDivElement);
let box = { width: 0, height: 0 };
new ResizeObserver(() => {
  box = { width: screenElement.clientWidth, height: screenElement.clientHeight };
}).observe(screenElement);

/**
 * The picture's place for the frame on the screen.
 * @returns {View}
 */
export function view() {
  const width_mm = state.picture?.width_mm ?? 38;
  const depth_mm = state.picture?.depth_mm ?? 40;
  const scale = Math.max(0.5, Math.min((box.width - LEFT - RIGHT) / width_mm, (box.height - TOP - BOTTOM) / depth_mm));
  const left = LEFT + Math.max(0, (box.width - LEFT - RIGHT - scale * width_mm) / 2);
  return {
    ...box, scale, left, top: TOP, right: left + scale * width_mm, bottom: TOP + scale * depth_mm, width_mm, depth_mm,
  };
}

/** +1 where x grows to the left of the screen: the marker stands at the top left. -1 when flipped. */
export const markerSide = () => (state.flip ? -1 : 1);

/**
 * Screen position of an image point.
 * @param {View} v
 * @param {number} x_mm
 * @param {number} y_mm
 * @returns {[number, number]}
 */
export function toScreen(v, x_mm, y_mm) {
  return [(v.left + v.right) / 2 - markerSide() * x_mm * v.scale, v.top + y_mm * v.scale];
}

/**
 * Image point of a screen position, kept within the picture.
 * @param {View} v
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]}
 */
export function toImage(v, x, y) {
  const x_mm = (markerSide() * ((v.left + v.right) / 2 - x)) / v.scale;
  return [clamp(x_mm, -v.width_mm / 2, v.width_mm / 2), clamp((y - v.top) / v.scale, 0, v.depth_mm)];
}

/**
 * Gives a canvas the screen's size in device pixels, and a context in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
export function prepared(canvas) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const width = Math.round(box.width * ratio);
  const height = Math.round(box.height * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser has no 2D canvas.");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
