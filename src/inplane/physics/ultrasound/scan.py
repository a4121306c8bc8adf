"""One probe looking at one patient: a picture for every view."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Patient
from inplane.atlas import ProbeModel
from inplane.core import (
    ColorFlow,
    CurvedGeometry,
    GreyMap,
    LinearGeometry,
    Mode,
    PictureGeometry,
    ScannerControl,
    SpectralDoppler,
    require_range,
)
from inplane.physics.ultrasound.backend import choose_backend
from inplane.physics.ultrasound.beam import HARMONIC_CLEAN, Beam, build_beam, fan, require_scanner
from inplane.physics.ultrasound.buffers import POOL, grid_for, marched_for
from inplane.physics.ultrasound.compound import Looks, steers_rad
from inplane.physics.ultrasound.convert import FanTable, convert, fan_table, picture_of
from inplane.physics.ultrasound.despeckle import Cells, cells_of, half_samples
from inplane.physics.ultrasound.doppler import Motion, color_flow
from inplane.physics.ultrasound.fan_flow import flow_in_picture
from inplane.physics.ultrasound.flow import vessels
from inplane.physics.ultrasound.fluid import air_share
from inplane.physics.ultrasound.gate import Gate, Listener
from inplane.physics.ultrasound.grating import Lobes, lobes_of
from inplane.physics.ultrasound.grating_echo import needle_ghosts
from inplane.physics.ultrasound.lines import fan_of
from inplane.physics.ultrasound.lookup import f32, place
from inplane.physics.ultrasound.march import line_of
from inplane.physics.ultrasound.needle_echo import needle_echo
from inplane.physics.ultrasound.needle_law import place_needle
from inplane.physics.ultrasound.output import require_doppler
from inplane.physics.ultrasound.receive import NOISE, Receiver, noise_starts, receive
from inplane.physics.ultrasound.show import Screen, grey_map, show, white_db
from inplane.physics.ultrasound.tables import build_scatterers, build_tissue, cell_edge_mm
from inplane.physics.ultrasound.travel import Course, aim_of, bend, course_of, move_points
from inplane.physics.ultrasound.uneven import UNEVEN
from inplane.physics.ultrasound.view import SHORTEST_S, Picture, View, contact_of, require_pose


class Scan:
    """A probe looking at a patient. Heavy tables are built once; `frame` is the live path.

    Args:
        patient: at rest.
        probe: its model.
        n_lines, n_samples: of each transmit; a curved or phased probe's picture is converted from them.
        seed: of electronic noise; speckle belongs to the patient and follows from its seed.
        backend: who does the heavy part, see backend.BACKENDS.

    Attributes:
        contributing: scatterers in the slab of the last frame.
        needle_mm: (n, 3) PROBE mm, where the last transmit showed the needle's axis, every STEP_MM to its tip; None
            where there was none.
        clutter: what a wall of uneven tissue adds and takes, 1 as in a body, 0 in a homogeneous medium.
        clock: where one is given, `laps_s` adds up its time by stage of a frame.

    Raises:
        RangeError: a number of lines or samples that no geometry allows.
        UnknownNameError, ResourceError: a backend that is none, or that this machine cannot run.
    """

    def __init__(
        self,
        patient: Patient,
        probe: ProbeModel,
        *,
        n_lines: int = 192,
        n_samples: int = 512,
        seed: int,
        backend: str = "auto",
    ) -> None:
        self.patient, self.probe, self.seed, self.backend = patient, probe, seed, backend
        self.shape = (n_lines, n_samples)
        cell_mm = cell_edge_mm(probe.frequency_default_hz.value)
        self.tissue = build_tissue(patient, cell_mm=cell_mm)
        self.scatterers = build_scatterers(patient.spacing_mm, seed=patient.seed, cell_mm=cell_mm)
        self._still = noise_starts(seed, 0, n_lines, POOL)
        self._shades = {kind: grey_map(kind) for kind in GreyMap}
        self._begin()

    def _begin(self) -> None:
        """Buffers and memories of its own, with nothing in them."""
        self._does = choose_backend(self.backend)
        self._grid = grid_for(self.shape, self.seed)
        self._marched = marched_for(self.shape, self.probe.depth_max_mm.value)
        self._beam: tuple[ScannerControl, Beam, dict[float, Course]] | None = None
        self._table: tuple[CurvedGeometry, PictureGeometry, FanTable] | None = None
        self._last: View | None = None
        self._looks, self._listener = Looks(), Listener(self.seed)
        self.contributing, self.clutter = 0, 1.0
        self.needle_mm: NDArray[np.float32] | None = None
        self.clock: Callable[[], float] | None = None
        self.laps_s: dict[str, float] = {}
        self._lap_from = 0.0
        self._cells: Cells | None = None

    def twin(self) -> "Scan":
        """Another scan with the same probe of the same patient, who is held in memory once; its pictures are its own.

        Of the same views it gives the same pictures.
        """
        other = copy(self)
        other._begin()
        return other

    def frame(self, view: View) -> Picture:
        """The picture of a view: B-mode compounded with the frames before it, colour where its mode is on.

        Args:
            view: see View. Frames follow each other by `sequence`; after a gap or a changed knob compounding and
            persistence begin anew.

        Raises:
            RangeError: a knob outside the probe's range, a PRF too high for Doppler's depth, or a sequence below 0.
            FormatError: contact, needle, deformation or fluid of the wrong shape, or not finite; a knob that this probe
                does not have.
            SpaceError: a pose that does not map the probe to the patient.
        """
        beam, courses = self._settings(view.scanner)
        steers = steers_rad(view.scanner)
        slot = view.sequence % len(steers)
        how = self._receiver(view, slot, noise=True)
        self._transmit(view, (beam, courses[steers[slot]]), how)
        self._looks.add(slot, view)
        screen = Screen(
            weights=self._looks.weights(view),
            stay=f32(view.scanner.persistence if self._looks.goes_on(view) else 0.0),
            white_db=f32(white_db(view.scanner)),
            span_db=f32(view.scanner.dynamic_range_db),
            edge=f32(view.scanner.edge_enhancement),
            smooth=f32(view.scanner.speckle_reduction),
            shades=self._shades[view.scanner.grey_map],
        )
        pixels = np.empty(self.shape, np.uint8)
        show(beam, self._grid, screen, self._cells_for(beam), pixels)
        self._lap("show")
        color = self._color(view) if view.scanner.mode in (Mode.COLOR, Mode.POWER) else None
        spectral = self._spectral(view) if view.scanner.mode is Mode.PW else None
        self._last = view
        self._lap("doppler")
        picture = replace(self._converted(view.scanner, pixels, color), spectral=spectral)
        self._lap("convert")
        return picture

    def envelope(self, view: View, *, steer_rad: float = 0.0, noise: bool = False) -> NDArray[np.float32]:
        """(line, sample) detected amplitude of one transmit before TGC; muscle's speckle has mean power 1 at the face.

        Args:
            view: see View; nothing is compounded and the compounding of `frame` is left as it was.
            steer_rad: steering angle, at most 0.3.
            noise: whether to add electronic noise.
        """
        require_range("steer_rad", steer_rad, -0.3, 0.3, "rad")
        beam = self._beam_for(view.scanner)
        kept, slot = self._grid.history[0].copy(), 0
        how = self._receiver(view, slot, noise=noise)._replace(backed=False)
        self._transmit(view, (beam, self._course(beam, steer_rad)), how)
        out = self._grid.history[slot].copy()
        self._grid.history[slot] = kept
        return out

    def _converted(self, scanner: ScannerControl, pixels: NDArray[np.uint8], color: ColorFlow | None) -> Picture:
        """What a screen shows: of a fan the converted picture."""
        geometry = self.geometry(scanner)
        if isinstance(geometry, LinearGeometry):
            return Picture(pixels=pixels, color=color, geometry=geometry)
        if self._table is None or self._table[0] != geometry:
            picture = picture_of(geometry)
            self._table = (geometry, picture, fan_table(geometry, picture))
        _, picture, table = self._table
        shown = np.empty((picture.n_lines, picture.n_samples), np.uint8)
        convert(pixels, table, shown)
        tinted = None if color is None else flow_in_picture(color, geometry, picture)
        return Picture(pixels=shown, color=tinted, geometry=picture, top_mm=geometry.top_mm)

    def geometry(self, scanner: ScannerControl) -> LinearGeometry | CurvedGeometry:
        """Where the samples of each transmit lie."""
        return fan_of(self.probe, scanner, self.shape)

    def _color(self, view: View) -> ColorFlow | None:
        """Colour of the box; `through` is that of the B-mode transmit just made."""
        geometry = self.geometry(view.scanner)
        steer = float(np.tan(view.scanner.color_steer_rad))
        placed = place(view.T_patient_probe, view.deformation, None, steer)
        lumens = vessels(self.patient.structures, view.flow_m_s or {})
        rng = np.random.default_rng([self.seed, view.sequence, 0xC0105])
        how = (view.scanner, geometry, self._motion(view), rng)
        return color_flow(self.tissue, placed, lumens, self._marched, how)

    def _spectral(self, view: View) -> SpectralDoppler:
        """What the gate heard since the frame before; `through` is that of the B-mode transmit just made."""
        gate = Gate(
            scanner=view.scanner,
            probe=self.probe,
            geometry=self.geometry(view.scanner),
            time_s=view.time_s,
            sequence=view.sequence,
            through=self._marched.through,
        )
        placed = place(view.T_patient_probe, view.deformation, None, 0.0)
        return self._listener.hear(self.tissue, placed, vessels(self.patient.structures, view.flow_m_s or {}), gate)

    def _motion(self, view: View) -> Motion:
        """The probe's speed since the frame before, taken at the middle of the picture."""
        last = self._last
        if last is None or not SHORTEST_S < view.time_s - last.time_s < 0.5:
            return Motion(probe_m_s=np.zeros(3))
        middle = np.array([0.0, view.scanner.depth_mm / 2.0, 0.0])
        moved_mm = view.T_patient_probe.apply(middle) - last.T_patient_probe.apply(middle)
        along = view.T_patient_probe.rotation.T @ moved_mm
        return Motion(probe_m_s=along / 1000.0 / (view.time_s - last.time_s))

    def _beam_for(self, scanner: ScannerControl) -> Beam:
        require_scanner(scanner, self.probe)
        require_doppler(scanner)
        return build_beam(scanner, self.probe, self.geometry(scanner), cell_mm=float(self.scatterers.cell))

    def _cells_for(self, beam: Beam) -> Cells:
        """Room for speckle reduction, made anew when a knob asks for cells of other samples."""
        if self._cells is None or self._cells.half != half_samples(self.shape, beam):
            self._cells = cells_of(self.shape, beam)
        return self._cells

    def _course(self, beam: Beam, steer_rad: float) -> Course:
        return course_of(aim_of(fan(beam), float(beam.sample), self.shape[1], steer_rad), self._marched.late)

    def _settings(self, scanner: ScannerControl) -> tuple[Beam, dict[float, Course]]:
        """The beam's tables and the courses of all its steered transmits, kept until a knob is turned."""
        if self._beam is None or self._beam[0] != scanner:
            beam = self._beam_for(scanner)
            self._beam = (scanner, beam, {steer: self._course(beam, steer) for steer in steers_rad(scanner)})
        return self._beam[1], self._beam[2]

    def _receiver(self, view: View, slot: int, *, noise: bool) -> Receiver:
        require_range("sequence", view.sequence, 0, 2**53)
        scanner = view.scanner
        level = NOISE * scanner.frequency_hz / 1e7 * 10.0 ** (-scanner.transmit_db / 20.0)
        return Receiver(
            backed=self._looks.has_straight(view),
            slot=slot,
            noise=f32(level if noise else 0.0),
            start=noise_starts(self.seed, view.sequence, self.shape[0], POOL),
            still=self._still,
            clean=f32(self.clutter * (HARMONIC_CLEAN if scanner.harmonic else 1.0)),
            contact=contact_of(view, self.shape[0]),
        )

    def _transmit(self, view: View, sent: tuple[Beam, Course], receiver: Receiver) -> None:
        """One transmit at one steering angle, detected into its row of the history."""
        require_pose(view)
        beam, course = sent
        held, steer = (view.T_patient_probe, view.deformation, view.injectate), float(course.sine / course.cosine)
        placed = place(*held, steer, flowed_mm=view.flowed_mm, air=air_share(view.injectate))
        self._lap(None)
        line = line_of(self.tissue, beam, course, receiver.contact, view)
        line = line._replace(uneven=f32(self.clutter * UNEVEN), salt=self.scatterers.salt)
        self._does.march(self.tissue, beam, placed, line, self._marched)
        bend(beam, course)
        self._lap("march")
        look = (beam, placed, course)
        self.contributing = int(self._does.splat(self.tissue, self.scatterers, look, self._grid.splat).sum())
        self._lap("splat")
        lobes = lobes_of(self.probe, view.scanner, float(np.arctan(steer)))
        self._draw_needle(view, (beam, course, lobes))
        self._lap("needle")
        receive(beam, self._marched, course, self._grid, receiver, lobes=lobes)
        self._lap("receive")

    def _lap(self, stage: str | None) -> None:
        """Adds the clock's time since the lap before to a stage; nothing where no clock was given."""
        if self.clock is not None:
            now = self.clock()
            if stage is not None:
                self.laps_s[stage] = self.laps_s.get(stage, 0.0) + now - self._lap_from
            self._lap_from = now

    def _draw_needle(self, view: View, sent: tuple[Beam, Course, Lobes]) -> None:
        """The needle's echoes where they are shown, and what it covers."""
        (beam, course, lobes), cover = sent, self._grid.cover
        cover[0], cover[1] = 1e6, 1.0
        self._grid.needle[0], self._grid.needle[-1] = 0.0, 0.0  # the lines between were emptied when read
        self.needle_mm = None
        if view.needle is not None:
            shaft = place_needle(view.needle, view.T_patient_probe)
            move_points(beam, course, shaft.points)
            self.needle_mm = shaft.points
            needle_echo(shaft, beam, float(course.sine / course.cosine), self._grid.needle, cover)
            if lobes.aside.size:
                needle_ghosts(beam, shaft, course.shift, lobes, self._grid.needle)
