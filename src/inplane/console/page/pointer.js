// Mouse and touch on the picture: drag slides, Shift-drag rocks and tilts, Alt-drag rotates, the wheel advances the
// needle (Ctrl: fine). Two fingers: pinch for depth, twist to rotate. A drag inside the color box or on the gate moves that.
// A real source is not steered: there the wheel and two fingers zoom, a drag moves the picture, a double click shows all.

import { byId } from "./dom.js";
import { real, state } from "./store.js";
import { advance, boxed, gated, moveBox, moveGate, rockAndTilt, rotate, setKnob, slide } from "./move.js";
import { markerSide, toImage, toScreen, view } from "./view.js";
import { clickCaliper, measuring } from "./caliper.js";
import { pan, resetZoom, setZoom, zoomBy } from "./zoom.js";

const screenElement = byId("screen", HTMLDivElement);
/** @type {Map<number, {x: number, y: number}>} */
const pointers = new Map();
let movesBox = false;
let movesGate = false;
const NEAR_PX = 24; // of the gate: half a 44 px target, and a little
let pinch = { distance: 0, angle: 0, depth_mm: 0, zoom: 1 };
const WHEEL = 1.15; // chosen: five notches double the picture

/** Makes mouse and touch work. */
export function buildPointer() {
  screenElement.addEventListener("pointerdown", down);
  screenElement.addEventListener("pointermove", move);
  for (const end of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
    screenElement.addEventListener(end, (event) => pointers.delete(event.pointerId));
  }
  screenElement.addEventListener("wheel", (event) => {
    event.preventDefault();
    const turned = event.deltaY !== 0 ? event.deltaY : event.deltaX;
    if (real()) {
      if (turned !== 0) zoomBy(turned < 0 ? WHEEL : 1 / WHEEL, ...place(event));
    } else if (turned !== 0) advance(-Math.sign(turned) * (event.ctrlKey ? 0.2 : 1));
  }, { passive: false });
  screenElement.addEventListener("dblclick", (event) => {
    if (real() && !measuring() && !(event.target instanceof HTMLButtonElement)) resetZoom();
  });
}

/** @param {MouseEvent} event @returns {[number, number]} */
function place(event) {
  const box = screenElement.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/** @param {PointerEvent} event */
function down(event) {
  if (event.target instanceof HTMLButtonElement || event.button !== 0) return;
  const [x, y] = place(event);
  if (measuring()) {
    clickCaliper(view(), x, y);
    return;
  }
  screenElement.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, { x, y });
  if (pointers.size === 2) pinch = { ...spread(), depth_mm: state.hands?.scanner.depth_mm ?? 40, zoom: state.zoom.scale };
  movesBox = pointers.size === 1 && inBox(x, y);
  movesGate = pointers.size === 1 && nearGate(x, y);
}

/** @param {PointerEvent} event */
function move(event) {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const [x, y] = place(event);
  pointers.set(event.pointerId, { x, y });
  if (pointers.size === 2) twoFingers();
  else if (pointers.size === 1) drag(event, x - before.x, y - before.y);
}

/**
 * @param {PointerEvent} event
 * @param {number} dx
 * @param {number} dy
 */
function drag(event, dx, dy) {
  if (real()) {
    pan(dx, dy);
    return;
  }
  const scale = view().scale;
  if (movesBox) moveBox((-markerSide() * dx) / scale, dy / scale);
  else if (movesGate) moveGate((-markerSide() * dx) / scale, dy / scale);
  else if (event.shiftKey) rockAndTilt(dx * 0.15, dy * 0.15);
  else if (event.altKey) rotate(dx * 0.3);
  else slide(dx / scale, -dy / scale);
}

/** Distance and direction of two fingers. */
function spread() {
  const [a, b] = [...pointers.values()];
  return { distance: Math.hypot(b.x - a.x, b.y - a.y), angle: Math.atan2(b.y - a.y, b.x - a.x) };
}

function twoFingers() {
  const now = spread();
  if (real()) {
    const [a, b] = [...pointers.values()];
    if (pinch.distance > 20) setZoom((pinch.zoom * now.distance) / pinch.distance, (a.x + b.x) / 2, (a.y + b.y) / 2);
    return;
  }
  if (pinch.distance > 20) {
    const depth = (pinch.depth_mm * pinch.distance) / Math.max(now.distance, 20);
    setKnob("depth_mm", Math.round(depth / 5) * 5);
  }
  const twist = ((now.angle - pinch.angle) * 180) / Math.PI;
  if (Math.abs(twist) < 30) rotate(twist);
  pinch.angle = now.angle;
}

/**
 * @param {number} x
 * @param {number} y
 */
function inBox(x, y) {
  const scanner = state.hands?.scanner;
  if (!scanner || !boxed()) return false;
  const [x_mm, y_mm] = toImage(view(), x, y);
  const [x0, y0, x1, y1] = scanner.color_box_mm;
  return x_mm >= x0 && x_mm <= x1 && y_mm >= y0 && y_mm <= y1;
}

/**
 * @param {number} x
 * @param {number} y
 */
function nearGate(x, y) {
  const scanner = state.hands?.scanner;
  if (!scanner || !gated()) return false;
  const [gateX, gateY] = toScreen(view(), ...scanner.gate_mm);
  return Math.hypot(x - gateX, y - gateY) < NEAR_PX;
}
