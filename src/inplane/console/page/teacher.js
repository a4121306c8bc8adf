// The teacher's layer: the truth of the frame, from the model, in its own color and dotted, so that none takes it for seen.

import { label, trace } from "./marks.js";
import { clipTo, toScreen } from "./view.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./messages").TeacherLayer} TeacherLayer */

const MODEL = "#ff8fd8";

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 * @param {TeacherLayer} layer
 */
export function drawTeacher(context, v, layer) {
  context.save();
  clipTo(context, v.window);
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.strokeStyle = MODEL;
  context.lineWidth = 1.4;
  context.setLineDash([1.5, 3.5]);
  for (const shape of layer.shapes) {
    trace(context, v, shape.points_mm);
    context.stroke();
  }
  for (const outline of layer.spread_mm) {
    trace(context, v, outline);
    context.stroke();
  }
  drawNeedle(context, v, layer);
  context.setLineDash([]);
  drawNames(context, v, layer);
  drawTarget(context, v, layer);
  context.restore();
}

/**
 * One name for each structure, where its largest outline is; names never cover one another.
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 * @param {TeacherLayer} layer
 */
function drawNames(context, v, layer) {
  /** @type {Map<string, {x: number, y: number, size: number}>} */
  const places = new Map();
  for (const shape of layer.shapes) {
    const xs = shape.points_mm.map((point) => point[0]);
    const ys = shape.points_mm.map((point) => point[1]);
    const size = (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
    if (size < 1 || size <= (places.get(shape.name)?.size ?? 0)) continue;
    const [x, y] = toScreen(v, (Math.max(...xs) + Math.min(...xs)) / 2, (Math.max(...ys) + Math.min(...ys)) / 2);
    places.set(shape.name, { x, y, size });
  }
  /** @type {[number, number, number][]} */
  const taken = [];
  for (const [name, { x, y }] of [...places].sort((a, b) => a[1].size - b[1].size)) {
    const half = context.measureText(name).width / 2 + 3;
    const at = Math.min(Math.max(x, v.left + half), v.right - half);
    let row = Math.min(Math.max(y, v.top + 8), v.bottom - 8);
    /** @param {[number, number, number]} other */
    const covered = ([tx, ty, th]) => Math.abs(tx - at) < th + half && Math.abs(ty - row) < 14;
    for (let hit = taken.find(covered); hit; hit = taken.find(covered)) row = hit[1] + 14.1;
    taken.push([at, row, half]);
    label(context, name, at, row, MODEL);
  }
}

/**
 * The true needle, with hollow points where it lies out of the imaging plane by more than 1 mm.
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 * @param {TeacherLayer} layer
 */
function drawNeedle(context, v, layer) {
  if (layer.needle_mm.length < 2) return;
  trace(context, v, layer.needle_mm);
  context.stroke();
  const [x, y, off] = layer.needle_mm[layer.needle_mm.length - 1];
  const [sx, sy] = toScreen(v, x, y);
  context.setLineDash([]);
  context.beginPath();
  context.rect(sx - 4, sy - 4, 8, 8);
  context.fillStyle = MODEL;
  if (Math.abs(off) <= 1) context.fill();
  context.stroke();
  const place = layer.tip_off_plane_mm === null ? "" : `, ${layer.tip_off_plane_mm.toFixed(1)} mm out of plane`;
  label(context, `tip in ${layer.tip_structure}${place}`, sx, sy + 16, MODEL);
  context.strokeStyle = MODEL;
  context.lineWidth = 1.4;
}

/**
 * A cross where a perfect tip would be.
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 * @param {TeacherLayer} layer
 */
function drawTarget(context, v, layer) {
  if (!layer.target_mm) return;
  const [x, y] = toScreen(v, layer.target_mm[0], layer.target_mm[1]);
  context.strokeStyle = MODEL;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - 7, y);
  context.lineTo(x + 7, y);
  context.moveTo(x, y - 7);
  context.lineTo(x, y + 7);
  context.stroke();
  const off = layer.target_mm[2];
  const text = Math.abs(off) > 1 ? `target, ${Math.abs(off).toFixed(0)} mm beside this plane` : "target";
  label(context, text, x, y - 14, MODEL);
}
