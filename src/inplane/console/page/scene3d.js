// The 3-D scene beside the picture: the simulated patient as it is. Truth, so it is off until somebody asks for it, and the
// journal keeps when. Its renderer is loaded when it is first opened; it is drawn only when something changed.

import { button, byId, make, say, setText } from "./dom.js";
import { fillList, isOff } from "./scene_list.js";
import { decodeScene } from "./scene_data.js";
import { facing, listen, START, STEPS, VIEWS } from "./scene_orbit.js";
import { send } from "./socket.js";
import { changed, on, state, still } from "./store.js";

/** @typedef {import("./scene_view.js").SceneView} SceneView */

const LEAST_MS = 120; // from one drawing to the next. chosen: eight a second leave the picture its own rate
const [LATE_FPS, LATE_MS] = [24, 250]; // chosen: the picture goes first on a machine that cannot do both
const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i; // draws with the processor
const NO_WEBGL = "This browser has no WebGL, which the 3-D scene needs. Everything else works.";

const card = byId("scene-card", HTMLElement);
const canvas = byId("scene-canvas", HTMLCanvasElement);
const words = byId("scene-words", HTMLParagraphElement);
const list = byId("scene-list", HTMLUListElement);
const orbit = { ...START };
/** @type {SceneView | null} */
let view = null;
let broken = false;
/** The session whose patient is shown, or is being fetched; 0 for none. */
let shown = 0;
let ready = false;
let drawn_ms = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

/** Shows the scene, or takes it away. */
export function toggleScene() {
  if (state.info?.kind !== "simulated") return;
  state.scene.on = !state.scene.on;
  if (!ready) shown = 0; // what did not come before is asked for again
  send({ type: "Scene3d", on: state.scene.on });
  if (!state.scene.on && card.contains(document.activeElement)) button("scene").focus();
  say(state.scene.on ? "3-D scene, from the model" : "3-D scene off");
  changed("view");
}

/** Makes the panel work. */
export function buildScene() {
  button("scene").addEventListener("click", toggleScene);
  button("scene-close").addEventListener("click", toggleScene);
  buildButtons();
  listen(canvas, orbit, ask, pick);
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    tell("The 3-D scene was lost by the browser. Waiting for it to come back.");
  });
  canvas.addEventListener("webglcontextrestored", () => {
    tell("");
    ask();
  });
  on("view", follow);
  on("session", () => {
    shown = 0;
    ready = false;
    state.scene.now = null;
  });
  on("frame", frame);
  new ResizeObserver(ask).observe(canvas);
}

/** Every way to turn it has a button. */
function buildButtons() {
  /** @type {[string, string, string][]} */
  const steps = [["ArrowLeft", "←", "Turn left"], ["ArrowRight", "→", "Turn right"], ["ArrowUp", "↑", "Turn up"], ["ArrowDown", "↓", "Turn down"], ["-", "−", "Zoom out"], ["+", "+", "Zoom in"]];
  byId("scene-steps", HTMLDivElement).replaceChildren(...steps.map(([key, sign, name]) => made(sign, name, () => STEPS[key](orbit))));
  byId("scene-views", HTMLDivElement).replaceChildren(
    made("Skin", "View from above the skin", () => Object.assign(orbit, VIEWS.skin)),
    made("Feet", "View from the feet", () => Object.assign(orbit, VIEWS.feet)),
    made("Side", "View from the patient’s left", () => Object.assign(orbit, VIEWS.side)),
    made("Picture", "View as the picture shows it", () => {
      const now = state.scene.now;
      if (now) Object.assign(orbit, facing(now.probe_axes[2]));
    }),
    made("Reset", "View as at the beginning", () => STEPS.Home(orbit)),
  );
}

/** @param {string} text @param {string} name @param {() => void} act */
function made(text, name, act) {
  const one = make("button", { type: "button", title: name }, text);
  one.setAttribute("aria-label", text.length > 1 ? `${text}: ${name}` : name);
  one.addEventListener("click", () => {
    act();
    ask();
  });
  return one;
}

/** The panel is there while the program says that the scene is on. */
function follow() {
  const open = state.scene.on;
  button("scene").setAttribute("aria-pressed", String(open));
  if (card.hidden !== open) return;
  card.hidden = !open;
  if (open) card.scrollIntoView({ block: "nearest" });
}

/** A new frame, which may say where things are now. */
function frame() {
  const tick = state.tick;
  if (!state.scene.on || !tick?.scene3d) return;
  state.scene.now = tick.scene3d;
  if (shown !== state.session) void load(state.session);
  else if (ready && view) {
    view.move(tick.scene3d, state.picture, tick.needle);
    ask();
  }
}

/** Fetches a session's patient. The renderer comes with the first. @param {number} session */
async function load(session) {
  shown = session;
  ready = false;
  if (!(await begin())) return;
  tell("Making the surfaces of this patient");
  const answer = await fetch("/scene").catch(() => null);
  if (session !== state.session) return; // the next one is on its way
  if (!answer?.ok) {
    tell(answer ? await answer.text() : "The surfaces of this patient did not come. Close the scene, then open it again.");
    return;
  }
  const surfaces = decodeScene(await answer.arrayBuffer());
  if (session !== state.session || !state.info || !view) return;
  view.show(surfaces, state.info);
  for (const { name } of surfaces) view.setShown(name, !isOff(name));
  fillList(list, surfaces, (name, on) => {
    view?.setShown(name, on);
    ask();
  }, light);
  state.scene.triangles = surfaces.reduce((sum, { triangles }) => sum + triangles.length / 3, 0);
  ready = true;
  tell("");
}

/** Whether there is something to draw with. */
async function begin() {
  if (view) return true;
  if (!broken) {
    tell("Loading the 3-D scene");
    try {
      const drawer = webgl();
      broken = drawer === "";
      if (!broken) {
        const [three, { SceneView }] = await Promise.all([import("./vendor/three/three.module.js"), import("./scene_view.js")]);
        view ??= new SceneView(three, canvas, !SOFTWARE.test(drawer));
      }
    } catch {
      broken = true;
    }
  }
  if (broken) tell(NO_WEBGL);
  return view !== null;
}

/** What draws WebGL here; "" where nothing does. */
function webgl() {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return "";
  const named = context.getExtension("WEBGL_debug_renderer_info");
  const name = String(context.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : context.RENDERER)) || "unknown";
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return name;
}

/** @param {string} text "" where the scene speaks for itself */
function tell(text) {
  setText(words, text);
  words.hidden = text === "";
}

/** @param {string} name */
function light(name) {
  view?.light(name);
  ask();
}

/** Names what was clicked. @param {number} x @param {number} y */
function pick(x, y) {
  const name = ready && view ? view.pick(x, y) : "";
  setText(byId("scene-picked", HTMLParagraphElement), name);
  light(name);
}

/** Whether the picture itself comes late, so that the scene should stand back. */
const late = () => !still() && (state.tick?.frames_per_s ?? 0) < LATE_FPS;

/** Draws soon, but never more often than eight times a second. */
function ask() {
  if (waiting !== undefined || !state.scene.on) return;
  waiting = setTimeout(() => {
    waiting = undefined;
    if (!state.scene.on || !ready || !view) return;
    drawn_ms = performance.now();
    view.draw(orbit);
    state.scene.drawn += 1;
  }, Math.max(0, drawn_ms + (late() ? LATE_MS : LEAST_MS) - performance.now()));
}
