"""Sessions on simulated patients: patient, room, source, perceiver, guidance and case, put together."""

from dataclasses import dataclass, replace
from typing import Literal

from numba import set_num_threads

from inplane.anatomy import Patient, find_patient, needle_side, standard_view
from inplane.atlas import Procedure, load_atlas
from inplane.case import Case, Loop, Step
from inplane.console.describe import session_info
from inplane.console.hands import Start
from inplane.console.messages import Aftercare, Form, ResultPage, Scene3dNow, TeacherLayer
from inplane.console.pace import Pace, SteadyPace
from inplane.console.page_info import SessionInfo
from inplane.console.scoring import Scorer
from inplane.console.session import JournalMaker, Moment, Progress, SessionChoice, in_memory
from inplane.console.teacher import scene_3d_now, teacher_layer
from inplane.console.warm_up import warm_up
from inplane.console.words import cpu_ms, nerve_name, vessel_name
from inplane.core import Control, InputError, ProbeControl, ScannerControl, runtime
from inplane.guidance import Plan, settings_from_atlas
from inplane.operators import scanner_for
from inplane.perception import Perceiver
from inplane.stream import SimulatedSource
from inplane.training import standard_plan
from inplane.world import World

START_BESIDE_MM = (14.0, 10.0)
"""How far from the competent view the probe begins, towards the middle and the feet. Chosen: finding it is the first
task, and the vessels are in the picture's edge."""


FRAMES_PER_S = 30.0
"""Turns a second, as the simulated scanner gives pictures."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Room:
    """What outlives a case: the patient and the room that it lies in."""

    choice: SessionChoice
    patient: Patient
    world: World
    procedure: Procedure
    plan: Plan


class SimulatedSession:
    """One case on one simulated patient.

    Args:
        room: patient and room, taken over as they are and reset.
        journals: opens the case's journal.
        answers: of an earlier form that still hold; None to begin with the form.
    """

    def __init__(self, room: Room, journals: JournalMaker, answers: Form | None = None) -> None:
        self._room, self._journals, self._answers = room, journals, answers
        choice = room.choice
        room.world.reset()
        self._source = SimulatedSource(room.world)
        self._case = Case(journals(f"{choice.procedure_id}-{choice.seed}"), room.procedure, room.plan)
        self._loop = Loop(self._source, Perceiver(), room.procedure, room.plan, self._case)
        self._settings = settings_from_atlas()
        self._scorer = Scorer(self._case, self._source, lesson=choice.lesson)
        self.pace: Pace = SteadyPace(FRAMES_PER_S)
        self._info = session_info(
            room.patient,
            room.plan,
            probe=room.world.probe,
            needle=room.world.needle,
            level=choice.level,
            lesson=self._scorer.pages,
            lesson_title=self._scorer.title,
        )
        if answers is not None:
            self.fill_form(answers)

    @property
    def info(self) -> SessionInfo:
        """What the page must know."""
        return self._info

    @property
    def start(self) -> Start:
        """The probe beside the view to be found, knobs as the atlas presets them, the needle at its end."""
        probe = _start_probe(self._room)
        end = "marker" if needle_side(self._room.patient, self._room.procedure.id) > 0 else "other"
        return Start(probe=probe, scanner=_start_scanner(self._room), needle_end=end)

    @property
    def step(self) -> str:
        """The case's step now."""
        return self._case.step.value

    @property
    def needle_allowed(self) -> bool:
        """Whether form and time-out are done and the injection is not over."""
        return self._case.needle_allowed

    @property
    def case(self) -> Case:
        """The case, with its journal."""
        return self._case

    def indentation_mm(self, probe: ProbeControl) -> float:
        """How deep the probe's face stands in the skin, which a hand sees."""
        return self._room.world.tissue.indentation_mm(probe)

    def turn(self, control: Control) -> Moment | None:
        """One turn of the loop."""
        tick = self._loop.step(control)
        if tick is None:
            return None
        return Moment(
            frame=tick.frame,
            scene=tick.scene,
            advice=tick.advice,
            control=tick.control,
            cpu_ms=cpu_ms(tick.cpu_s, source="simulate"),
            vessel_names=tuple(vessel_name(vessel, self._settings) for vessel in tick.scene.vessels),
            nerve_names=tuple(nerve_name(nerve, self._settings) for nerve in tick.scene.nerves),
            lesson_done=self._scorer.watch(tick),
        )

    def stream(self) -> None:
        """Nothing: a simulated patient is always there."""

    def teacher(self, sequence: int) -> TeacherLayer | None:
        """The truth of a recent frame."""
        truth = self._source.truth(sequence)
        return None if truth is None else teacher_layer(truth, self._room.choice.procedure_id)

    @property
    def patient(self) -> Patient:
        """Who lies there."""
        return self._room.patient

    def scene3d(self, sequence: int) -> Scene3dNow | None:
        """What moves in a scene of the patient at rest, of a recent frame."""
        placed, room = self._source.at_rest(sequence), self._room
        return None if placed is None else scene_3d_now(placed, room.patient.targets_mm.get(room.choice.procedure_id))

    def fill_form(self, form: Form) -> None:
        """Indication, side, checklist and time-out; then the needle may be used.

        Raises:
            InputError: something is missing or wrong.
        """
        answers: dict[str, object] = {"side": form.side, "checklist": list(form.checklist)}
        if form.indication:
            answers["indication"] = form.indication
        if form.time_out:
            answers["time_out"] = True
        if self._case.step != Step.SCAN:
            self._case.advance(Step.SCAN, answers)
            self._case.advance(Step.INJECTION)
        else:
            self._case.advance(Step.INJECTION, answers)
        self._answers = form

    def finish(self) -> None:
        """The injection is over.

        Raises:
            InputError: the needle is still in the skin.
        """
        if self._room.world.control.needle.advance_mm > 0:
            raise InputError("The needle is still in the skin. Expected it to be withdrawn first.")
        self._case.advance(Step.AFTERCARE)

    def aftercare(self, done: Aftercare) -> None:
        """Aftercare is done; what was left out is in the journal.

        Raises:
            InputError: an item that the aftercare does not have, or another step's turn.
        """
        known = [line.id for line in self._info.aftercare]
        if unknown := sorted(set(done.done) - set(known)):
            raise InputError(f"Aftercare has no item {unknown}. Expected: {', '.join(known)}.")
        if self._case.step != Step.AFTERCARE:
            raise InputError(f"The case is at {self._case.step.value!r}. Expected 'aftercare'.")
        self._case.event("aftercare", done=list(done.done), left_out=[line for line in known if line not in done.done])
        self._case.advance(Step.RESULT)

    def result(self) -> ResultPage:
        """The one-page result."""
        return self._scorer.result()

    def skip(self) -> tuple[str, ...]:
        """Leaves the lesson's present step undone; returns its id."""
        return self._scorer.skip()

    def note(self, kind: str, **fields: str | float | bool) -> None:
        """Writes what the person did at the console into the journal."""
        self._case.write(kind, fields)

    def again(self, how: Literal["reset", "retry"]) -> "SimulatedSession":
        """The same patient from the beginning, in a new case."""
        self._case.event(how)
        self.close()
        keep = self._answers if how == "reset" else None
        return SimulatedSession(self._room, self._journals, keep)

    def close(self) -> None:
        """Ends the case's journal and the source."""
        self._case.close()
        self._source.close()


class SimulatedSessions:
    """Makes sessions; keeps the last room, which takes seconds to prepare.

    Args:
        journals: opens a case's journal; in memory only if None.
    """

    def __init__(self, journals: JournalMaker | None = None) -> None:
        self._journals: JournalMaker = journals or in_memory
        self._room: Room | None = None
        self._warm = False

    def __call__(self, choice: SessionChoice, progress: Progress) -> SimulatedSession:
        """A new session.

        Raises:
            UnknownNameError: no such procedure.
        """
        set_num_threads(runtime.start().threads)
        atlas = load_atlas()
        procedure = atlas.procedure(choice.procedure_id)
        room = self._room
        if room is None or replace(choice, lesson=room.choice.lesson) != room.choice:
            patient = _patient_of(choice, progress)
            progress("Preparing the scanner", 0.8)
            probe, needle = atlas.probe(procedure.probe_id), atlas.needle(procedure.needle_id)
            world = World(patient, probe=probe, needle=needle, seed=choice.seed)
            plan = standard_plan(procedure, patient)
            room = Room(choice=choice, patient=patient, world=world, procedure=procedure, plan=plan)
        room = replace(room, choice=choice)
        if not self._warm:
            warm_up(room.world, procedure, room.plan, _start_probe(room), lambda text: progress(text, 0.9))
            self._warm = True
        self._room = room
        progress("Ready", 1.0)
        return SimulatedSession(room, self._journals)


def _patient_of(choice: SessionChoice, progress: Progress) -> Patient:
    """The patient of that procedure, seed, level and side."""

    def told(text: str, share: float) -> None:
        progress(f"Patient {choice.seed}: {text}", 0.75 * share)

    return find_patient(choice.procedure_id, choice.seed, level=choice.level, side=choice.side, progress=told)


def _start_probe(room: Room) -> ProbeControl:
    """Beside the competent view, across the body and level."""
    view = standard_view(room.patient, room.procedure.id)
    to_middle = 1.0 if room.patient.side == "right" else -1.0
    beside, below = START_BESIDE_MM
    return ProbeControl(x_mm=view.x_mm + to_middle * beside, z_mm=view.z_mm - below)


def _start_scanner(room: Room) -> ScannerControl:
    """The atlas's preset, with a color box in the middle of the picture."""
    preset = scanner_for(room.procedure)
    depth = preset.depth_mm
    return replace(preset, color_box_mm=(-14.0, 0.2 * depth, 14.0, 0.7 * depth))
