// The guidance panel: what to do, how near things are, what came back, and what cannot be told.

import { byId, make, setChildren } from "./dom.js";
import { calibration, on, real, state } from "./store.js";

/** @typedef {import("./messages").Tick} Tick */

const REFRESH_MS = 200; // chosen: text that changes 30 times a second cannot be read
let shown_ms = 0;

/** Makes the panel follow the frames. */
export function buildGuidance() {
  on("frame", () => {
    const now = performance.now();
    if (!state.tick || (now - shown_ms < REFRESH_MS && !state.frozen)) return;
    shown_ms = now;
    update(state.tick);
  });
  on("stale", () => state.tick && update(state.tick));
}

/** @param {Tick} tick */
function update(tick) {
  const { advice, scene } = tick;
  if (state.stale || !tick.valid) {
    withdraw(state.stale ? "Withdrawn: the input is stale." : "Withdrawn: the source marks this picture as not to be used.");
    return;
  }
  list("hints", advice.hints, "Nothing to say.");
  const cannot = advice.cannot_tell.filter(applies);
  for (const item of scene.cannot_tell) {
    if (applies(`${item.subject}:`) && !cannot.some((text) => text.toLowerCase().includes(item.subject.toLowerCase()))) cannot.push(`${item.subject}: ${item.reason}`);
  }
  list("cannot", cannot.filter((text) => !/^nerves?\b/i.test(text)), "");
  clearances(tick);
  syringe(tick);
}

/** Whether that is not said elsewhere: of a real source, the bar above tells the scale; nobody gives a drug there. @param {string} text */
const applies = (text) => !(real() && /^(dose|spread|scale)\b/i.test(text));

/** Nothing is said of a picture that must not be used. @param {string} why */
function withdraw(why) {
  list("hints", [why], "");
  list("cannot", [], "");
  list("clearances", [], "–");
}

/**
 * @param {string} id
 * @param {string[]} texts
 * @param {string} none
 */
function list(id, texts, none) {
  const lines = texts.length > 0 || none === "" ? texts : [none];
  setChildren(byId(id, HTMLUListElement), lines.join("\n"), () => lines.map((text) => make("li", null, text)));
}

/** @param {Tick} tick */
function clearances(tick) {
  const rows = tick.advice.clearances.slice(0, 4).map((clearance) => {
    const time = clearance.time_to_contact_s;
    const soon = time === null ? "" : `, in ${time.toFixed(1)} s`;
    const exact = `${clearance.distance_mm.toFixed(1).replace("-", "−")} ± ${(2 * clearance.sd_mm).toFixed(1)} mm`;
    const far = calibration() === "estimated" ? `≈ ${exact} est.` : exact;
    return { name: clearance.structure + (clearance.on_path ? ", on the path" : ""), far: far + soon, on: clearance.on_path };
  });
  const target = byId("clearances", HTMLUListElement);
  const none = !tick.scene.needle.tip_mm
    ? "No needle tip in the picture."
    : calibration() === "uncalibrated" ? "No scale: no distances." : "Nothing recognized near the tip.";
  setChildren(target, JSON.stringify([rows, none]), () => rows.length === 0
    ? [make("li", { className: "empty" }, none)]
    : rows.map((row) => make("li", { className: row.on ? "on-path" : "" }, make("span", null, row.name), make("span", null, row.far))));
}

/** @param {Tick} tick */
function syringe(tick) {
  if (real()) return;
  const { signals, advice, scene } = tick;
  const given = signals.injected_ml === null ? "volume unknown" : `${signals.injected_ml.toFixed(1)} of ${state.info?.plan?.planned_ml ?? "?"} ml`;
  const moving = signals.injecting ? ", injecting" : "";
  const back = signals.aspirated === null ? (signals.aspirations === null ? "no signal" : "not aspirated yet") : signals.aspirated;
  const fraction = advice.dose.fraction;
  const dose = fraction === null ? "unknown" : `${(100 * fraction).toFixed(0)} % of the limit`;
  const pressure = signals.pressure_kpa === null ? "no signal" : `${signals.pressure_kpa.toFixed(0)} kPa`;
  const rows = [
    ["Given", given + moving], ["Came back", back], ["Spread", scene.spread.state], ["Pressure", pressure], ["Dose", dose],
  ];
  setChildren(byId("syringe", HTMLDListElement), JSON.stringify([rows, advice.dose.limit]), () => [
    ...rows.flatMap(([name, value]) => [
      make("dt", null, name),
      make("dd", { className: name === "Came back" && value === "blood" ? "blood" : "", title: name === "Dose" ? advice.dose.limit : "" }, value),
    ]),
  ]);
}
