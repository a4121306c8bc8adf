// The 3-D scene: surfaces that lie still, what moves among them, the skin above, and a camera that turns about them.

import { lookOf } from "./scene_data.js";
import { cameraAt } from "./scene_orbit.js";
import { buildNeedle, buildPlane, buildProbe, buildTarget } from "./scene_parts.js";

/** @typedef {import("./scene_parts.js").Three} Three */
/** @typedef {import("./scene_data.js").Surface} Surface */
/** @typedef {import("./vendor/three/three.module.js").Object3D} Object3D */
/** @typedef {import("./vendor/three/three.module.js").ShaderMaterial} ShaderMaterial */
/** @typedef {{min: number[], max: number[]}} Box */

const FIELD_DEG = 32; // chosen: hardly any distortion, as in a textbook's plate
const MOST_RATIO = 1.5; // device pixels a CSS pixel. chosen: each pixel costs time without a graphics card
const SEEN = 0.5; // opacity from which a click hits a structure first
const MIDDLE = 0.28; // of the depth, what the camera turns about. chosen: the probe above the skin is seen, too
const LEAST_HALF_MM = 35; // chosen: about a wrist, probe and needle are in the panel, too
const GROUND = "#0c1116";

// Lit from the eye, a little from above; clear things show their edges more than what faces the eye;
// what is lit takes the color of all that comes from the model.
const VERTEX = `varying vec3 n; varying vec3 e;
void main() {
  vec4 at = modelViewMatrix * vec4(position, 1.0);
  n = normalMatrix * normal;
  e = -at.xyz;
  gl_Position = projectionMatrix * at;
}`;
const FRAGMENT = `uniform vec3 tint; uniform float opacity; uniform float lit; varying vec3 n; varying vec3 e;
void main() {
  vec3 eye = normalize(e);
  float towards = abs(dot(normalize(n), eye));
  float least = opacity < 0.99 ? 0.75 : 0.28;
  float light = least + (1.0 - least) * max(dot(normalize(n), normalize(eye + vec3(-0.35, 0.55, 0.0))), 0.0);
  float rim = opacity < 0.99 ? 0.40 * pow(1.0 - towards, 3.0) : 0.0;
  gl_FragColor = vec4(mix(tint * light, light * vec3(1.0, 0.27, 0.69), 0.8 * lit), min(1.0, opacity + rim + 0.35 * lit));
  #include <colorspace_fragment>
}`;

/** A scene on a canvas. */
export class SceneView {
  /** @param {Three} three @param {HTMLCanvasElement} canvas @param {boolean} smooth edges, at a cost without a graphics card */
  constructor(three, canvas, smooth) {
    this.three = three;
    this.canvas = canvas;
    this.renderer = new three.WebGLRenderer({ canvas, antialias: smooth, powerPreference: "low-power" });
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, MOST_RATIO));
    this.scene = new three.Scene();
    this.scene.background = new three.Color(GROUND);
    this.camera = new three.PerspectiveCamera(FIELD_DEG, 1, 5, 1500);
    this.camera.up.set(0, -1, 0);
    const light = new three.DirectionalLight("#ffffff", 1.6);
    light.position.set(-0.3, 0.6, 1);
    this.camera.add(light);
    this.scene.add(this.camera, new three.HemisphereLight("#ffffff", "#3a4650", 1.2));
    this.patient = new three.Group();
    this.scene.add(this.patient);
    /** @type {Map<string, import("./vendor/three/three.module.js").Mesh[]>} */
    this.named = new Map();
    /** @type {Surface[]} */
    this.surfaces = [];
    /** @type {[number, number, number]} */
    this.middle = [0, 30, 0];
    this.half_mm = 60;
    /** @type {{objects: Object3D[], move: (now: import("./messages").Scene3dNow, more: any) => void}[]} */
    this.moving = [];
  }

  /**
   * Another patient, probe and needle.
   * @param {Surface[]} surfaces
   * @param {import("./messages").SessionInfo} info
   */
  show(surfaces, info) {
    this.clear();
    const three = this.three;
    this.surfaces = surfaces;
    for (const surface of surfaces) this.add(surface);
    const box = boxOf(surfaces);
    this.middle = [(box.min[0] + box.max[0]) / 2, MIDDLE * box.max[1], (box.min[2] + box.max[2]) / 2];
    this.half_mm = Math.max(LEAST_HALF_MM, ...box.max.map((high, axis) => (high - box.min[axis]) / 2));
    this.patient.add(...buildSkin(three, box), ...buildLetters(three, box));
    this.moving = [buildPlane(three), buildProbe(three, info.probe?.width_mm ?? 40), buildNeedle(three, info.needle?.length_mm ?? 80), buildTarget(three)];
    for (const object of this.moving.flatMap(({ objects }) => objects)) {
      object.visible = false;
      this.patient.add(object);
    }
  }

  /** @param {Surface} surface */
  add({ name, look, points, triangles }) {
    const three = this.three;
    const geometry = new three.BufferGeometry();
    geometry.setAttribute("position", new three.BufferAttribute(points, 3));
    geometry.setIndex(new three.BufferAttribute(triangles, 1));
    geometry.computeVertexNormals();
    const { color, opacity } = lookOf(look);
    const clear = opacity < 1;
    const uniforms = { tint: { value: new three.Color(color) }, opacity: { value: opacity }, lit: { value: 0 } };
    const material = new three.ShaderMaterial({ uniforms, vertexShader: VERTEX, fragmentShader: FRAGMENT, transparent: clear, depthWrite: !clear });
    const mesh = new three.Mesh(geometry, material);
    mesh.renderOrder = clear ? 4 : 0;
    mesh.name = name;
    this.named.set(name, [...(this.named.get(name) ?? []), mesh]);
    this.patient.add(mesh);
  }

  /** Nothing is left of the patient before. */
  clear() {
    this.patient.traverse((object) => {
      const { geometry, material } = /** @type {import("./vendor/three/three.module.js").Mesh} */ (object);
      geometry?.dispose();
      material?.dispose();
    });
    this.patient.clear();
    this.named.clear();
    this.moving = [];
  }

  /**
   * Puts what moves where it lies now.
   * @param {import("./messages").Scene3dNow} now
   * @param {import("./frame.js").Picture | null} picture
   * @param {import("./messages").NeedleNow | null} held
   */
  move(now, picture, held) {
    const more = [picture, null, held, null];
    this.moving.forEach(({ objects, move }, index) => {
      for (const object of objects) object.visible = true;
      move(now, more[index]);
    });
  }

  /** @param {string} name @param {boolean} shown */
  setShown(name, shown) {
    for (const mesh of this.named.get(name) ?? []) mesh.visible = shown;
  }

  /** Makes one structure stand out, or none. @param {string} name */
  light(name) {
    for (const [other, meshes] of this.named) {
      for (const mesh of meshes) /** @type {ShaderMaterial} */ (mesh.material).uniforms.lit.value = other === name ? 1 : 0;
    }
  }

  /**
   * The structure at a place of the panel: of clear ones only where nothing solid is hit. "" where nothing is.
   * @param {number} x from -1 at the left to 1
   * @param {number} y from -1 at the bottom to 1
   */
  pick(x, y) {
    const ray = new this.three.Raycaster();
    ray.setFromCamera(new this.three.Vector2(x, y), this.camera);
    const shown = [...this.named.values()].flat().filter((mesh) => mesh.visible);
    const hits = ray.intersectObjects(shown, false).map((hit) => hit.object);
    /** @param {Object3D} object */
    const solid = (object) => lookOf(this.surfaces.find(({ name }) => name === object.name)?.look ?? "").opacity >= SEEN;
    return (hits.find(solid) ?? hits[0])?.name ?? "";
  }

  /** @param {import("./scene_orbit.js").Orbit} orbit */
  draw(orbit) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    const [x, y, z] = cameraAt({ ...orbit, distance: orbit.distance * this.half_mm * Math.max(1, height / width) });
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.camera.position.set(this.middle[0] + x, this.middle[1] + y, this.middle[2] + z);
    this.camera.lookAt(...this.middle);
    this.renderer.render(this.scene, this.camera);
  }
}

/** @param {Surface[]} surfaces @returns {Box} */
function boxOf(surfaces) {
  const box = { min: [Infinity, Infinity, Infinity], max: [-Infinity, -Infinity, -Infinity] };
  for (const { points } of surfaces) {
    for (let at = 0; at < points.length; at++) {
      box.min[at % 3] = Math.min(box.min[at % 3], points[at]);
      box.max[at % 3] = Math.max(box.max[at % 3], points[at]);
    }
  }
  return box;
}

/** The resting skin at y = 0, faint, with its edge. @param {Three} three @param {Box} box */
function buildSkin(three, { min, max }) {
  const plane = new three.PlaneGeometry(max[0] - min[0], max[2] - min[2]);
  const skin = new three.Mesh(plane, new three.MeshBasicMaterial({ color: "#e3b99a", transparent: true, opacity: 0.1, depthWrite: false, side: three.DoubleSide }));
  const edge = new three.LineSegments(new three.EdgesGeometry(plane), new three.LineBasicMaterial({ color: "#a58a76" }));
  for (const object of [skin, edge]) {
    object.rotateX(Math.PI / 2);
    object.position.set((min[0] + max[0]) / 2, 0, (min[2] + max[2]) / 2);
    object.renderOrder = 5;
  }
  return [skin, edge];
}

/** Which way the patient lies, in words at the skin's edges. @param {Three} three @param {Box} box */
function buildLetters(three, { min, max }) {
  const [x, z] = [(min[0] + max[0]) / 2, (min[2] + max[2]) / 2];
  /** @type {[string, number, number][]} */
  const words = [["Head", x, max[2] + 7], ["Feet", x, min[2] - 7], ["Right", min[0] - 10, z], ["Left", max[0] + 10, z]];
  return words.map(([word, across, along]) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [128, 48];
    const context = canvas.getContext("2d");
    if (context) {
      context.font = "600 34px system-ui, sans-serif";
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillStyle = "#d5c3b4";
      context.fillText(word, 64, 25);
    }
    const sprite = new three.Sprite(new three.SpriteMaterial({ map: new three.CanvasTexture(canvas), transparent: true, depthWrite: false }));
    sprite.scale.set(18, 6.75, 1);
    sprite.position.set(across, -1, along);
    return sprite;
  });
}
