// The one-page result, which can be printed.

import { byId, make } from "./dom.js";
import { on, state } from "./store.js";
import { send } from "./socket.js";
import { chooseLevel, newPatient } from "./session.js";

const dialog = byId("result-dialog", HTMLDialogElement);

/** Shows the result when it arrives, and takes it away with the next session. */
export function buildResult() {
  on("result", () => (state.result ? showResult() : dialog.close()));
}

/** @param {string} text @param {() => void} act @param {string} [className] */
function action(text, act, className = "") {
  const made = make("button", { type: "button", className }, text);
  made.addEventListener("click", act);
  return made;
}

/** Shows the result. */
export function showResult() {
  const result = state.result;
  if (!result) return;
  dialog.replaceChildren(make("div", { className: "inside" },
    make("div", { className: "paper" },
      make("h2", { id: "result-title", tabIndex: -1, autofocus: true }, result.title),
      ...list("Remarks", result.remarks, "remarks"),
      make("div", { className: "columns" }, ...picture(result), ...result.sections.map(table)),
      ...list("Alarms", result.alarms, "events"),
      make("p", { className: "foot" }, `Picture: recognized from the picture. Hands: from hands and syringe. Model: the truth of the simulation. ${result.footer}`)),
    make("div", { className: "buttons" },
      action("Print", () => window.print()),
      action("Close", () => dialog.close()),
      action("Easier", () => chooseLevel(-1)),
      action("Harder", () => chooseLevel(1)),
      action("New patient", newPatient),
      action("Retry", () => send({ type: "Again", how: "retry" }), "primary"))));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

/** @param {import("./messages").ResultSection} section */
function table(section) {
  const rows = section.lines.map((line) => make("tr", null,
    make("th", { scope: "row" }, line.label),
    make("td", null, line.value),
    make("td", { className: "origin" }, line.origin.replace(/^from the |^from | \(.*\)$| and.*$/g, ""))));
  return make("section", null, make("h3", null, section.title), make("table", null, make("tbody", null, ...rows)));
}

/** @param {import("./messages").ResultPage} result */
function picture(result) {
  if (!result.picture) return [];
  const image = make("img", { src: result.picture, alt: result.picture_text });
  return [make("figure", null, image, make("figcaption", null, result.picture_text))];
}

/** @param {string} title @param {string[]} texts @param {string} className */
function list(title, texts, className) {
  return texts.length === 0 ? [] : [make("h3", null, title), make("ul", { className }, ...texts.map((text) => make("li", null, text)))];
}
