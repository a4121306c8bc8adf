// Surfaces of the simulated patient as the program sends them: see console/scene.py for the bytes. How each kind is shown.

/**
 * @typedef {object} Surface
 * @property {string} name
 * @property {string} look a key of LOOKS
 * @property {Float32Array} points x, y, z in patient mm at rest
 * @property {Uint32Array} triangles
 */

/** @typedef {{name: string, color: string, opacity: number}} Look */

/**
 * Colors as anatomy books have them. Muscles are clear, since they would hide all else.
 * @type {{[look: string]: Look}}
 */
export const LOOKS = {
  nerve: { name: "Nerves", color: "#f4d03f", opacity: 1 },
  artery: { name: "Arteries", color: "#e0503f", opacity: 1 },
  vein: { name: "Veins", color: "#4f86e8", opacity: 1 },
  bone: { name: "Bones", color: "#e9e0c9", opacity: 1 },
  cartilage: { name: "Cartilage", color: "#9cc7d8", opacity: 1 },
  tendon: { name: "Tendons", color: "#cdbf9f", opacity: 1 },
  fluid: { name: "Joint fluid, bursae", color: "#4fc0c9", opacity: 0.3 },
  lung: { name: "Lung, pleura", color: "#e6b0bd", opacity: 0.45 },
  node: { name: "Lymph nodes", color: "#93b35c", opacity: 1 },
  dura: { name: "Dura", color: "#c3a2e6", opacity: 1 },
  muscle: { name: "Muscles", color: "#d9796c", opacity: 0.12 },
};

/** @param {string} look */
export const lookOf = (look) => LOOKS[look] ?? { name: "Other", color: "#b9c2ca", opacity: 1 };

/**
 * @param {ArrayBuffer} bytes
 * @returns {Surface[]}
 */
export function decodeScene(bytes) {
  const length = new DataView(bytes).getUint32(0, true);
  /** @type {{surfaces: {name: string, look: string, points: number, triangles: number}[]}} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
  let at = 4 + length;
  const surfaces = header.surfaces.map(({ name, look, points, triangles }) => {
    const made = { name, look, points: new Float32Array(bytes, at, 3 * points), triangles: new Uint32Array(bytes, at + 12 * points, 3 * triangles) };
    at += 12 * (points + triangles);
    return made;
  });
  if (at !== bytes.byteLength) throw new Error("A scene of the wrong length.");
  return surfaces;
}
