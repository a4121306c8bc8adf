// Turning a scene about its middle: drag, wheel, keys and buttons change two angles and a distance, nothing else.

import { clamp } from "./dom.js";

const [NEAREST, FARTHEST] = [1, 12]; // chosen: a vessel fills the panel; the whole window of the body is small
const STEEPEST = 1.55; // rad. chosen: just below upright, where left and right would swap
const TURN = 0.12; // rad a key press. chosen: a quarter turn in thirteen
const PER_PIXEL = 0.009; // rad. chosen: a drag across the panel is half a turn
const CLOSER = 1.15; // chosen: five notches halve the distance

/**
 * @typedef {object} Orbit
 * @property {number} azimuth rad, from the feet towards the patient's left
 * @property {number} elevation rad, 0 level with the skin, a quarter turn straight above it
 * @property {number} distance in halves of the patient's longest side
 */

/** From the feet, a little from the right and from above. @type {Readonly<Orbit>} */
export const START = { azimuth: -0.5, elevation: 0.45, distance: 4.4 };

/** Views that have a name. @type {{[name: string]: {azimuth: number, elevation: number}}} */
export const VIEWS = {
  skin: { azimuth: 0, elevation: STEEPEST },
  feet: { azimuth: 0, elevation: 0.05 },
  side: { azimuth: Math.PI / 2, elevation: 0.05 },
};

/**
 * @param {Orbit} orbit
 * @param {number} right rad
 * @param {number} up rad
 */
export function turn(orbit, right, up) {
  orbit.azimuth = (orbit.azimuth + right) % (2 * Math.PI);
  orbit.elevation = clamp(orbit.elevation + up, -STEEPEST, STEEPEST);
}

/** @param {Orbit} orbit @param {number} steps towards it, or away where negative */
export function closer(orbit, steps) {
  orbit.distance = clamp(orbit.distance / CLOSER ** steps, NEAREST, FARTHEST);
}

/**
 * What a key or a button of that name does.
 * @type {{[name: string]: (orbit: Orbit) => void}}
 */
export const STEPS = {
  ArrowLeft: (orbit) => turn(orbit, -TURN, 0),
  ArrowRight: (orbit) => turn(orbit, TURN, 0),
  ArrowUp: (orbit) => turn(orbit, 0, TURN),
  ArrowDown: (orbit) => turn(orbit, 0, -TURN),
  "+": (orbit) => closer(orbit, 1),
  "=": (orbit) => closer(orbit, 1),
  "-": (orbit) => closer(orbit, -1),
  Home: (orbit) => Object.assign(orbit, START),
};

/**
 * The place of a camera, relative to the middle.
 * @param {Orbit} orbit
 * @returns {[number, number, number]} along the patient's axes, in the same unit
 */
export function cameraAt({ azimuth, elevation, distance }) {
  const level = Math.cos(elevation) * distance;
  return [level * Math.sin(azimuth), -Math.sin(elevation) * distance, -level * Math.cos(azimuth)];
}

/**
 * Angles from which something is seen that faces a direction.
 * @param {number[]} facing
 */
export const facing = ([x, y, z]) => ({ azimuth: Math.atan2(x, -z), elevation: clamp(Math.asin(clamp(-y, -1, 1)), -STEEPEST, STEEPEST) });

/**
 * Makes mouse, touch and keys turn it; a press without a drag is a click.
 * @param {HTMLCanvasElement} canvas
 * @param {Orbit} orbit
 * @param {() => void} turned
 * @param {(x: number, y: number) => void} clicked where, from -1 to 1 to the right and up
 */
export function listen(canvas, orbit, turned, clicked) {
  let moved = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    moved += Math.abs(event.movementX) + Math.abs(event.movementY);
    turn(orbit, -PER_PIXEL * event.movementX, PER_PIXEL * event.movementY);
    turned();
  });
  canvas.addEventListener("pointerup", (event) => {
    const box = canvas.getBoundingClientRect();
    if (moved < 4) clicked((2 * (event.clientX - box.left)) / box.width - 1, 1 - (2 * (event.clientY - box.top)) / box.height);
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    closer(orbit, -Math.sign(event.deltaY));
    turned();
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    step(orbit);
    turned();
    event.preventDefault();
    event.stopPropagation(); // else the same keys would move the probe
  });
}
