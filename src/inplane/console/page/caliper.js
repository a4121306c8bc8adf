// The caliper: two points on the picture and their distance, by mouse, touch or keys.

import { button, byId, clamp, say, setText } from "./dom.js";
import { calibration, changed, real, state } from "./store.js";
import { toImage, toScreen } from "./view.js";
import { label } from "./marks.js";

/** @typedef {import("./view.js").View} View */

const INK = "#ffe9a8";

/** @type {{on: boolean, points: [number, number][], cursor: [number, number]}} */
const caliper = { on: false, points: [], cursor: [0, 15] };

/** Whether the caliper takes clicks and arrow keys now. */
export const measuring = () => caliper.on;

/** Starts or ends measuring. */
export function toggleCaliper() {
  caliper.on = !caliper.on;
  caliper.points = [];
  if (caliper.on && real() && state.picture) caliper.cursor = [0, state.picture.depth_mm / 2];
  button("caliper").setAttribute("aria-pressed", String(caliper.on));
  byId("screen", HTMLDivElement).classList.toggle("measuring", caliper.on);
  say(caliper.on ? "Caliper: click two points, or move with the arrow keys and press Enter" : "Caliper off");
  changed("view");
}

/**
 * Sets a point; a third begins anew.
 * @param {[number, number]} point_mm
 */
function setPoint(point_mm) {
  caliper.points = caliper.points.length >= 2 ? [point_mm] : [...caliper.points, point_mm];
  if (caliper.points.length === 2) say(`Distance ${distance()}`);
  changed("view");
}

/**
 * A click on the picture.
 * @param {View} v
 * @param {number} x
 * @param {number} y
 */
export function clickCaliper(v, x, y) {
  caliper.cursor = toImage(v, x, y);
  setPoint(caliper.cursor);
}

/**
 * An arrow key or Enter.
 * @param {View} v
 * @param {number} right steps to the right of the screen
 * @param {number} down
 */
export function moveCaliper(v, right, down) {
  const [x, y] = toScreen(v, ...caliper.cursor);
  caliper.cursor = toImage(v, clamp(x + right * v.scale * 0.5, v.left, v.right), y + down * v.scale * 0.5);
  changed("view");
}

/** Sets a point where the keys have moved to. */
export const placeCaliper = () => setPoint([...caliper.cursor]);

/** The distance in words: in pixels of the source where no scale is known, marked where it is estimated. */
function distance() {
  const [[x0, y0], [x1, y1]] = caliper.points;
  const [x_mm, y_mm] = [x1 - x0, y1 - y0];
  const picture = state.picture;
  if (calibration() === "uncalibrated" && picture) {
    return `${Math.hypot((x_mm * picture.columns) / picture.width_mm, (y_mm * picture.rows) / picture.depth_mm).toFixed(0)} px`;
  }
  const shown = `${Math.hypot(x_mm, y_mm).toFixed(1)} mm`;
  return calibration() === "estimated" ? `≈ ${shown} est.` : shown;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 */
export function drawCaliper(context, v) {
  const text = !caliper.on
    ? ""
    : caliper.points.length === 2
      ? `Caliper ${distance()}`
      : `Caliper: ${caliper.points.length === 0 ? "first" : "second"} point`;
  setText(byId("screen-caliper", HTMLParagraphElement), text);
  if (!caliper.on) return;
  context.strokeStyle = INK;
  context.lineWidth = 1.5;
  const shown = caliper.points.map(([x, y]) => toScreen(v, x, y));
  for (const [x, y] of [...shown, toScreen(v, ...caliper.cursor)]) {
    context.beginPath();
    context.moveTo(x - 6, y);
    context.lineTo(x + 6, y);
    context.moveTo(x, y - 6);
    context.lineTo(x, y + 6);
    context.stroke();
  }
  if (shown.length < 2) return;
  context.setLineDash([2, 4]);
  context.beginPath();
  context.moveTo(...shown[0]);
  context.lineTo(...shown[1]);
  context.stroke();
  context.setLineDash([]);
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "left";
  label(context, distance(), shown[1][0] + 9, shown[1][1] - 9, INK);
}
