"""The simulated room: a patient, a probe, a needle and a syringe as they are now."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Patient
from inplane.atlas import NeedleModel, ProbeModel
from inplane.core import (
    Calibration,
    Control,
    Frame,
    InputError,
    Pose,
    ScannerControl,
    Signals,
    require_range,
)
from inplane.physics.needle import Structures
from inplane.physics.ultrasound import (
    Scan,
    View,
    face_of,
    mechanical_index,
    require_doppler,
    require_scanner,
    thermal_index,
)
from inplane.world.contact import line_contact
from inplane.world.events import EventLog
from inplane.world.injection import Injection, PreparedSyringe, usual_syringes
from inplane.world.moment import Moment
from inplane.world.motion import Motion
from inplane.world.needle import HeldNeedle
from inplane.world.plane import deformation_about, probe_image
from inplane.world.tissue import Tissue
from inplane.world.truth import IN_PLANE_MM, Truth, truth_of

LONGEST_STEP_S = 10.0
SHOWN_EVERY = 10
"""Steps of the drawn needle from one kept place to the next. Chosen: half a millimetre."""


class World:
    """A simulated room. `step` moves it on, `observe` takes a picture of it, `truth` tells what that picture shows.

    Args:
        patient: who lies there.
        probe, needle: what is held.
        seed: of the scanner's electronic noise, the only chance in the room; hands tremble elsewhere.
        n_lines, n_samples: of each transmit.
        syringes: what was drawn up, in the order that `PlungerControl.syringe` counts; the usual ones if none is given.
        absorbs: whether the drug's way into blood and nerve is followed.
        bare: whether each picture is drawn once more as it would be without the needle, so that truth can say how
            plainly the tip shows; a picture costs twice as much then.
        backend: who draws, see physics.ultrasound.BACKENDS.

    Raises:
        RangeError: more syringes than `PlungerControl.syringe` can name.

    Attributes:
        injection: the syringe and its fluid.
        scan: the probe's own half of the scanner.
        deforms: whether pictures show how tissue has moved; off, they show it at rest, to measure what that costs.
    """

    def __init__(
        self,
        patient: Patient,
        *,
        probe: ProbeModel,
        needle: NeedleModel,
        seed: int,
        n_lines: int = 192,
        n_samples: int = 512,
        syringes: tuple[PreparedSyringe, ...] = (),
        absorbs: bool = False,
        bare: bool = False,
        backend: str = "auto",
    ) -> None:
        self.patient, self.probe, self.needle, self.seed = patient, probe, needle, seed
        self.tissue = Tissue(patient, face_length_mm=probe.chord_mm, face_radius_mm=probe.radius_mm.value)
        self.scan = Scan(patient, probe, n_lines=n_lines, n_samples=n_samples, seed=seed, backend=backend)
        self._twin = self.scan.twin() if bare else None
        self.n_lines, self.n_samples = n_lines, n_samples
        self.deforms = True
        self._indices: tuple[ScannerControl, float, float] | None = None
        self._held = HeldNeedle(needle, self.tissue, Structures(patient.structures))
        self.injection = Injection(patient, needle, syringes=syringes or usual_syringes(), absorbs=absorbs)
        self.reset()

    def reset(self) -> None:
        """The room as at the start: time 0, no needle, nothing injected; the same patient."""
        self.control = Control(scanner=self.probe.default_scanner())
        self.time_s = 0.0
        self._sequence = 0
        self._held.reset()
        self._unseen_mm = 0.0
        self._flowed_mm: dict[int, float] = {}
        self.injection.reset()
        self._log = EventLog({s.name: s.kind for s in self.patient.structures})
        self._moment: Moment | None = None

    def step(self, control: Control, dt_s: float) -> None:
        """Moves the room on.

        Args:
            control: all that the operator does now.
            dt_s: for how long, 0 to 10 s.

        Raises:
            RangeError: a control that this probe or needle cannot follow; nothing has moved then.
        """
        require_range("dt_s", dt_s, 0, LONGEST_STEP_S, "s")
        self._require_possible(control)
        self.control = control
        self.time_s += dt_s
        motion = self._motion()
        self._let_flow(motion, dt_s)
        self._move_needle(control, motion, dt_s)
        self._use_syringe(control, motion._replace(drag=self._held.drag()), dt_s)

    def observe(self) -> Frame:
        """A picture of the room as it is now; each has the next sequence number."""
        control, motion = self.control, self._motion()
        T_patient_probe = control.probe.pose(self.tissue.indentation_mm(control.probe))
        view = self._view(control, motion, T_patient_probe)
        picture = self.scan.frame(view)
        T_probe_image = probe_image(picture.top_mm)
        bare = None if self._twin is None else self._twin.frame(replace(view, needle=None)).pixels
        frame = Frame(
            sequence=self._sequence,
            time_s=self.time_s,
            pixels=picture.pixels,
            geometry=picture.geometry,
            calibration=Calibration.CALIBRATED,
            signals=self._signals(),
            color=picture.color,
            spectral=picture.spectral,
        )
        self._moment = Moment(
            sequence=self._sequence,
            time_s=self.time_s,
            T_patient_image=T_patient_probe @ T_probe_image,
            geometry=picture.geometry,
            scanner=control.scanner,
            pixels=picture.pixels,
            bare=bare,
            motion=motion,
            needle=self._held.state,
            needle_shown_mm=_shown(self.scan.needle_mm, T_probe_image),
            injectate=view.injectate,
            volumes_ml=self.injection.fluid.volumes_ml,
            vein_open=self.tissue.vessels.narrowest_vein(motion.press, control.probe.press_n),
            advance_unseen_mm=self._unseen_mm,
            events=self._log.events,
        )
        self._sequence += 1
        return frame

    def moment(self) -> Moment:
        """All that truth about the last picture is computed from.

        Raises:
            InputError: no picture was taken yet.
        """
        if self._moment is None:
            raise InputError("No picture was taken yet. Expected observe() before truth().")
        return self._moment

    def truth(self) -> Truth:
        """What the last picture really shows.

        Raises:
            InputError: no picture was taken yet.
        """
        return truth_of(self.moment(), self.tissue)

    def _require_possible(self, control: Control) -> None:
        """Refuses what this probe, this needle or this syringe cannot do.

        Raises:
            RangeError: a number outside its range.
            FormatError: a knob that this probe does not have.
        """
        self._held.require_possible(control.needle)
        self.injection.require_possible(control.plunger)
        require_scanner(control.scanner, self.probe)
        require_doppler(control.scanner)

    def _motion(self) -> Motion:
        """How tissue is shifted now."""
        drag, moved = self._held.drag(), self.injection.fluid.displacement
        return self.tissue.motion(self.time_s, self.control.probe, displacement=moved, drag=drag)

    def _move_needle(self, control: Control, motion: Motion, dt_s: float) -> None:
        before_mm = self._held.state.advance_mm
        self._log.met(self._held.move(control.needle, motion, dt_s, self.time_s), self.time_s)
        moved = self._held.state.advance_mm - before_mm
        if moved > 0 and abs(self._tip_offset_mm()) > IN_PLANE_MM:
            self._unseen_mm += moved

    def _let_flow(self, motion: Motion, dt_s: float) -> None:
        """Adds to the way that the blood of each lumen has gone."""
        speeds = self.tissue.vessels.flow_m_s(self.time_s, motion.press, self.control.probe.press_n)
        gone = self._flowed_mm
        self._flowed_mm = {label: gone.get(label, 0.0) + 1e3 * abs(v) * dt_s for label, v in speeds.items()}

    def _tip_offset_mm(self) -> float:
        """Signed distance of the tip from the imaging plane."""
        probe = self.control.probe
        T_probe_patient = probe.pose(self.tissue.indentation_mm(probe)).inverse()
        return float(T_probe_patient.apply(self._held.state.path_mm[-1])[2])

    def _use_syringe(self, control: Control, motion: Motion, dt_s: float) -> None:
        shape, press_n = self._held.state.shape, control.probe.press_n
        if self.injection.step(control.plunger, dt_s, tissue=self.tissue, motion=motion, shape=shape, press_n=press_n):
            self._log.given(self.injection.fluid.volumes_ml, self.time_s)

    def _view(self, control: Control, motion: Motion, T_patient_probe: Pose) -> View:
        """What the scanner is asked."""
        fan = self.scan.geometry(control.scanner)
        return View(
            T_patient_probe=T_patient_probe,
            scanner=control.scanner,
            time_s=self.time_s,
            sequence=self._sequence,
            needle=self._held.state.shape,
            deformation=deformation_about(self.tissue, motion, T_patient_probe, fan) if self.deforms else None,
            injectate=self.injection.field(self.tissue, motion),
            flow_m_s=self.tissue.vessels.flow_m_s(self.time_s, motion.press, control.probe.press_n),
            flowed_mm=self._flowed_mm,
            slide_mm=self.tissue.lung_slide_mm(self.time_s),
            contact=line_contact(self.tissue, control.probe, face_of(fan)),
        )

    def _output(self) -> tuple[float, float]:
        """Mechanical and thermal index, worked out anew when a knob is turned."""
        scanner = self.control.scanner
        if self._indices is None or self._indices[0] != scanner:
            self._indices = (scanner, mechanical_index(scanner, self.probe), thermal_index(scanner, self.probe))
        return self._indices[1:]

    def _signals(self) -> Signals:
        mechanical, thermal = self._output()
        syringe, forces = self.injection.syringe, self._held.take_forces()
        return Signals(
            scanner=self.control.scanner,
            injected_ml=syringe.delivered_ml,
            injecting=syringe.injecting,
            aspirations=syringe.aspirations,
            aspirated=syringe.aspirated,
            pressure_kpa=syringe.pressure_kpa,
            hub_force_n=forces[-1][1] if forces else None,
            hub_forces=forces,
            mechanical_index=mechanical,
            thermal_index=thermal,
        )


def _shown(needle_mm: NDArray[np.float32] | None, T_probe_image: Pose) -> NDArray[np.float64]:
    """(n, 3) IMAGE mm of every SHOWN_EVERY-th place of a needle as it was drawn, its tip the last."""
    if needle_mm is None:
        return np.zeros((0, 3))
    return T_probe_image.inverse().apply(needle_mm[::-SHOWN_EVERY][::-1].astype(np.float64))
