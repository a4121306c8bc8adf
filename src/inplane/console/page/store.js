// What the page knows now, in one place, and who wants to hear of a change.

/** @typedef {import("./messages").SessionInfo} SessionInfo */
/** @typedef {import("./messages").Hands} Hands */
/** @typedef {import("./messages").Tick} Tick */
/** @typedef {import("./messages").Happened} Happened */
/** @typedef {import("./messages").ResultPage} ResultPage */
/** @typedef {import("./frame.js").Picture} Picture */
/** @typedef {"session" | "hands" | "frame" | "event" | "result" | "view" | "stream" | "stale"} Topic */

/**
 * @typedef {object} Scene the 3-D scene
 * @property {boolean} on
 * @property {import("./messages").Scene3dNow | null} now where things are in it
 * @property {number} drawn so often, so far
 * @property {number} triangles of the patient
 */

/**
 * @typedef {object} State
 * @property {number} session
 * @property {SessionInfo | null} info
 * @property {Hands | null} hands state of hands and knobs, as they will be sent
 * @property {Tick | null} tick of the frame on the screen
 * @property {import("./messages").TeacherLayer | null} teacher the newest layer, where it is on
 * @property {Picture | null} picture on the screen
 * @property {Happened[]} events of this session
 * @property {ResultPage | null} result
 * @property {string} step of the case
 * @property {boolean} frozen
 * @property {boolean} teach
 * @property {Scene} scene
 * @property {"off" | "outline" | "full"} overlay
 * @property {boolean} flip
 * @property {boolean} hidden all marks hidden
 * @property {number} latency_ms from hands to picture
 * @property {number} drawn frames drawn so far
 * @property {import("./messages").Stream | null} stream how a real source fares
 * @property {number} heard_ms the page's clock when anything last came
 * @property {number | null} arrived_ms the page's clock when the newest live picture arrived at the program
 * @property {boolean} steady whether the last two live pictures came close enough together
 * @property {string} stale why a live picture is not live; "" while it is
 * @property {{gain_db: number, map: import("./look.js").MapName}} look of a real source's picture
 * @property {{scale: number, x_mm: number, y_mm: number}} zoom and the image point in the middle of the screen
 */

/** @type {State} */
export const state = {
  session: 0,
  info: null,
  hands: null,
  tick: null,
  teacher: null,
  picture: null,
  events: [],
  result: null,
  step: "",
  frozen: false,
  teach: false,
  scene: { on: false, now: null, drawn: 0, triangles: 0 },
  overlay: "full",
  flip: false,
  hidden: false,
  latency_ms: 0,
  drawn: 0,
  stream: null,
  heard_ms: 0,
  arrived_ms: null,
  steady: false,
  stale: "",
  look: { gain_db: 0, map: "linear" },
  zoom: { scale: 1, x_mm: 0, y_mm: 0 },
};

/** Whether a recording or a scanner is shown, which nobody steers. */
export const real = () => state.info !== null && state.info.kind !== "simulated";

/** How the millimetres of the picture on the screen are known. */
export const calibration = () => state.tick?.scene.calibration ?? state.info?.calibration ?? "uncalibrated";

/** Whether the picture stands still, so that the cine can be stepped through. */
export const still = () => state.frozen || (state.stream?.ended ?? false);

/** @type {Map<Topic, (() => void)[]>} */
const listeners = new Map();

/**
 * Calls back whenever something of that topic changed.
 * @param {Topic} topic
 * @param {() => void} callback
 */
export function on(topic, callback) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), callback]);
}

/** @param {Topic} topic */
export function changed(topic) {
  for (const callback of listeners.get(topic) ?? []) callback();
}

/** The live state can be looked at from tests and from the browser's tools. */
Object.assign(globalThis, { inplane: state });
