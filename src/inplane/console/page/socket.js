// The connection: hands go out as a state, events come in order, frames are drawn and acknowledged.

import { decodeFrame } from "./frame.js";
import { changed, state } from "./store.js";
import { clockTold, pictureArrived } from "./watch.js";

/** @typedef {import("./messages").FromPage} FromPage */
/** @typedef {import("./messages").ToPage} ToPage */
/** @typedef {import("./messages").Tick} Tick */

const RETRY_MS = 1000;
const CLOSE_REASONS = new Map([
  [4400, "The console refused a message of this page. Reload the page."],
  [4403, "This page has no key. Open the link that inplane run printed."],
  [4409, "In use: the console is open in another window. Close that one, then try again."],
  [4410, "This page was replaced by a newer connection."],
]);

/** This page's own name: a reload is another page. */
const PAGE = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @type {WebSocket | null} */
let socket = null;
/** @type {Tick | null} */
let nextTick = null;
let dirty = false;
let lastEvent = -1;
let measured_ms = 0;
/** @type {(text: string, fraction: number | null, again: boolean) => void} */
let cover = () => {};

/** Connects, and again each second after a drop. */
export function connect() {
  cover("Connecting", null, false);
  const opened = new WebSocket(`ws://${location.host}/live`);
  opened.binaryType = "arraybuffer";
  socket = opened;
  opened.onopen = () => send({ type: "Hello", page: PAGE, last_event: lastEvent });
  opened.onmessage = (message) => {
    state.heard_ms = performance.now();
    if (typeof message.data === "string") take(JSON.parse(message.data));
    else draw(message.data);
  };
  opened.onclose = (closed) => {
    if (socket !== opened) return;
    socket = null;
    const reason = CLOSE_REASONS.get(closed.code);
    cover(reason ?? "Connection lost. Trying again.", null, reason !== undefined);
    if (reason === undefined) setTimeout(connect, RETRY_MS);
  };
}

/**
 * Where to say how the connection stands; null takes the cover away.
 * @param {(text: string, fraction: number | null, again: boolean) => void} callback
 */
export function onCover(callback) {
  cover = callback;
}

/** @param {FromPage} message */
export function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

/** Hands or knobs moved: they are sent with the next animation frame, as they are then. */
export function handsMoved() {
  dirty = true;
  changed("hands");
}

/** Sends the hands if they moved. */
export function flushHands() {
  if (!dirty || !state.hands || socket?.readyState !== WebSocket.OPEN) return;
  dirty = false;
  state.hands.stamp_ms = Math.round(performance.now() * 10) / 10;
  send({ type: "Hands", ...state.hands });
}

/** @param {ToPage} message */
function take(message) {
  if (message.type === "Tick") nextTick = message;
  else if (message.type === "Welcome") welcome(message);
  else if (message.type === "Building") cover(message.text, message.fraction, false);
  else if (message.type === "Happened") happened(message);
  else if (message.type === "Stream") {
    state.stream = message;
    clockTold(message.clock_ms);
    changed("stream");
  }
  else if (message.type === "ResultPage") {
    state.result = message;
    changed("result");
  }
}

/** @param {import("./messages").Welcome} message */
function welcome(message) {
  const again = message.session === state.session;
  state.frozen = message.frozen;
  state.teach = message.teach;
  state.scene.on = message.scene3d;
  state.overlay = message.overlay;
  state.step = message.step;
  if (!again) {
    state.session = message.session;
    state.info = message.info;
    state.hands = message.hands;
    state.result = null;
    state.events = [];
    state.stream = null;
    state.arrived_ms = null;
    if (message.info.kind !== "simulated") Object.assign(state, { picture: null, tick: null });
    lastEvent = -1;
    changed("session");
    changed("result");
  }
  dirty = again;
  cover("", null, false);
  changed("view");
  changed("event");
  changed("hands");
}

/** @param {import("./messages").Happened} event */
function happened(event) {
  if (event.number <= lastEvent) return;
  lastEvent = event.number;
  state.events.push(event);
  if (event.kind === "step") state.step = event.name;
  if (event.kind === "problem" && !document.querySelector("dialog[open]")) cover("", null, false);
  changed("event");
}

/**
 * Takes a frame to the screen and gives the credit back once it is drawn.
 * @param {ArrayBuffer} message
 */
function draw(message) {
  const picture = decodeFrame(message);
  if (!nextTick || nextTick.delivery !== picture.delivery) throw new Error("A frame without its tick.");
  const tick = nextTick;
  const from = socket;
  if (tick.arrived_ms !== null && tick.cine_back === 0) pictureArrived(tick.arrived_ms);
  requestAnimationFrame(() => {
    state.picture = picture;
    state.tick = tick;
    state.teacher = state.teach ? tick.teacher ?? (tick.cine_back > 0 ? null : state.teacher) : null;
    state.drawn += 1;
    changed("frame");
    if (tick.cine_back === 0 && tick.stamp_ms > measured_ms) {
      measured_ms = tick.stamp_ms;
      state.latency_ms = performance.now() - tick.stamp_ms;
    }
    if (from === socket) send({ type: "Drawn", delivery: picture.delivery, sequence: picture.sequence });
  });
}
