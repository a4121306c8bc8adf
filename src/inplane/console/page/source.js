// A recording or a scanner instead of a simulated patient: what does not apply is hidden; the panel about the source, its
// position and its end.

import { button, byId, clock, make, setChildren, setText } from "./dom.js";
import { on, real, state } from "./store.js";

/** Follows session and stream. */
export function buildSource() {
  on("session", session);
  on("session", stream);
  on("stream", stream);
  on("frame", position);
  on("view", ending);
}

function session() {
  const info = state.info;
  if (!info) return;
  document.body.dataset.kind = info.kind;
  const kind = { simulated: "simulation", recording: "recording", live: "live" }[info.kind];
  setText(byId("log-name", HTMLSpanElement), real() ? "Alarms and events" : "Alarms");
  setText(button("session-open"), real() ? "Source" : "Session");
  document.title = `inplane console (${kind})`;
  const keys = real()
    ? "Arrow keys step the cine while the picture stands still and move it while it is zoomed"
    : "Arrow keys slide the probe";
  byId("screen", HTMLDivElement).setAttribute("aria-label", `Ultrasound picture. ${keys}; press question mark for all keys.`);
}

function stream() {
  const about = state.stream?.about ?? state.info?.about_source;
  if (!about) return;
  setChildren(byId("about-lines", HTMLDListElement), JSON.stringify(about.lines), () =>
    about.lines.flatMap((line) => [make("dt", null, line.id), make("dd", null, line.name)]));
  setChildren(byId("about-notes", HTMLUListElement), about.notes.join("\n"), () => about.notes.map((note) => make("li", null, note)));
  byId("about-notes-title", HTMLHeadingElement).hidden = about.notes.length === 0;
  waiting();
  position();
  ending();
}

/** Before the first picture of a scanner. */
function waiting() {
  const none = state.info?.kind === "live" && state.picture === null && state.stream !== null;
  byId("screen-waiting", HTMLParagraphElement).hidden = !none;
  if (none) setText(byId("screen-waiting", HTMLParagraphElement), `Waiting for the first picture. ${state.stream?.status.text ?? ""}`);
}

/** Where in the recording the picture is. */
function position() {
  const now = state.stream;
  if (!now || state.info?.kind !== "recording") return;
  const total = now.about.frames;
  const at = state.tick?.position ?? 0;
  const bar = byId("position", HTMLProgressElement);
  bar.hidden = total === null;
  if (total !== null) {
    bar.max = total;
    bar.value = at;
  }
  const of = total === null ? `Picture ${at}` : `Picture ${at} of ${total}`;
  setText(byId("position-text", HTMLSpanElement), `${of}, ${clock(state.tick?.time_s ?? 0)}${now.slow ? ", slower than recorded" : ""}`);
}

/** The words at the end, and the button that begins again. */
function ending() {
  const now = state.stream;
  const over = real() && now !== null && now.ended;
  const words = byId("screen-ended", HTMLParagraphElement);
  words.hidden = !over || state.info?.kind === "live";
  setText(words, now?.problem ? "The recording ends too early" : "End of recording");
  setText(button("freeze"), !over ? "Freeze" : state.info?.kind === "live" ? "Try again" : "Play again");
}
