// One binary frame: see stream/wire.py for the header.

/**
 * @typedef {object} ColorBox
 * @property {number} firstLine
 * @property {number} firstSample
 * @property {number} lines
 * @property {number} samples
 * @property {number} nyquist_m_s
 * @property {Int8Array} velocity -128 where no flow is shown
 */

/**
 * @typedef {object} Picture
 * @property {number} delivery
 * @property {number} sequence
 * @property {number} geometryVersion
 * @property {number} time_s
 * @property {number} lines
 * @property {number} samples
 * @property {number} width_mm
 * @property {number} depth_mm
 * @property {number} channels 1 grey, 3 red, green and blue
 * @property {number} columns of the source's own picture, of which this one may be a smaller copy
 * @property {number} rows
 * @property {Uint8Array} pixels line by line
 * @property {ColorBox | null} color
 */

const MAGIC = 0x31504e49; // "INP1"
const HEADER_BYTES = 64;
const RGB = 1;
export const NO_FLOW = -128;

/**
 * The picture in a message; its arrays look into the message's own memory.
 * @param {ArrayBuffer} message
 * @returns {Picture}
 */
export function decodeFrame(message) {
  const view = new DataView(message);
  if (message.byteLength < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) throw new Error("Not a frame.");
  const lines = view.getUint16(24, true);
  const samples = view.getUint16(26, true);
  const boxLines = view.getUint16(40, true);
  const boxSamples = view.getUint16(42, true);
  const channels = view.getUint16(48, true) & RGB ? 3 : 1;
  const boxAt = HEADER_BYTES + lines * samples * channels;
  if (message.byteLength !== boxAt + boxLines * boxSamples) throw new Error("A frame of the wrong length.");
  return {
    delivery: view.getUint32(4, true),
    sequence: view.getUint32(8, true),
    geometryVersion: view.getUint32(12, true),
    time_s: view.getFloat64(16, true),
    lines,
    samples,
    width_mm: view.getFloat32(28, true),
    depth_mm: view.getFloat32(32, true),
    channels,
    columns: view.getUint16(50, true),
    rows: view.getUint16(52, true),
    pixels: new Uint8Array(message, HEADER_BYTES, lines * samples * channels),
    color: boxLines === 0 ? null : {
      firstLine: view.getUint16(36, true),
      firstSample: view.getUint16(38, true),
      lines: boxLines,
      samples: boxSamples,
      nyquist_m_s: view.getFloat32(44, true),
      velocity: new Int8Array(message, boxAt, boxLines * boxSamples),
    },
  };
}
