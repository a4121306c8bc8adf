"""Looking at a patient: pictures of a procedure's view, and what lies at each of their pixels.

A scanner counts depth as if sound ran at 1540 m/s everywhere: behind fat things are drawn too deep, behind muscle too
high, by a millimeter and more. Labels are therefore laid where the picture shows what they are of.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Patient
from inplane.atlas import Procedure, load_atlas
from inplane.core import Control, CurvedGeometry, Frame, Geometry, ScannerControl
from inplane.operators import scanner_for
from inplane.operators.aim import beside_plane
from inplane.world import World

Labels: TypeAlias = NDArray[np.uint8]

SCANNER_M_S = 1540.0
"""What scanners take sound's speed to be."""
RING_MM, RING_HZ = 1.2, 7e6
"""Chosen: what lies directly beside; the pulse is longer at lower frequencies, and the ring as much wider."""
PLANES_MM = (0.0, -1.0, 1.0)
"""Chosen: a hand's unrest; the first is the view itself. A millimeter apart, speckle is mostly another."""
FRAMES = 4
"""Pictures until compounding is complete."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cut:
    """A procedure's view: labels and picture on the same pixels.

    Args:
        labels, grey: (lines, samples), none beyond a fan's edges. pixel_mm: across, down.
        beams: (lines, samples) of a fan: which beam passes through each pixel; None where they are the lines.
        ring_mm: how far what lies beside reaches.
    """

    labels: Labels
    grey: NDArray[np.uint8]
    pixel_mm: tuple[float, float]
    beams: NDArray[np.int64] | None = None
    ring_mm: float = RING_MM


def looks(patient: Patient, procedure: Procedure, *, scanner: ScannerControl | None = None) -> tuple[Cut, ...]:
    """A procedure's view and its neighbors, see PLANES_MM."""
    return tuple(cut(patient, procedure, scanner=scanner, beside_mm=mm) for mm in PLANES_MM)


def cut(
    patient: Patient, procedure: Procedure, *, scanner: ScannerControl | None = None, beside_mm: float = 0.0
) -> Cut:
    """The picture of a procedure's view with the atlas's probe and preset, and labels of what is drawn there, as the
    probe presses it; `beside_mm` slides the probe across its plane."""
    frame, world = looked_at(patient, procedure, scanner=scanner, beside_mm=beside_mm)
    geometry, (lines, samples) = frame.geometry, frame.pixels.shape
    pixel = geometry.width_mm / lines, geometry.depth_mm / samples
    fan, beams = world.scan.geometry(world.control.scanner), None
    if isinstance(fan, CurvedGeometry):
        beams = _places(fan, geometry)[0]
        labels = _drawn_in_fan(world, frame, fan)
    else:
        labels = drawn(_labels_at(world, frame, _pixels_mm(geometry)), speeds_m_s(patient))
    ring_mm = RING_MM * max(1.0, RING_HZ / world.control.scanner.frequency_hz)
    return Cut(labels=labels, grey=frame.pixels, pixel_mm=pixel, beams=beams, ring_mm=ring_mm)


def looked_at(
    patient: Patient, procedure: Procedure, *, scanner: ScannerControl | None = None, beside_mm: float = 0.0
) -> tuple[Frame, World]:
    """The picture of a procedure's view once compounding is complete, and the room in which it was taken."""
    atlas = load_atlas()
    probe, needle = atlas.probe(procedure.probe_id), atlas.needle(procedure.needle_id)
    world = World(patient, probe=probe, needle=needle, seed=patient.seed)
    held = patient.views[procedure.id]
    held = beside_plane(held, beside_mm) if beside_mm else held
    control = Control(probe=held, scanner=scanner or scanner_for(procedure))
    for _ in range(FRAMES - 1):
        world.step(control, 1 / 30)
        world.observe()
    world.step(control, 1 / 30)
    return world.observe(), world


def speeds_m_s(patient: Patient) -> NDArray[np.float64]:
    """(256,) speed of sound by label; SCANNER_M_S outside the body."""
    atlas, speeds = load_atlas(), np.full(256, SCANNER_M_S)
    for structure in patient.structures:
        speeds[structure.label] = atlas.tissue(structure.tissue).sound_speed_m_s.value
    return speeds


def drawn(labels: Labels, speeds: NDArray[np.float64]) -> Labels:
    """Labels (beams, samples) laid where a scanner draws them, with the speed of sound (256,) by label, m/s."""
    ends = np.cumsum(SCANNER_M_S / speeds[labels], axis=1)
    shown = np.arange(labels.shape[1], dtype=np.float64) + 0.5
    rows = [np.minimum(np.searchsorted(end, shown), labels.shape[1] - 1) for end in ends]
    return np.take_along_axis(labels, np.array(rows), axis=1)


def _drawn_in_fan(world: World, frame: Frame, fan: CurvedGeometry) -> Labels:
    """Labels (lines, samples) of a fan's picture: laid along its beams, then looked up for each pixel."""
    index = np.stack(np.meshgrid(np.arange(fan.n_lines), np.arange(fan.n_samples), indexing="ij"), axis=-1)
    image_mm = fan.to_mm(index) - np.array([0.0, fan.top_mm])
    along = drawn(_labels_at(world, frame, image_mm), speeds_m_s(world.patient))
    line, sample = _places(fan, frame.geometry)
    found = along[np.clip(line, 0, fan.n_lines - 1), np.clip(sample, 0, fan.n_samples - 1)]
    return np.where(frame.geometry.contains(_pixels_mm(frame.geometry)), found, np.uint8(0))


def _places(fan: CurvedGeometry, geometry: Geometry) -> NDArray[np.int64]:
    """(2, lines, samples) which line and which sample of a fan are nearest to each pixel of its picture."""
    probe_mm = _pixels_mm(geometry) + np.array([0.0, fan.top_mm])
    return np.moveaxis(np.rint(fan.to_index(probe_mm)).astype(np.int64), -1, 0)


def _pixels_mm(geometry: Geometry) -> NDArray[np.float64]:
    """(lines, samples, 2) middles of a picture's pixels, IMAGE mm."""
    lines, samples = geometry.n_lines, geometry.n_samples
    return geometry.to_mm(np.stack(np.meshgrid(np.arange(lines), np.arange(samples), indexing="ij"), axis=-1))


def _labels_at(world: World, frame: Frame, image_mm: NDArray[np.float64]) -> Labels:
    """Labels (...) of what lies now at points (..., 2) of the imaging plane."""
    flat = image_mm.reshape(-1, 2)
    places = world.moment().T_patient_image.apply(np.column_stack([flat, np.zeros(len(flat))]))
    motion = world.tissue.motion(frame.time_s, world.control.probe)
    return world.tissue.labels_at(motion, places).reshape(image_mm.shape[:-1])
