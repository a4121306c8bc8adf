"""One patient, one procedure, one operator: the case played."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from inplane.anatomy import Patient
from inplane.anatomy.regions import GROIN_PROCEDURES
from inplane.atlas import NeedleModel, Procedure, load_atlas
from inplane.bench._operator_row import CaseRow, Watch
from inplane.bench._textbook import textbook_of
from inplane.case import Case, Journal, Loop, Step, Tick, complete_answers
from inplane.core import (
    Advice,
    Calibration,
    DoseStatus,
    NeedleSeen,
    Scene,
    SpreadSeen,
    SpreadState,
)
from inplane.operators import (
    GuidedOperator,
    LandmarkOperator,
    Person,
    Phase,
    Skill,
    Textbook,
    draw_palpation,
    palpated_view,
)
from inplane.perception import Perceiver
from inplane.physics.injectate import cannula_kpa_s_ml
from inplane.stream import SimulatedSource
from inplane.training import standard_plan
from inplane.world import World

FRAME_RATE_HZ = 10.0
"""Chosen: a third of the live rate, for three times as many patients. A needle moves 0.9 mm a frame at most;
what recognition loses by it was not measured with the needle net."""
TOUCH_RATE_HZ = 5.0
"""Chosen: hands without a picture are asked less often."""
LONGEST_S = 300.0
"""Chosen: a case that is not over by then is given up, and counts as stopped."""
RATE_ML_S, CANNULA_SHARE = 0.5, 0.5
"""What the simulated hand can push, and how much of the pressure that says stop it lets a cannula take by itself: a
hand knows a thin needle and pushes slowly. Chosen: half is left to tell tissue by; 0.5 ml/s through 25 G, 38 mm, is
170 kPa with the tip in air, more than any stop."""
BLIND_LINES, BLIND_SAMPLES = 16, 64
"""Pictures of a case without any. Chosen: the fewest that the scanner makes without trouble."""
TIME_UP = "still at it when time was up"
Look: TypeAlias = Callable[[Tick, SimulatedSource], None]
"""Shown every turn of a guided case."""


def play_guided(
    patient: Patient, procedure: Procedure, skill: Skill, *, rate_hz: float = FRAME_RATE_HZ, look: Look | None = None
) -> CaseRow:
    """A guided case: pictures, recognition, guidance, a person."""
    world = _room(patient, procedure)
    source = SimulatedSource(world, frame_rate_hz=rate_hz, procedure_id=procedure.id)
    needle_mm = world.needle.length_mm.value
    rng = np.random.default_rng([patient.seed, 0xFE17])
    palpated, book = draw_palpation(patient.landmarks_mm, rng, sd_mm=skill.palpation_mm), _pictures(procedure)
    view = palpated_view(procedure, palpated, patient.side) if book is None else book.of(patient.side).view(palpated)
    operator = GuidedOperator(
        procedure,
        view,
        patient.seed,
        side=patient.side,
        width_mm=world.probe.chord_mm,
        needle_mm=needle_mm,
        rate_ml_s=push_ml_s(world.needle),
        skill=skill,
        textbook=book,
    )
    person = Person(operator, skill, patient.seed, needle_mm=needle_mm)
    plan = standard_plan(procedure, patient)
    case = Case(Journal(), procedure, plan)
    case.advance(Step.SCAN, complete_answers(procedure, plan))
    case.advance(Step.INJECTION)
    loop = Loop(source, Perceiver(), procedure, plan, case)
    watch = Watch(patient, procedure, world)
    try:
        for tick in loop.run(person, first=person.first, until=lambda t: person.done or t.frame.time_s >= LONGEST_S):
            watch.turn(tick)
            if operator.phase == Phase.ADVANCE and operator.target_mm is not None:
                watch.aimed(operator.target_mm)
            if look is not None:
                look(tick, source)
    finally:
        case.close()
    ended = operator.outcome if operator.done else TIME_UP
    return watch.row("guided", skill, ended, tuple(operator.reasons))


def play_landmark(patient: Patient, procedure: Procedure, skill: Skill) -> CaseRow:
    """A case by touch: the room's pictures are a few pixels that nobody looks at, so that it costs next to nothing."""
    world = _room(patient, procedure, n_lines=BLIND_LINES, n_samples=BLIND_SAMPLES)
    source = SimulatedSource(world, frame_rate_hz=TOUCH_RATE_HZ, procedure_id=procedure.id)
    needle_mm = world.needle.length_mm.value
    rng = np.random.default_rng([patient.seed, 0xFE17])
    palpated = draw_palpation(patient.landmarks_mm, rng, sd_mm=skill.palpation_mm)
    operator = LandmarkOperator(
        procedure,
        palpated,
        patient.seed,
        skill,
        side=patient.side,
        needle_mm=needle_mm,
        rate_ml_s=push_ml_s(world.needle),
        textbook=_by_touch(procedure),
    )
    person = Person(operator, skill, patient.seed, needle_mm=needle_mm)
    watch = Watch(patient, procedure, world)
    control = person.first
    while not person.done and world.time_s < LONGEST_S:
        frame = source.next(control)
        watch.turn(None)
        control = person(frame, nothing_seen(frame.sequence, frame.time_s), nothing_advised(frame.time_s))
    ended = operator.outcome if operator.done else TIME_UP
    return watch.row("landmark", skill, ended, ())


def push_ml_s(needle: NeedleModel) -> float:
    """How fast a plunger is pushed through a needle, ml/s."""
    stop_kpa = load_atlas().threshold("pressure_stop_kpa").value
    return min(RATE_ML_S, CANNULA_SHARE * stop_kpa / cannula_kpa_s_ml(needle))


def _pictures(procedure: Procedure) -> Textbook | None:
    """With a picture people aim as in earlier patients, but at the femoral nerve, which is recognized."""
    recognized = procedure.id in GROIN_PROCEDURES and procedure.family == "nerve_block"
    return None if recognized else textbook_of(procedure.id)


def _by_touch(procedure: Procedure) -> Textbook | None:
    """By touch they go as in earlier patients, but in the groin, which has landmarks of its own."""
    return None if procedure.id in GROIN_PROCEDURES else textbook_of(procedure.id)


def _room(patient: Patient, procedure: Procedure, *, n_lines: int = 192, n_samples: int = 512) -> World:
    """The patient, with the procedure's own probe and needle, pictures as in the live loop."""
    atlas = load_atlas()
    probe, needle = atlas.probe(procedure.probe_id), atlas.needle(procedure.needle_id)
    return World(patient, probe=probe, needle=needle, seed=patient.seed, n_lines=n_lines, n_samples=n_samples)


def nothing_seen(sequence: int, time_s: float) -> Scene:
    """The scene of somebody who looks at nothing."""
    return Scene(
        sequence=sequence,
        time_s=time_s,
        calibration=Calibration.UNCALIBRATED,
        contact=0.0,
        needle=NeedleSeen.nowhere(),
        vessels=(),
        bones=(),
        spread=SpreadSeen.without_area(SpreadState.CANNOT_TELL),
        cannot_tell=(),
    )


def nothing_advised(time_s: float) -> Advice:
    """The advice of nobody."""
    dose = DoseStatus(fraction=None, given_ml=None, limit="")
    return Advice(sequence=0, time_s=time_s, path=None, clearances=(), alarms=(), hints=(), cannot_tell=(), dose=dose)
