// Whether a live picture is live: nobody may take an old one for what is there now. Looked at by the page's own clock,
// so that it is said too when nothing arrives any more.

import { byId, setText } from "./dom.js";
import { changed, on, state } from "./store.js";

const LOOK_MS = 10;
/** Age of the newest picture from which it is said; the words are on the screen before 200 ms. */
export const STALE_MS = 180;

const CLOCKS = 50; // five seconds of what the program said of its clock
/** This page's clock less the program's, each with what the message needed on its way. @type {number[]} */
const offsets = [];

/** The program's clock, as it was when it wrote this. @param {number} clock_ms */
export function clockTold(clock_ms) {
  offsets.push(state.heard_ms - clock_ms);
  if (offsets.length > CLOCKS) offsets.shift();
}

/** A live picture had arrived at the program then, by its clock; the fastest message tells how that stands to ours. @param {number} at_ms */
export function pictureArrived(at_ms) {
  const here_ms = Math.min(performance.now(), at_ms + (offsets.length > 0 ? Math.min(...offsets) : Infinity));
  state.steady = state.arrived_ms !== null && here_ms - state.arrived_ms < STALE_MS;
  state.arrived_ms = here_ms;
}

/** Looks a hundred times a second; costs microseconds. */
export function buildWatch() {
  setInterval(look, LOOK_MS);
  for (const topic of /** @type {const} */ (["stale", "session", "view"])) on(topic, show);
}

function look() {
  const now = performance.now();
  const why = reason(now);
  if (why !== state.stale) {
    state.stale = why;
    changed("stale");
  } else if (why) age(now);
}

/**
 * Why the picture on the screen is not live; "" where it is, or does not claim to be.
 * @param {number} now
 */
function reason(now) {
  if (state.info?.kind !== "live" || state.frozen) return "";
  const stream = state.stream;
  if (stream?.ended) return stream.problem || "The connection has ended.";
  if (now - state.heard_ms > STALE_MS) return "Nothing is heard from the program.";
  if (state.arrived_ms === null) return "";
  if (stream && !stream.status.connected) return stream.status.text;
  if (stream?.status.stale) return "No new picture comes.";
  if (now - state.arrived_ms > STALE_MS) return "No new picture comes.";
  return state.stale && !state.steady ? "Pictures come too slowly to be called live." : "";
}

/** Words, veil and announcement. */
function show() {
  const stale = state.stale !== "";
  byId("stale", HTMLDivElement).hidden = !stale;
  byId("veil", HTMLDivElement).hidden = !stale;
  setText(byId("stale-why", HTMLParagraphElement), state.stale);
  setText(byId("stale-live", HTMLParagraphElement), stale ? `Input stale, not live. ${state.stale}` : "");
  document.body.classList.toggle("stale-input", stale);
  age(performance.now());
}

/** How old the picture is. @param {number} now */
function age(now) {
  const old_s = state.arrived_ms === null ? null : (now - state.arrived_ms) / 1000;
  setText(byId("stale-age", HTMLParagraphElement), old_s === null ? "" : `This picture is ${old_s.toFixed(1)} s old.`);
}
