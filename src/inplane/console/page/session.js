// Reset, retry, another patient, easier, harder, another procedure or side.

import { button, byId, clamp, make } from "./dom.js";
import { on, real, state } from "./store.js";
import { send } from "./socket.js";

const dialog = byId("session-dialog", HTMLDialogElement);
const LEVELS = ["0, easy", "1", "2", "3", "4, hard"];

/** @param {Partial<import("./messages").Choose>} change */
function choose(change) {
  const info = state.info;
  if (!info) return;
  const { procedure_id, side, seed, level } = info;
  if (side === null || seed === null || level === null) return; // a real source has no other patients
  send({ type: "Choose", procedure_id, side, seed, level, lesson: info.lesson.length > 0, ...change });
}

/** Another patient, of the same difficulty. */
export const newPatient = () => choose({ seed: Math.floor(Math.random() * 1_000_000), lesson: false });

/** @param {number} by */
export const chooseLevel = (by) => choose({ level: clamp((state.info?.level ?? 0) + by, 0, 4), lesson: false });

/** @param {string} text @param {() => void} act */
function action(text, act) {
  const made = make("button", { type: "button" }, text);
  made.addEventListener("click", () => {
    dialog.close();
    act();
  });
  return made;
}

/**
 * @param {string} name
 * @param {[string, string][]} options
 * @param {string} value
 */
function select(name, options, value) {
  const field = make("select", { id: `choose-${name}` }, ...options.map(([id, text]) => make("option", { value: id }, text)));
  field.value = value;
  return field;
}

/** Opens the dialog. */
export function openSession() {
  const info = state.info;
  if (!info) return;
  if (real()) {
    openSource();
    return;
  }
  const procedure = select("procedure", info.procedures.map((known) => [known.id, known.name]), info.procedure_id);
  const side = select("side", [["right", "Right"], ["left", "Left"]], info.side ?? "right");
  const level = select("level", LEVELS.map((name, index) => [String(index), name]), String(info.level));
  const kind = select("kind", [["lesson", "Lesson"], ["free", "Free play"]], info.lesson.length > 0 ? "lesson" : "free");
  const seed = make("input", { type: "number", id: "choose-seed", min: "0", max: "2147483647", step: "1", value: String(info.seed) });
  /** @param {string} text @param {HTMLElement} field */
  const labelled = (text, field) => make("label", { htmlFor: field.id }, text, field);
  const start = make("button", { type: "button", className: "primary", id: "choose-go" }, "Start");
  start.addEventListener("click", () => {
    dialog.close();
    choose({
      procedure_id: procedure.value,
      side: side.value === "left" ? "left" : "right",
      level: Number(level.value),
      seed: clamp(Math.floor(Number(seed.value)) || 0, 0, 2147483647),
      lesson: kind.value === "lesson",
    });
  });
  const close = make("button", { type: "button" }, "Close");
  close.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(make("div", { className: "inside" },
    make("h2", { id: "session-title" }, "Session"),
    make("h3", null, "This patient"),
    make("div", { className: "grid-buttons" },
      action("Reset: needle out, syringe full", () => send({ type: "Again", how: "reset" })),
      action("Retry from the form", () => send({ type: "Again", how: "retry" }))),
    make("h3", null, "Another patient"),
    make("div", { className: "grid-buttons" },
      action("New patient", newPatient), action("Easier", () => chooseLevel(-1)), action("Harder", () => chooseLevel(1))),
    make("h3", null, "Choose"),
    make("div", { className: "fields" },
      labelled("Procedure", procedure), labelled("Side", side), labelled("Kind", kind),
      labelled("Difficulty", level), labelled("Patient number", seed)),
    make("div", { className: "buttons" }, close, start)));
  dialog.showModal();
}

/** Of a recording or a scanner there is only its beginning to go to. */
function openSource() {
  const live = state.info?.kind === "live";
  const close = make("button", { type: "button" }, "Close");
  close.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(make("div", { className: "inside" },
    make("h2", { id: "session-title" }, live ? "This scanner" : "This recording"),
    make("p", null, state.info?.patient ?? ""),
    make("div", { className: "grid-buttons" },
      action(live ? "Connect again" : "Play again from the beginning", () => send({ type: "Again", how: "retry" }))),
    make("p", { className: "foot" }, "For another source, stop the program and start it with another --source."),
    make("div", { className: "buttons" }, close)));
  dialog.showModal();
}

/** Makes the button work. */
export function buildSession() {
  button("session-open").addEventListener("click", openSession);
  on("session", () => dialog.close());
}
