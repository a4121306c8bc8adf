"""One probe looking at one patient: a picture for every view."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Patient
from inplane.atlas import ProbeModel
from inplane.core import (
    ColorFlow,
    Deformation,
    FormatError,
    InjectateField,
    LinearGeometry,
    Mode,
    NeedleShape,
    Pose,
    ScannerControl,
    Space,
    SpaceError,
    require_range,
)
from inplane.physics.ultrasound.beam import Beam, build_beam, require_scanner
from inplane.physics.ultrasound.doppler import Motion, color_flow, vessels
from inplane.physics.ultrasound.lookup import Placed, f32, place
from inplane.physics.ultrasound.march import Line, Marched, label_tables, march
from inplane.physics.ultrasound.needle_echo import needle_echo
from inplane.physics.ultrasound.needle_law import place_needle
from inplane.physics.ultrasound.receive import (
    NOISE,
    Grid,
    Receiver,
    grey_map,
    noise_starts,
    receive,
    show,
    white_db,
)
from inplane.physics.ultrasound.splat import splat
from inplane.physics.ultrasound.tables import build_scatterers, build_tissue

STEERS_RAD = (0.0, 0.12, -0.12)
"""Steering of successive frames. chosen: 7 degrees, within a linear array's grating lobes."""
FADE_MM = 0.6
"""Motion of the probe between frames after which an older frame counts 1/e. chosen: about the lateral resolution
times 2."""
POOL = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """What the probe is held over and how the scanner is set, at one moment.

    Args:
        T_patient_probe: where the probe is.
        scanner: the knobs.
        time_s: now.
        sequence: of the frame; steering and noise follow from it.
        needle: where it lies now, or None.
        deformation: how tissue has moved from rest, or None.
        injectate: where fluid lies now, or None.
        flow_m_s: by label of a lumen, mean blood speed now along its centreline.
        contact: (lines,) acoustic contact, 0 to 1; None is full contact.
    """

    T_patient_probe: Pose
    scanner: ScannerControl
    time_s: float
    sequence: int
    needle: NeedleShape | None = None
    deformation: Deformation | None = None
    injectate: InjectateField | None = None
    flow_m_s: Mapping[int, float] | None = None
    contact: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """What the scanner shows.

    Args:
        pixels: (line, sample) uint8.
        color: colour Doppler, where its mode is on.
        geometry: where each pixel lies.
    """

    pixels: NDArray[np.uint8]
    color: ColorFlow | None
    geometry: LinearGeometry


class Scan:
    """A linear probe looking at a patient. Heavy tables are built once; `frame` is the live path.

    Args:
        patient: at rest.
        probe: its model.
        n_lines, n_samples: of each picture.
        seed: of electronic noise; speckle belongs to the patient and follows from its seed.

    Raises:
        RangeError: a number of lines or samples that no geometry allows.
    """

    def __init__(
        self, patient: Patient, probe: ProbeModel, *, n_lines: int = 192, n_samples: int = 512, seed: int
    ) -> None:
        self.patient, self.probe, self.seed = patient, probe, seed
        self.geometry = LinearGeometry(
            n_lines=n_lines, n_samples=n_samples, width_mm=probe.width_mm.value, depth_mm=probe.depth_max_mm.value
        )
        self.tissue = build_tissue(patient)
        self.scatterers = build_scatterers(patient.spacing_mm, seed=patient.seed)
        chunks, shape = numba.get_num_threads(), (n_lines, n_samples)
        wide = (n_lines + 2, 2 * n_samples)
        rng = np.random.default_rng([seed, 0xE1EC])
        self._grid = Grid(
            splat=np.zeros((chunks, *wide), np.float32),
            needle=np.zeros(wide, np.float32),
            field=np.zeros((n_lines, 2 * n_samples), np.float32),
            noise=rng.standard_normal(POOL + 2 * n_samples, np.float32),
            history=np.zeros((3, *shape), np.float32),
        )
        self._marched = Marched(
            through=np.zeros(shape, np.float32),
            echo=np.zeros(shape, np.float32),
            surface=np.zeros((n_lines, 2 * n_samples), np.float32),
            bone=np.zeros(n_lines, np.float32),
        )
        self._shades = grey_map()
        self._beam: tuple[ScannerControl, Beam] | None = None
        self._seen: list[tuple[int, Pose] | None] = [None, None, None]
        self._last: View | None = None
        self.contributing = 0

    def frame(self, view: View) -> Picture:
        """The picture of a view: B-mode compounded with up to two frames before it, colour where its mode is on.

        Args:
            view: see View. Frames follow each other by `sequence`; after a gap or a changed knob compounding begins
            anew.

        Raises:
            RangeError: a knob outside the probe's range, or a sequence below 0.
            SpaceError: a pose that does not map the probe to the patient.
            FormatError: contact, needle, deformation or fluid of the wrong shape, or not finite.
        """
        slot = view.sequence % 3
        beam = self._settings(view.scanner)
        receiver = self._transmit(view, beam, STEERS_RAD[slot], noise=True)
        self._seen[slot] = (view.sequence, view.T_patient_probe)
        receiver = receiver._replace(weights=self._weights(view))
        pixels = np.empty(self._grid.history.shape[1:], np.uint8)
        show(beam, self._grid, receiver, self._shades, pixels)
        color = self._color(view) if view.scanner.mode is Mode.COLOR else None
        self._last = view
        return Picture(pixels=pixels, color=color, geometry=self._geometry(view.scanner))

    def envelope(self, view: View, *, steer_rad: float = 0.0, noise: bool = False) -> NDArray[np.float32]:
        """(line, sample) detected amplitude of one transmit before TGC; muscle's speckle has mean power 1 at the face.

        Args:
            view: see View; nothing is compounded and the compounding of `frame` is left as it was.
            steer_rad: steering angle, at most 0.3.
            noise: whether to add electronic noise.
        """
        require_range("steer_rad", steer_rad, -0.3, 0.3, "rad")
        kept = self._grid.history.copy()
        self._transmit(view, self._beam_for(view.scanner), steer_rad, noise=noise)
        out = self._grid.history[view.sequence % 3].copy()
        self._grid.history[:] = kept
        return out

    def _color(self, view: View) -> ColorFlow | None:
        """Colour of the box; `through` is that of the B-mode transmit just made."""
        steer = float(np.tan(view.scanner.color_steer_rad))
        placed = place(view.T_patient_probe, view.deformation, None, steer)
        lumens = vessels(self.patient.structures, view.flow_m_s or {})
        rng = np.random.default_rng([self.seed, view.sequence, 0xC0105])
        how = (view.scanner, self._geometry(view.scanner), self._motion(view), rng)
        return color_flow(self.tissue, placed, lumens, self._marched, how)

    def _motion(self, view: View) -> Motion:
        """The probe's speed since the frame before, taken at the middle of the picture."""
        last = self._last
        if last is None or not 0 < view.time_s - last.time_s < 0.5:
            return Motion(probe_m_s=np.zeros(3))
        middle = np.array([0.0, view.scanner.depth_mm / 2.0, 0.0])
        moved_mm = view.T_patient_probe.apply(middle) - last.T_patient_probe.apply(middle)
        along = view.T_patient_probe.rotation.T @ moved_mm
        return Motion(probe_m_s=along / 1000.0 / (view.time_s - last.time_s))

    def _geometry(self, scanner: ScannerControl) -> LinearGeometry:
        return replace(self.geometry, depth_mm=scanner.depth_mm)

    def _beam_for(self, scanner: ScannerControl) -> Beam:
        require_scanner(scanner, self.probe)
        return build_beam(scanner, self.probe, self._geometry(scanner))

    def _settings(self, scanner: ScannerControl) -> Beam:
        """The beam's tables, kept until a knob is turned."""
        if self._beam is None or self._beam[0] != scanner:
            before = None if self._beam is None else self._beam[0]
            self._beam = (scanner, self._beam_for(scanner))
            if before is None or (before.depth_mm, before.frequency_hz) != (scanner.depth_mm, scanner.frequency_hz):
                self._seen = [None, None, None]
        return self._beam[1]

    def _transmit(self, view: View, beam: Beam, steer_rad: float, *, noise: bool) -> Receiver:
        """One transmit at one steering angle, detected into its row of the history."""
        require_range("sequence", view.sequence, 0, 2**53)
        if (view.T_patient_probe.to_space, view.T_patient_probe.from_space) != (Space.PATIENT, Space.PROBE):
            raise SpaceError(
                f"View has T_{view.T_patient_probe.to_space}_{view.T_patient_probe.from_space}. "
                "Expected T_patient_probe."
            )
        contact = self._contact(view.contact)
        steer = float(np.tan(steer_rad))
        placed = place(view.T_patient_probe, view.deformation, view.injectate, steer)
        line = self._line(view, beam, placed, contact)
        march(self.tissue, beam, placed, line, self._marched)
        self.contributing = int(splat(self.tissue, self.scatterers, beam, placed, self._grid.splat).sum())
        receiver = Receiver(
            steer=placed.steer,
            has_needle=view.needle is not None,
            backed=self._seen[0] is not None and 0 < view.sequence - self._seen[0][0] <= 2,
            slot=view.sequence % 3,
            noise=f32(NOISE * view.scanner.frequency_hz / 1e7 if noise else 0.0),
            start=noise_starts(self.seed, view.sequence, self.geometry.n_lines, POOL),
            weights=np.array([1.0, 0.0, 0.0], np.float32),
            contact=contact,
            white_db=f32(white_db(view.scanner)),
            span_db=f32(view.scanner.dynamic_range_db),
        )
        receive(beam, self._marched, self._grid, receiver)
        return receiver

    def _contact(self, contact: NDArray[np.float64] | None) -> NDArray[np.float32]:
        """(lines,) contact within 0 to 1."""
        n_lines = self.geometry.n_lines
        if contact is None:
            return np.ones(n_lines, np.float32)
        values = np.asarray(contact, np.float32)
        if values.shape != (n_lines,) or not np.isfinite(values).all():
            raise FormatError(f"contact has shape {values.shape}. Expected ({n_lines},), finite.")
        return np.clip(values, 0.0, 1.0)

    def _line(self, view: View, beam: Beam, placed: Placed, contact: NDArray[np.float32]) -> Line:
        """Draw the needle's echoes; what it and the tissues do to each line."""
        cover = np.ones((2, self.geometry.n_lines), np.float32)
        cover[0] = 1e6
        if view.needle is not None:
            self._grid.needle[:] = 0.0
            shaft = place_needle(view.needle, view.T_patient_probe)
            needle_echo(shaft, beam, placed.steer, self._grid.needle, cover)
        passes, fluid_passes, sends = label_tables(self.tissue, beam, placed)
        return Line(
            contact=contact,
            needle_depth=cover[0],
            needle_pass=cover[1],
            passes=passes,
            fluid_passes=fluid_passes,
            sends=sends,
        )

    def _weights(self, view: View) -> NDArray[np.float32]:
        """(3,) weights of the history's rows: the last three frames, older ones less where the probe moved since."""
        weights = np.zeros(3)
        middle = np.array([0.0, view.scanner.depth_mm / 2.0, 0.0])
        here = view.T_patient_probe.apply(middle)
        for slot, seen in enumerate(self._seen):
            if seen is not None and 0 <= view.sequence - seen[0] <= 2:
                moved = np.linalg.norm(seen[1].apply(middle) - here)
                weights[slot] = np.exp(-((moved / FADE_MM) ** 2))
        return (weights / weights.sum()).astype(np.float32)
