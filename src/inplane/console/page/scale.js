// What a scanner draws around its picture: marker, depth scale, focus, grey bar, color bar and box.

import { drawGate } from "./gate.js";
import { flowColor, powerColor } from "./picture.js";
import { greyTable } from "./look.js";
import { boxed, gated } from "./move.js";
import { markerSide, toScreen } from "./view.js";
import { calibration, real, state } from "./store.js";

/** @typedef {import("./view.js").View} View */

const INK = "#cfd6dc";
const FAINT = "#6f7c88";

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 */
export function drawScale(context, v) {
  context.font = "12px system-ui, sans-serif";
  context.lineWidth = 1;
  context.textBaseline = "middle";
  drawMarker(context, v);
  if (calibration() !== "uncalibrated") {
    drawDepth(context, v);
    drawFocus(context, v);
  }
  drawGreyBar(context, v);
  const flow = state.picture?.color;
  if (boxed()) drawBox(context, v);
  if (gated()) drawGate(context, v);
  if (flow) drawColorBar(context, v, flow);
}

/**
 * The orientation marker: at the top left, or at the right when flipped; hollow with a question mark where assumed.
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 */
function drawMarker(context, v) {
  const x = markerSide() > 0 ? v.window.left - 14 : v.window.right + 40;
  const assumed = real() && state.info?.about_source?.orientation === "";
  context.fillStyle = context.strokeStyle = "#8fe08f";
  context.beginPath();
  context.arc(x, v.window.top + 10, 7, 0, 2 * Math.PI);
  if (assumed) context.stroke();
  else context.fill();
  context.fillStyle = assumed ? "#8fe08f" : "#04200a";
  context.textAlign = "center";
  context.font = "bold 10px system-ui, sans-serif";
  context.fillText(assumed ? "?" : "M", x, v.window.top + 10.5);
  context.font = "12px system-ui, sans-serif";
}

/**
 * Ticks every 5 mm, every cm with its number.
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 */
function drawDepth(context, v) {
  const right = v.window.right;
  const every = v.scale < 1 && real() ? 10 : 1; // numbers would cover one another
  const estimated = calibration() === "estimated";
  context.strokeStyle = INK;
  context.fillStyle = INK;
  context.textAlign = "left";
  context.beginPath();
  for (let half = 0; half * 5 <= v.depth_mm + 0.01; half++) {
    const y = v.top + half * 5 * v.scale;
    if (y < v.window.top - 0.5 || y > v.window.bottom + 0.5) continue;
    const whole = half % 2 === 0;
    const major = half % 10 === 0;
    context.moveTo(right + 6, y);
    context.lineTo(right + (major ? 20 : whole ? 14 : 10), y);
    const covered = y < v.window.top + 12 && v.window.top > v.top;
    if (whole && half > 0 && (half / 2) % every === 0 && !covered) context.fillText(estimated ? `≈${half / 2}` : `${half / 2}`, right + (estimated ? 21 : 24), y);
  }
  context.stroke();
  context.fillStyle = estimated ? INK : FAINT;
  context.fillText(estimated ? "≈ cm" : "cm", right + 22, v.window.top + 6);
  if (estimated) context.fillText("est.", right + 22, v.window.top + 19);
}

/**
 * An arrow on the scale at the transmit focus.
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 */
function drawFocus(context, v) {
  const focus = state.tick?.signals.scanner?.focus_mm;
  if (focus === undefined || focus > v.depth_mm) return;
  const y = v.top + focus * v.scale;
  if (y < v.window.top || y > v.window.bottom) return;
  const right = v.window.right;
  context.fillStyle = "#f0c27a";
  context.beginPath();
  context.moveTo(right + 2, y);
  context.lineTo(right + 12, y - 6);
  context.lineTo(right + 12, y + 6);
  context.fill();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 */
function drawGreyBar(context, v) {
  const height = Math.min(120, (v.window.bottom - v.window.top) * 0.2);
  const x = v.window.left - 20;
  const bottom = v.window.bottom - 30;
  const fill = context.createLinearGradient(0, bottom, 0, bottom - height);
  for (let level = 0; level <= 255; level += 15) {
    const grey = greyTable[level] & 255;
    fill.addColorStop(level / 255, `rgb(${grey} ${grey} ${grey})`);
  }
  context.fillStyle = fill;
  context.fillRect(x, bottom - height, 10, height);
  context.strokeStyle = FAINT;
  context.strokeRect(x - 0.5, bottom - height - 0.5, 11, height + 1);
}

/**
 * The color box, as the knobs have it.
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 */
function drawBox(context, v) {
  const scanner = state.hands?.scanner;
  if (!scanner) return;
  const [x0, y0, x1, y1] = scanner.color_box_mm;
  const shift = Math.tan((scanner.color_steer_deg * Math.PI) / 180);
  context.strokeStyle = "#f0f3f5";
  context.setLineDash([5, 3]);
  context.beginPath();
  for (const [x, y] of [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]) {
    context.lineTo(...toScreen(v, x + shift * (y - y0), y));
  }
  context.stroke();
  context.setLineDash([]);
}

/**
 * Red towards the probe above, blue away below, with the largest velocity shown without aliasing; or power, low to high.
 * @param {CanvasRenderingContext2D} context
 * @param {View} v
 * @param {import("./frame.js").ColorBox} flow
 */
function drawColorBar(context, v, { nyquist_m_s, power }) {
  const x = v.window.left - 20;
  const top = v.window.top + (v.window.bottom - v.window.top) * 0.34;
  const half = Math.min(60, (v.window.bottom - v.window.top) * 0.13);
  for (let row = -half; row <= half; row++) {
    const share = -row / half;
    context.fillStyle = power ? powerColor((share + 1) / 2) : Math.abs(row) < 2 ? "#000" : flowColor(share);
    context.fillRect(x, top + half + row, 10, 1.5);
  }
  context.fillStyle = INK;
  context.textAlign = "center";
  const shown = (nyquist_m_s * 100).toFixed(0);
  context.fillText(power ? "high" : `+${shown}`, x + 4, top - 9);
  context.fillText(power ? "low" : `−${shown}`, x + 4, top + 2 * half + 10);
  context.fillText(power ? "power" : "cm/s", x + 2, top + 2 * half + 24);
}
