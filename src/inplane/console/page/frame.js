// One binary frame: see stream/wire.py for the header.

/**
 * @typedef {object} ColorBox
 * @property {number} firstLine
 * @property {number} firstSample
 * @property {number} lines
 * @property {number} samples
 * @property {number} nyquist_m_s
 * @property {Int8Array | Uint8Array} values velocity, -128 where no flow is shown; or power, 0 where none is shown
 * @property {boolean} power
 */

/**
 * @typedef {object} Spectral what a gate heard since the frame before
 * @property {number} times
 * @property {number} velocities of each spectrum, from away to towards the probe
 * @property {Uint8Array} spectrum
 * @property {number} first_s
 * @property {number} step_s
 * @property {number} nyquist_m_s
 * @property {number} prf_hz
 * @property {Int16Array} sound towards, away, towards ...
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
 * @property {Spectral | null} spectral
 */

const MAGIC = 0x31504e49; // "INP1"
const HEADER_BYTES = 64;
const SPECTRAL_BYTES = 16;
const [RGB, POWER, SPECTRAL] = [1, 2, 4];
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
  const flags = view.getUint16(48, true);
  const channels = flags & RGB ? 3 : 1;
  const boxAt = HEADER_BYTES + lines * samples * channels;
  const after = boxAt + boxLines * boxSamples;
  const spectral = flags & SPECTRAL ? decodeSpectral(message, view, after) : null;
  const heard = spectral ? SPECTRAL_BYTES + spectral.spectrum.byteLength + spectral.sound.byteLength : 0;
  if (message.byteLength !== after + heard) throw new Error("A frame of the wrong length.");
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
      values: new (flags & POWER ? Uint8Array : Int8Array)(message, boxAt, boxLines * boxSamples),
      power: (flags & POWER) !== 0,
    },
    spectral,
  };
}

/**
 * @param {ArrayBuffer} message
 * @param {DataView} view
 * @param {number} at
 * @returns {Spectral}
 */
function decodeSpectral(message, view, at) {
  const [times, velocities, pulses] = [54, 56, 58].map((offset) => view.getUint16(offset, true));
  const soundAt = at + SPECTRAL_BYTES + times * velocities;
  return {
    times,
    velocities,
    spectrum: new Uint8Array(message, at + SPECTRAL_BYTES, times * velocities),
    first_s: view.getFloat64(at, true),
    step_s: view.getFloat32(at + 8, true),
    nyquist_m_s: view.getFloat32(60, true),
    prf_hz: view.getFloat32(at + 12, true),
    sound: new Int16Array(message.slice(soundAt, soundAt + 4 * pulses)),
  };
}
