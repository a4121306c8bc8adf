// Where a millimetre of the picture lies on the screen.

import { byId, clamp } from "./dom.js";
import { real, state } from "./store.js";

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
 * @property {number} middleX of the place for pictures
 * @property {number} middleY
 * @property {Window} window the part of the screen in which the picture is seen
 */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Window */

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
  const [across, down] = [Math.max(1, box.width - LEFT - RIGHT), Math.max(1, box.height - TOP - BOTTOM)];
  const least = real() ? 0.01 : 0.5;
  const scale = Math.max(least, Math.min(across / width_mm, down / depth_mm)) * state.zoom.scale;
  const [middleX, middleY] = [LEFT + across / 2, TOP + down / 2];
  const [wide, deep] = [scale * width_mm, scale * depth_mm];
  const wantedLeft = middleX + markerSide() * state.zoom.x_mm * scale - wide / 2;
  const left = wide > across ? clamp(wantedLeft, LEFT + across - wide, LEFT) : LEFT + Math.max(0, (across - wide) / 2);
  const top = deep > down ? clamp(middleY - state.zoom.y_mm * scale, TOP + down - deep, TOP) : TOP;
  const [right, bottom] = [left + wide, top + deep];
  const window = state.zoom.scale > 1
    ? { left: Math.max(left, LEFT), top: Math.max(top, TOP), right: Math.min(right, LEFT + across), bottom: Math.min(bottom, TOP + down) }
    : { left, top, right, bottom };
  return { ...box, scale, left, top, right, bottom, width_mm, depth_mm, middleX, middleY, window };
}

/**
 * The image point in the middle of the place for pictures.
 * @param {View} v
 * @returns {[number, number]}
 */
export function centreOf(v) {
  return [(markerSide() * ((v.left + v.right) / 2 - v.middleX)) / v.scale, (v.middleY - v.top) / v.scale];
}

/**
 * Draws only there from now on, until the context is restored.
 * @param {CanvasRenderingContext2D} context
 * @param {Window} window
 */
export function clipTo(context, window) {
  context.beginPath();
  context.rect(window.left, window.top, window.right - window.left, window.bottom - window.top);
  context.clip();
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
