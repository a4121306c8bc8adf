// The skin from above, as the operator's own eyes see it: landmarks, probe with its marker, needle. Drag to slide.

import { byId, setText } from "./dom.js";
import { on, state } from "./store.js";
import { handsMoved } from "./socket.js";

const canvas = byId("map", HTMLCanvasElement);
let due = false;

/** Makes the map follow the hands. */
export function buildMap() {
  for (const topic of /** @type {const} */ (["hands", "session", "view", "frame"])) on(topic, () => (due = true));
  new ResizeObserver(() => (due = true)).observe(canvas);
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons !== 1 || !state.hands || state.frozen) return;
    const { scale } = frame();
    state.hands.probe.x_mm += event.movementX / scale;
    state.hands.probe.z_mm -= event.movementY / scale;
    handsMoved();
  });
}

/** Middle and scale of the map: all landmarks fit, with room for the probe. */
function frame() {
  const xs = [-30, 30, ...(state.info?.landmarks ?? []).map((mark) => mark.x_mm)];
  const zs = [-30, 30, ...(state.info?.landmarks ?? []).map((mark) => mark.z_mm)];
  const [left, right, foot, head] = [Math.min(...xs), Math.max(...xs), Math.min(...zs), Math.max(...zs)];
  const scale = Math.min(canvas.clientWidth / (right - left + 24), (canvas.clientHeight - 22) / (head - foot + 16));
  return { x_mm: (left + right) / 2, z_mm: (head + foot) / 2 - 11 / scale, scale };
}

/** Draws the map if something moved. */
export function drawMap() {
  const context = canvas.getContext("2d");
  if (!due || !context || !state.hands || !state.info) return;
  due = false;
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const { x_mm, z_mm, scale } = frame();
  const zoom = ratio * scale;
  context.setTransform(zoom, 0, 0, -zoom, (ratio * width) / 2 - zoom * x_mm, (ratio * height) / 2 + zoom * z_mm);
  drawLandmarks(context, scale);
  drawProbe(context);
  drawNeedle(context);
  const { probe } = state.hands;
  setText(byId("map-text", HTMLElement), `Skin from above, head up. Probe ${probe.x_mm.toFixed(0)}, ${probe.z_mm.toFixed(0)} mm, ${probe.rotate_deg.toFixed(0)}°`);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} scale
 */
function drawLandmarks(context, scale) {
  const landmarks = state.info?.landmarks ?? [];
  context.fillStyle = "#cdb59b";
  for (const landmark of landmarks) {
    context.beginPath();
    context.arc(landmark.x_mm, landmark.z_mm, 1.3, 0, 2 * Math.PI);
    context.fill();
    if (canvas.clientHeight < 190) continue; // no room for names
    context.save();
    context.translate(landmark.x_mm, landmark.z_mm);
    context.scale(1 / scale, -1 / scale);
    context.font = "10px system-ui, sans-serif";
    const right = landmark.x_mm > 0;
    context.textAlign = right ? "right" : "left";
    context.fillText(landmark.name, right ? -7 : 7, 3.5);
    context.restore();
  }
}

/** @param {CanvasRenderingContext2D} context */
function drawProbe(context) {
  if (!state.hands || !state.info?.probe) return;
  const { probe } = state.hands;
  const width = state.info.probe.width_mm;
  context.save();
  context.translate(probe.x_mm, probe.z_mm);
  context.rotate(Math.PI - (probe.rotate_deg * Math.PI) / 180);
  context.fillStyle = "rgb(143 195 221 / 35%)";
  context.strokeStyle = "#8fc3dd";
  context.lineWidth = 0.6;
  context.fillRect(-width / 2, -5, width, 10);
  context.strokeRect(-width / 2, -5, width, 10);
  context.beginPath();
  context.moveTo(-width / 2, 0);
  context.lineTo(width / 2, 0);
  context.stroke();
  context.fillStyle = "#8fe08f";
  context.beginPath();
  context.arc(width / 2 - 3, 0, 2.2, 0, 2 * Math.PI);
  context.fill();
  context.restore();
}

/** The part outside the skin, thick; what is under the skin, thin. @param {CanvasRenderingContext2D} context */
function drawNeedle(context) {
  const needle = state.tick?.needle;
  if (!needle || !state.info?.needle) return;
  const heading = (needle.heading_deg * Math.PI) / 180;
  const flat = Math.cos((needle.steepness_deg * Math.PI) / 180);
  const [dx, dz] = [Math.cos(heading) * flat, Math.sin(heading) * flat];
  const outside = state.info.needle.length_mm - needle.advance_mm;
  context.strokeStyle = "#ffffff";
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(needle.entry_x_mm - dx * outside, needle.entry_z_mm - dz * outside);
  context.lineTo(needle.entry_x_mm, needle.entry_z_mm);
  context.stroke();
  context.lineWidth = 0.5;
  context.setLineDash([1.5, 1.5]);
  context.beginPath();
  context.moveTo(needle.entry_x_mm, needle.entry_z_mm);
  context.lineTo(needle.entry_x_mm + dx * needle.advance_mm, needle.entry_z_mm + dz * needle.advance_mm);
  context.stroke();
  context.setLineDash([]);
}
