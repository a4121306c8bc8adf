// What moves in the 3-D scene, put where the program says that it lies: picture, probe, needle, target.

/** @typedef {typeof import("./vendor/three/three.module.js")} Three */
/** @typedef {import("./messages").Scene3dNow} Scene3dNow */
/** @typedef {import("./messages").NeedleNow} NeedleNow */
/** @typedef {import("./frame.js").Picture} Picture */

export const SIDE = 9; // points along each side of the plane's grid: see world/at_rest.py
export const COLORS = { plane: "#8fc3dd", probe: "#b9c7d2", marker: "#8fe08f", needle: "#ffffff", hub: "#8fc3dd", target: "#ff8fd8" };
const NEEDLE_MM = 0.6; // radius as drawn. chosen: a true needle would be thinner than a pixel
const TIP_MM = 1.3; // radius of the ball at the tip. chosen: seen from afar, and smaller than a nerve
const EVERY = 2; // samples of the picture that are left out, but one. chosen: still finer than the scene's pixels
const HUB_MM = { long: 9, radius: 2.6 }; // chosen: about a Luer hub
const TARGET_MM = 4; // from the middle of the cross to an end. chosen: seen beside a vessel
// Chosen: about a linear probe's, so that hand and scene look alike.
const HEAD_MM = { high: 15, thick: 13 };
const GRIP_MM = { high: 34, thick: 20 };

/**
 * The picture on its plane, with its edge.
 * @param {Three} three
 */
export function buildPlane(three) {
  const geometry = new three.BufferGeometry();
  const uv = new Float32Array(2 * SIDE * SIDE);
  const index = [];
  for (let line = 0; line < SIDE; line++) {
    for (let sample = 0; sample < SIDE; sample++) {
      const at = line * SIDE + sample;
      uv.set([sample / (SIDE - 1), line / (SIDE - 1)], 2 * at);
      if (line + 1 < SIDE && sample + 1 < SIDE) index.push(at, at + 1, at + SIDE, at + 1, at + SIDE + 1, at + SIDE);
    }
  }
  geometry.setAttribute("position", new three.BufferAttribute(new Float32Array(3 * SIDE * SIDE), 3));
  geometry.setAttribute("uv", new three.BufferAttribute(uv, 2));
  geometry.setIndex(index);
  const texture = new three.DataTexture(new Uint8Array(4), 1, 1, three.RGBAFormat);
  const mesh = new three.Mesh(geometry, new three.MeshBasicMaterial({ map: texture, transparent: true, depthWrite: false, side: three.DoubleSide }));
  mesh.renderOrder = 2;
  const edge = new three.Line(new three.BufferGeometry(), new three.LineBasicMaterial({ color: COLORS.plane }));
  edge.renderOrder = 3;
  /** @param {Scene3dNow} now @param {Picture | null} picture */
  const move = (now, picture) => {
    geometry.setAttribute("position", new three.BufferAttribute(Float32Array.from(now.plane_mm.flat()), 3));
    geometry.computeBoundingSphere();
    edge.geometry.dispose();
    edge.geometry = new three.BufferGeometry();
    edge.geometry.setAttribute("position", new three.BufferAttribute(Float32Array.from(now.edge_mm.flat()), 3));
    if (picture && picture.channels === 1) paint(three, mesh, picture, now.sector);
  };
  return { objects: [mesh, edge], move };
}

/**
 * The picture as the texture of its plane: what is black lets a little through; what is outside a sector, all.
 * @param {Three} three
 * @param {import("./vendor/three/three.module.js").Mesh} mesh
 * @param {Picture} picture
 * @param {boolean} sector
 */
function paint(three, mesh, { lines, samples, pixels }, sector) {
  const material = /** @type {{map: import("./vendor/three/three.module.js").DataTexture}} */ (/** @type {unknown} */ (mesh.material));
  const wide = Math.floor(samples / EVERY);
  if (material.map.image.width !== wide || material.map.image.height !== lines) {
    material.map.dispose();
    material.map = new three.DataTexture(new Uint8Array(4 * wide * lines), wide, lines, three.RGBAFormat);
    material.map.minFilter = material.map.magFilter = three.LinearFilter;
    material.map.colorSpace = three.SRGBColorSpace;
  }
  const out = material.map.image.data;
  for (let line = 0, to = 0; line < lines; line++) {
    for (let sample = 0; sample < wide; sample++, to += 4) {
      const grey = pixels[line * samples + sample * EVERY];
      out[to] = out[to + 1] = out[to + 2] = grey;
      out[to + 3] = sector && grey === 0 ? 0 : Math.min(255, 165 + grey);
    }
  }
  material.map.needsUpdate = true;
}

/**
 * Head and grip of a probe, its marker at the head's end; its face is at y = 0, its beam goes down y.
 * @param {Three} three
 * @param {number} width_mm
 */
export function buildProbe(three, width_mm) {
  const group = new three.Group();
  const body = new three.MeshLambertMaterial({ color: COLORS.probe, transparent: true, opacity: 0.5, depthWrite: false });
  const line = new three.LineBasicMaterial({ color: "#e4edf3" });
  const sizes = [
    { wide: width_mm, ...HEAD_MM, above: 0 },
    { wide: Math.min(0.6 * width_mm, 32), ...GRIP_MM, above: HEAD_MM.high },
  ];
  for (const { wide, high, thick, above } of sizes) {
    const box = new three.BoxGeometry(wide, high, thick).translate(0, -above - high / 2, 0);
    const mesh = new three.Mesh(box, body);
    const edges = new three.LineSegments(new three.EdgesGeometry(box), line);
    mesh.renderOrder = edges.renderOrder = 5;
    group.add(mesh, edges);
  }
  const marker = new three.Mesh(new three.SphereGeometry(2.4, 12, 8), new three.MeshBasicMaterial({ color: COLORS.marker }));
  marker.position.set(width_mm / 2, -HEAD_MM.high * 0.6, 0);
  group.add(marker);
  group.matrixAutoUpdate = false;
  /** @param {Scene3dNow} now */
  const move = ({ probe_axes, face_mm }) => {
    const [x, y, z] = probe_axes.map(([a, b, c]) => new three.Vector3(a, b, c));
    group.matrix.makeBasis(x, y, z).setPosition(new three.Vector3(...face_mm));
  };
  return { objects: [group], move };
}

/**
 * The needle as it lies, also seen dimly through what hides it; outside the skin it goes on as it is held.
 * @param {Three} three
 * @param {number} length_mm
 */
export function buildNeedle(three, length_mm) {
  const solid = new three.MeshBasicMaterial({ color: COLORS.needle });
  const ghost = new three.MeshBasicMaterial({ color: COLORS.needle, transparent: true, opacity: 0.4, depthTest: false, depthWrite: false });
  const hubLook = new three.MeshLambertMaterial({ color: COLORS.hub });
  const empty = new three.BufferGeometry();
  const [shaft, through, hub] = [solid, ghost, hubLook].map((material) => new three.Mesh(empty, material));
  const ball = new three.SphereGeometry(TIP_MM, 12, 8);
  const [tip, tipThrough] = [solid, ghost].map((material) => new three.Mesh(ball, material));
  through.renderOrder = tipThrough.renderOrder = 6;
  /** @param {Scene3dNow} now @param {NeedleNow | null} held */
  const move = ({ needle_mm }, held) => {
    const objects = [shaft, through, hub, tip, tipThrough];
    for (const object of objects) object.visible = held !== null;
    if (!held) return;
    const [steep, heading] = [(held.steepness_deg * Math.PI) / 180, (held.heading_deg * Math.PI) / 180];
    const along = [Math.cos(heading) * Math.cos(steep), Math.sin(steep), Math.sin(heading) * Math.cos(steep)];
    const inside = needle_mm.length > 1 ? needle_mm : [[held.entry_x_mm, 0, held.entry_z_mm]];
    const out = length_mm - (needle_mm.length > 1 ? held.advance_mm : 0);
    /** @param {number} far */
    const outside = (far) => new three.Vector3(...inside[0].map((value, axis) => value - far * along[axis]));
    const path = [outside(out), outside(out / 2), ...thinned(inside).map(([x, y, z]) => new three.Vector3(x, y, z))];
    shaft.geometry.dispose();
    hub.geometry.dispose();
    shaft.geometry = through.geometry = new three.TubeGeometry(new three.CatmullRomCurve3(path), 48, NEEDLE_MM, 6);
    hub.geometry = new three.TubeGeometry(new three.LineCurve3(outside(out + HUB_MM.long), outside(out)), 1, HUB_MM.radius, 10);
    tip.position.copy(path[path.length - 1]);
    tipThrough.position.copy(path[path.length - 1]);
  };
  return { objects: [shaft, through, hub, tip, tipThrough], move };
}

/** At most 24 points, the last among them. @param {number[][]} points */
function thinned(points) {
  const step = Math.max(1, Math.ceil(points.length / 24));
  return points.filter((_, at) => at === points.length - 1 || at % step === 0);
}

/**
 * A cross in space where a perfect tip would be, seen through all.
 * @param {Three} three
 */
export function buildTarget(three) {
  const arm = TARGET_MM;
  const ends = new Float32Array([-arm, 0, 0, arm, 0, 0, 0, -arm, 0, 0, arm, 0, 0, 0, -arm, 0, 0, arm]);
  const geometry = new three.BufferGeometry().setAttribute("position", new three.BufferAttribute(ends, 3));
  const cross = new three.LineSegments(geometry, new three.LineBasicMaterial({ color: COLORS.target, depthTest: false, transparent: true }));
  cross.renderOrder = 7;
  /** @param {Scene3dNow} now */
  const move = ({ target_mm }) => {
    cross.visible = target_mm.length === 3;
    if (cross.visible) cross.position.set(target_mm[0], target_mm[1], target_mm[2]);
  };
  return { objects: [cross], move };
}
