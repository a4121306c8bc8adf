// The procedure's steps: one short form before the needle, aftercare, and the button that leads from one to the next.

import { button, byId, make, setChildren, setText } from "./dom.js";
import { on, state } from "./store.js";
import { send } from "./socket.js";
import { inserted } from "./move.js";
import { showResult } from "./result.js";

/** @typedef {import("./messages").CheckLine} CheckLine */

const STEPS = [["form", "Form"], ["injection", "Injection"], ["aftercare", "Aftercare"], ["result", "Result"]];
const BEFORE = ["indication", "side", "checklist", "time-out", "scan"];

const form = byId("form-dialog", HTMLDialogElement);
const care = byId("aftercare-dialog", HTMLDialogElement);

/** The page's step: everything before the needle is the form. */
const step = () => (BEFORE.includes(state.step) ? "form" : state.step);

/** Makes steps and dialogs work. */
export function buildForm() {
  button("next-step").addEventListener("click", nextStep);
  on("event", update);
  on("session", () => {
    for (const dialog of [form, care]) dialog.close();
    update();
  });
  on("hands", update);
}

function update() {
  const now = step();
  const index = STEPS.findIndex(([id]) => id === now);
  setChildren(byId("steps", HTMLOListElement), now, () => STEPS.map(([, name], at) => {
    const item = make("li", { className: at < index ? "done" : "" }, name);
    if (at === index) item.setAttribute("aria-current", "step");
    return item;
  }));
  const next = button("next-step");
  const text = { form: "Form and time-out", injection: "End the injection", aftercare: "Aftercare", result: "Show the result" }[now];
  setText(next, text ?? "");
  next.classList.toggle("primary", now !== "injection");
  next.disabled = now === "injection" && inserted();
  byId("next-reason", HTMLParagraphElement).hidden = !next.disabled;
  if (now !== "form" && form.open) form.close();
  if (now === "result" && care.open) care.close();
  showProblem();
}

/** What the next step is, from button or key. */
export function nextStep() {
  const now = step();
  if (now === "form") openForm();
  else if (now === "injection" && !inserted()) send({ type: "Finish" });
  else if (now === "aftercare") openCare();
  else if (now === "result") showResult();
}

/** Tells in the open dialog why an answer was refused. */
function showProblem() {
  const last = state.events.at(-1);
  const open = form.open ? form : care.open ? care : null;
  if (open && last?.kind === "problem") setText(/** @type {HTMLElement} */ (open.querySelector(".wrong")), last.text);
}

/**
 * A line to tick, with its source and whether a clinician has reviewed it.
 * @param {CheckLine} line
 * @param {string} name
 */
function tick(line, name) {
  const note = [line.source, line.review].filter(Boolean).join("; ");
  return make("label", { className: "tick" },
    make("input", { type: "checkbox", name, value: line.id }),
    make("span", null, line.text, make("small", null, note)));
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} text
 */
function radio(name, value, text) {
  return make("label", { className: "tick" }, make("input", { type: "radio", name, value }), text);
}

/**
 * @param {string} legend
 * @param {...Node} children
 */
function group(legend, ...children) {
  return make("fieldset", { className: legend === "Checklist" ? "checks" : "" }, make("legend", null, legend), ...children);
}

/** @param {HTMLDialogElement} dialog @param {string} action @param {() => void} submit */
function buttons(dialog, action, submit) {
  const cancel = make("button", { type: "button" }, "Not yet");
  cancel.addEventListener("click", () => dialog.close());
  const go = make("button", { type: "button", className: "primary", id: `${dialog.id}-go` }, action);
  go.addEventListener("click", submit);
  const wrong = make("p", { className: "wrong" });
  wrong.setAttribute("role", "alert");
  return [wrong, make("div", { className: "buttons" }, cancel, go)];
}

/** @param {HTMLDialogElement} dialog @param {string} name */
const ticked = (dialog, name) =>
  [.../** @type {NodeListOf<HTMLInputElement>} */ (dialog.querySelectorAll(`input[name="${name}"]:checked`))].map((input) => input.value);

function openForm() {
  const info = state.info;
  if (!info) return;
  const yes = { id: "yes", source: "", review: "" };
  form.replaceChildren(make("div", { className: "inside" },
    make("h2", { id: "form-title" }, `Before the needle: ${info.procedure_name}`),
    make("p", null, `${info.patient}. `, make("strong", null, info.indication)),
    make("dl", { className: "about" }, ...info.about.flatMap((line) => [make("dt", null, line.id), make("dd", null, line.name)])),
    group("Indication", tick({ ...yes, text: "The indication stands for this patient." }, "indication")),
    group("Side, as marked on the patient", make("div", { className: "pair" }, radio("side", "right", "Right"), radio("side", "left", "Left"))),
    group("Checklist", ...info.checklist.map((line) => tick(line, "check"))),
    group("Time-out", tick({ ...yes, text: "Said aloud: patient, procedure, side, allergies, drug and dose." }, "time-out")),
    ...buttons(form, "Done: the needle may be used", submitForm)));
  form.showModal();
}

function submitForm() {
  const [side] = ticked(form, "side");
  const wrong = /** @type {HTMLElement} */ (form.querySelector(".wrong"));
  if (side !== "left" && side !== "right") {
    setText(wrong, "Side is not chosen. Read it from the mark on the patient.");
    return;
  }
  setText(wrong, "");
  send({
    type: "Form",
    indication: ticked(form, "indication").length > 0 ? state.info?.indication ?? "" : "",
    side,
    checklist: ticked(form, "check"),
    time_out: ticked(form, "time-out").length > 0,
  });
}

function openCare() {
  const info = state.info;
  if (!info) return;
  care.replaceChildren(make("div", { className: "inside" },
    make("h2", { id: "aftercare-title" }, "Aftercare"),
    group("Done and told to the patient", ...info.aftercare.map((line) => tick(line, "care"))),
    ...buttons(care, "Finish: show the result", () => send({ type: "Aftercare", done: ticked(care, "care") }))));
  care.showModal();
}
