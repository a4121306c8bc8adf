// The alarm line after IEC 60601-1-8, its latched log, and its sound, which is off until somebody turns it on.

import { button, byId, clock, make, setChildren, setText } from "./dom.js";
import { on, state, still } from "./store.js";
import { send } from "./socket.js";

/** @typedef {import("./messages").Happened} Happened */
/** @typedef {import("./messages").Alarm} Alarm */

/** @type {Record<string, string>} */
const PREFIX = { high: "***", medium: "**", low: "*" };
const RANK = ["high", "medium", "low"];
const PAUSE_MS = 120_000; // two minutes, the usual audio pause of monitors (chosen)

let sound = false;
let paused_until = 0;
let beeped_ms = 0;
/** @type {AudioContext | null} */
let audio = null;
let announced = "";

/** Makes line, log and buttons work. */
export function buildAlarms() {
  button("alarm-acknowledge").addEventListener("click", acknowledgeFirst);
  button("audio-pause").addEventListener("click", () => {
    paused_until = performance.now() < paused_until ? 0 : performance.now() + PAUSE_MS;
    updateLine();
  });
  button("sound").addEventListener("click", () => {
    sound = !sound;
    audio ??= new AudioContext();
    void audio.resume();
    button("sound").setAttribute("aria-pressed", String(sound));
    setText(button("sound"), sound ? "Sound on" : "Sound off");
    updateLine();
  });
  on("frame", updateLine);
  on("stale", updateLine);
  on("event", updateLog);
  on("session", updateLog);
}

/** Alarms that were raised and that nobody has acknowledged, oldest first. */
function latched() {
  /** @type {Map<string, Happened>} */
  const waiting = new Map();
  for (const event of state.events) {
    if (event.kind === "alarm") waiting.set(event.name, event);
    else if (event.kind === "acknowledged") waiting.delete(event.name);
  }
  return [...waiting.values()];
}

/** Takes note of the most urgent alarm that waits. */
export function acknowledgeFirst() {
  const waiting = latched().sort((a, b) => RANK.indexOf(a.priority) - RANK.indexOf(b.priority));
  if (waiting.length > 0) send({ type: "Acknowledge", condition: waiting[0].name });
}

/** The banner: the most urgent active alarm; without one, how many wait in the log. */
function updateLine() {
  const past = state.step === "result" || (still() && state.tick?.cine_back) || state.stale !== "";
  const alarms = past ? [] : state.tick?.advice.alarms ?? [];
  const first = [...alarms].sort((a, b) => RANK.indexOf(a.priority) - RANK.indexOf(b.priority))[0];
  const waiting = latched();
  const line = byId("alarm", HTMLElement);
  const priority = first?.priority ?? (waiting.length > 0 ? "latched" : "none");
  if (line.dataset.priority !== priority) line.dataset.priority = priority;
  const text = first
    ? `${PREFIX[first.priority]} ${first.what}`
    : state.stale ? "Input stale: alarms cannot be judged" : waiting.length > 0 ? `Over, not acknowledged: ${waiting.map((event) => `${PREFIX[event.priority]} ${event.text}`).slice(-2).join(" ")}` : "No alarm";
  const more = first ? ` ${first.action} (${first.measured.replace(/\.$/, "")})` : "";
  setChildren(byId("alarm-text", HTMLParagraphElement), text + more, () => [document.createTextNode(text), make("small", null, more)]);
  button("alarm-acknowledge").hidden = waiting.length === 0;
  const isPaused = performance.now() < paused_until;
  button("audio-pause").hidden = !sound || (!first && !isPaused);
  button("audio-pause").setAttribute("aria-pressed", String(isPaused));
  setText(button("audio-pause"), isPaused ? "Audio paused" : "Audio pause");
  announce(first);
  beep(first, isPaused);
}

/** @param {Alarm | undefined} first */
function announce(first) {
  const text = first?.priority === "high" ? `${first.what} ${first.action}` : "";
  if (text !== announced) setText(byId("alarm-live", HTMLParagraphElement), text);
  announced = text;
}

/**
 * Three tones for high, two for medium, one for low, again after a pause.
 * @param {Alarm | undefined} first
 * @param {boolean} isPaused
 */
function beep(first, isPaused) {
  if (!sound || !audio || isPaused || !first || state.frozen) return;
  const rank = RANK.indexOf(first.priority);
  const now = performance.now();
  if (now - beeped_ms < [2500, 7500, 20_000][rank]) return;
  beeped_ms = now;
  for (let tone = 0; tone < 3 - rank; tone++) {
    const at = audio.currentTime + tone * 0.2;
    const source = new OscillatorNode(audio, { frequency: [880, 660, 440][rank] });
    const gain = new GainNode(audio, { gain: 0 });
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.08, at + 0.02);
    gain.gain.linearRampToValueAtTime(0, at + 0.14);
    source.connect(gain).connect(audio.destination);
    source.start(at);
    source.stop(at + 0.15);
  }
}

/** The log: newest first; what was raised stays until acknowledged. */
function updateLog() {
  const waiting = new Set(latched().map((event) => event.number));
  const raised = state.events.filter((event) => ["alarm", "problem", "source"].includes(event.kind)).slice(-40).reverse();
  setText(byId("log-count", HTMLSpanElement), waiting.size > 0 ? `(${waiting.size} to acknowledge)` : "");
  const key = JSON.stringify([state.session, raised.map((event) => [event.number, waiting.has(event.number)])]);
  setChildren(byId("log", HTMLOListElement), key, () => raised.length === 0
    ? [make("li", { className: "empty" }, "None so far.")]
    : raised.map((event) => logLine(event, waiting.has(event.number))));
  updateLine();
}

/**
 * @param {Happened} event
 * @param {boolean} waits
 */
function logLine(event, waits) {
  const prefix = event.priority ? `${PREFIX[event.priority]} ` : "";
  const item = make("li", { className: waits ? "" : "seen" },
    make("span", null, `${prefix}${event.text}`),
    make("small", null, `${clock(event.time_s)} ${event.detail}`));
  item.dataset.priority = event.priority;
  if (waits) {
    const seen = make("button", { type: "button", ariaLabel: `Acknowledge: ${event.text}` }, "✓");
    seen.addEventListener("click", () => send({ type: "Acknowledge", condition: event.name }));
    item.append(seen);
  }
  return item;
}
