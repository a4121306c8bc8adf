"""The simulated room: a patient, a probe, a needle and a syringe as they are now."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Patient
from inplane.atlas import NeedleModel, ProbeModel
from inplane.core import (
    Calibration,
    Control,
    Frame,
    InjectateField,
    InputError,
    Pose,
    Signals,
    require_range,
)
from inplane.physics.injectate import Injectate, Opening, hub_pressure_kpa
from inplane.physics.needle import Structures
from inplane.physics.ultrasound import (
    Picture,
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
from inplane.world.moment import Moment
from inplane.world.motion import Motion
from inplane.world.needle import HeldNeedle
from inplane.world.plane import deformation_about, probe_image
from inplane.world.syringe import (
    FLOW_ML_S,
    NERVES,
    NOWHERE,
    Mouth,
    Syringe,
    follow_pressure,
    look,
    require_growing,
    step_syringe,
)
from inplane.world.tissue import Tissue
from inplane.world.truth import IN_PLANE_MM, Truth, truth_of

LONGEST_STEP_S = 10.0


class World:
    """A simulated room. `step` moves it on, `observe` takes a picture of it, `truth` tells what that picture shows.

    Args:
        patient: who lies there.
        probe, needle: what is held.
        seed: of the scanner's electronic noise, the only chance in the room; hands tremble elsewhere.
        n_lines, n_samples: of each transmit.

    Attributes:
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
    ) -> None:
        self.patient, self.probe, self.needle, self.seed = patient, probe, needle, seed
        self.tissue = Tissue(patient, face_length_mm=probe.chord_mm, face_radius_mm=probe.radius_mm.value)
        self.scan = Scan(patient, probe, n_lines=n_lines, n_samples=n_samples, seed=seed)
        self.n_lines, self.n_samples = n_lines, n_samples
        self.deforms = True
        self._held = HeldNeedle(needle, self.tissue, Structures(patient.structures))
        self._injectate = Injectate(patient)
        self._injectate.prepare()
        self.reset()

    def reset(self) -> None:
        """The room as at the start: time 0, no needle, nothing injected; the same patient."""
        self.control = Control(scanner=self.probe.default_scanner())
        self.time_s = 0.0
        self._sequence = 0
        self._held.reset()
        self._syringe = Syringe()
        self._mouth = NOWHERE
        self._unseen_mm = 0.0
        self._injectate.reset()
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
        self._move_needle(control, motion, dt_s)
        self._use_syringe(control, motion._replace(drag=self._held.drag()), dt_s)

    def observe(self) -> Frame:
        """A picture of the room as it is now; each has the next sequence number."""
        control, motion = self.control, self._motion()
        T_patient_probe = control.probe.pose(self.tissue.indentation_mm(control.probe))
        picture = self._picture(control, motion, T_patient_probe)
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
            T_patient_image=T_patient_probe @ probe_image(picture.top_mm),
            geometry=picture.geometry,
            scanner=control.scanner,
            pixels=picture.pixels,
            motion=motion,
            needle=self._held.state,
            injectate=self._field(motion),
            volumes_ml=self._injectate.volumes_ml,
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
        require_growing(self._syringe, control.plunger)
        require_scanner(control.scanner, self.probe)
        require_doppler(control.scanner)

    def _motion(self) -> Motion:
        """How tissue is shifted now."""
        drag, probe = self._held.drag(), self.control.probe
        return self.tissue.motion(self.time_s, probe, displacement=self._injectate.displacement, drag=drag)

    def _move_needle(self, control: Control, motion: Motion, dt_s: float) -> None:
        before_mm = self._held.state.advance_mm
        self._log.met(self._held.move(control.needle, motion, dt_s, self.time_s), self.time_s)
        moved = self._held.state.advance_mm - before_mm
        if moved > 0 and abs(self._tip_offset_mm()) > IN_PLANE_MM:
            self._unseen_mm += moved

    def _tip_offset_mm(self) -> float:
        """Signed distance of the tip from the imaging plane."""
        probe = self.control.probe
        T_probe_patient = probe.pose(self.tissue.indentation_mm(probe)).inverse()
        return float(T_probe_patient.apply(self._held.state.path_mm[-1])[2])

    def _use_syringe(self, control: Control, motion: Motion, dt_s: float) -> None:
        shape = self._held.state.shape
        press_n = control.probe.press_n
        busy = self._syringe.pulling_s is not None or control.plunger != self._syringe.asked
        pending = control.plunger.injected_ml > self._syringe.delivered_ml
        if shape is None:
            self._mouth = NOWHERE
        elif busy or pending or self._syringe.injecting:
            self._mouth = look(self.tissue, motion, shape, press_n)
        self._syringe, volume_ml = step_syringe(self._syringe, control.plunger, dt_s, self._mouth)
        if volume_ml > 0:
            self._injectate.inject(volume_ml, self._opening(self._mouth, motion))
            self._log.given(self._injectate.volumes_ml, self.time_s)
        flow = FLOW_ML_S if self._syringe.injecting else 0.0
        goal = hub_pressure_kpa(flow, self.needle, self._mouth.opening_kpa)
        pressure = follow_pressure(self._syringe.pressure_kpa, goal, dt_s)
        self._syringe = replace(self._syringe, pressure_kpa=pressure)

    def _opening(self, mouth: Mouth, motion: Motion) -> Opening:
        """The needle's opening as the injectate asks for it."""
        shape = self._held.state.shape
        if shape is None:
            return Opening(tip_mm=np.zeros(3), kind=None, structure="")
        chosen = 1
        for index, kind in enumerate(mouth.kinds):
            if kind is Kind.JOINT_FLUID or (index == 0 and kind in NERVES):
                chosen = index
        return Opening(
            tip_mm=self.tissue.unpressed(motion, shape.tip_mm),
            kind=mouth.kinds[chosen],
            structure=mouth.names[chosen],
            carried_share=mouth.lumen_share,
            vessel=mouth.vessel,
        )

    def _picture(self, control: Control, motion: Motion, T_patient_probe: Pose) -> Picture:
        fan = self.scan.geometry(control.scanner)
        view = View(
            T_patient_probe=T_patient_probe,
            scanner=control.scanner,
            time_s=self.time_s,
            sequence=self._sequence,
            needle=self._held.state.shape,
            deformation=deformation_about(self.tissue, motion, T_patient_probe, fan) if self.deforms else None,
            injectate=self._field(motion),
            flow_m_s=self.tissue.vessels.flow_m_s(self.time_s, motion.press, control.probe.press_n),
            slide_mm=self.tissue.lung_slide_mm(self.time_s),
            contact=line_contact(self.tissue, control.probe, face_of(fan)),
        )
        return self.scan.frame(view)

    def _field(self, motion: Motion) -> InjectateField | None:
        """Fluid where it lies now: moved as a whole with the tissue about its middle."""
        field = self._injectate.field
        if field is None:
            return None
        size = np.array(field.fraction_zxy.shape)[[1, 2, 0]]
        middle: NDArray[np.float64] = field.origin_mm + (size - 1) / 2 * field.spacing_mm
        return replace(field, origin_mm=field.origin_mm + self.tissue.pressed(motion, middle) - middle)

    def _signals(self) -> Signals:
        syringe, forces = self._syringe, self._held.take_forces()
        return Signals(
            scanner=self.control.scanner,
            injected_ml=syringe.delivered_ml,
            injecting=syringe.injecting,
            aspirations=syringe.aspirations,
            aspirated=syringe.aspirated,
            pressure_kpa=syringe.pressure_kpa,
            hub_force_n=forces[-1][1] if forces else None,
            hub_forces=forces,
            mechanical_index=mechanical_index(self.control.scanner, self.probe),
            thermal_index=thermal_index(self.control.scanner, self.probe),
        )
