"""Each goal, by the model where it is known and by what is recognised where it is not."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.anatomy import Kind
from inplane.case import Step, complete_answers
from inplane.core import (
    AspirationResult,
    Clearance,
    ClearanceKind,
    ColorFlow,
    Control,
    Mode,
    NeedleControl,
    NeedleState,
    ProbeControl,
    ScannerControl,
    Signals,
    SpreadState,
)
from inplane.training import GOALS, LessonProgress, lesson_for
from inplane.training.goals import Look

DEEP = Control(needle=NeedleControl(advance_mm=20))


def reached(case, kind, tick, truth=None, within_mm=5.0):
    return GOALS[kind](Look(tick=tick, case=case, truth=truth, within_mm=within_mm))


@pytest.mark.parametrize(("x_mm", "yes"), [(0.0, True), (18.5, False)])
def test_artery_in_view(make, case, x_mm, yes):
    shown = make.truth(outlines=(make.square("femoral artery wall", Kind.ARTERY_WALL, (x_mm, 20.0)),))
    assert reached(case, "artery_in_view", make.tick(), shown) is yes
    seen = make.scene(vessels=(make.vessel((x_mm, 20.0)),))
    assert reached(case, "artery_in_view", make.tick(seen=seen)) is yes


def test_flow_seen_asks_for_color_and_flow(make, case):
    box = np.ones((8, 8), np.bool_)
    flow = ColorFlow(first_line=0, first_sample=0, velocity=np.zeros((8, 8), np.int8), has_flow=box, nyquist_m_s=0.3)
    on = Control(scanner=ScannerControl(mode=Mode.COLOR))
    assert reached(case, "flow_seen", make.tick(control=on, color=flow))
    assert not reached(case, "flow_seen", make.tick(control=on, color=replace(flow, has_flow=~box)))
    assert not reached(case, "flow_seen", make.tick(control=on))
    assert not reached(case, "flow_seen", make.tick(color=flow))


@pytest.mark.parametrize(("share", "flat", "is_open"), [(0.1, True, False), (0.5, False, False), (0.9, False, True)])
def test_the_vein_by_the_model(make, case, share, flat, is_open):
    shown = make.truth(vein_open=share)
    assert reached(case, "vein_flat", make.tick(), shown) is flat
    assert reached(case, "vein_open", make.tick(), shown) is is_open


def test_the_vein_by_the_press(make, case):
    firm, light = (Control(probe=ProbeControl(press_n=force)) for force in (15.0, 3.0))
    assert reached(case, "vein_flat", make.tick(control=firm))
    assert reached(case, "vein_open", make.tick(control=light))
    assert not reached(case, "vein_open", make.tick(control=firm))


def test_bone_in_view(make, case):
    seen = make.scene(bones=(make.bone(),))
    assert reached(case, "bone_in_view", make.tick(seen=seen))
    assert not reached(case, "bone_in_view", make.tick(seen=seen), make.truth())
    head = make.truth(outlines=(make.square("femoral head", Kind.BONE, (0.0, 35.0)),))
    assert reached(case, "bone_in_view", make.tick(seen=seen), head)
    assert not reached(case, "bone_in_view", make.tick(), head)


def test_needle_allowed_follows_the_form(make, case):
    assert not reached(case, "needle_allowed", make.tick())
    case.advance(Step.INJECTION, complete_answers(case.procedure, case.plan))
    assert reached(case, "needle_allowed", make.tick())


def test_needle_in_plane(make, case):
    assert not reached(case, "needle_in_plane", make.tick(), make.truth(tip_in_plane=True))
    assert reached(case, "needle_in_plane", make.tick(control=DEEP), make.truth(tip_in_plane=True))
    assert not reached(case, "needle_in_plane", make.tick(control=DEEP), make.truth())
    assert reached(case, "needle_in_plane", make.tick(control=DEEP))


def test_tip_seen_must_be_the_tip(make, case):
    at, beside = (make.truth(tip_image_mm=np.array([x, 10.0, 0.0])) for x in (1.0, 9.0))
    assert reached(case, "tip_seen", make.tick(), at)
    assert not reached(case, "tip_seen", make.tick(), beside)
    assert not reached(case, "tip_seen", make.tick(), make.truth())
    assert reached(case, "tip_seen", make.tick())
    lost = make.scene(seen=make.needle(None, state=NeedleState.LOST))
    assert not reached(case, "tip_seen", make.tick(seen=lost), at)


def test_beside_target(make, case):
    near = np.array([5.0, 17.0, 1.0])
    assert reached(case, "beside_target", make.tick(), make.truth(tip_image_mm=near))
    assert not reached(case, "beside_target", make.tick(), make.truth(tip_image_mm=near + 9))
    inside = make.truth(tip_image_mm=near, tip_structure="femoral artery lumen")
    assert not reached(case, "beside_target", make.tick(), inside)
    seen = Clearance(
        kind=ClearanceKind.BONE,
        structure="bone",
        track_id=None,
        distance_mm=1,
        sd_mm=1,
        on_path=False,
        time_to_contact_s=None,
    )
    assert reached(case, "beside_target", make.tick(clearances=(seen,)))
    assert not reached(case, "beside_target", make.tick())


def test_syringe_goals(make, case):
    def with_signals(**values):
        return make.tick(signals=Signals(**values))

    assert not reached(case, "aspirated_no_blood", with_signals(aspirations=0))
    assert reached(case, "aspirated_no_blood", with_signals(aspirations=1, aspirated=AspirationResult.NOTHING))
    assert not reached(case, "aspirated_no_blood", with_signals(aspirations=1, aspirated=AspirationResult.BLOOD))
    assert not reached(case, "test_dose_given", with_signals())
    assert reached(case, "test_dose_given", with_signals(injected_ml=1.0))


def test_spread_seen(make, case):
    assert not reached(case, "spread_seen", make.tick())
    assert reached(case, "spread_seen", make.tick(seen=make.scene(state=SpreadState.SPREAD)))
    assert reached(case, "spread_seen", make.tick(), make.truth(spread_outlines_mm=(np.zeros((4, 2)),)))


def test_progress_goes_step_by_step_and_holds_each_goal(make, case):
    progress = LessonProgress(lesson_for("femoral_nerve_block"), case)
    seen = make.scene(vessels=(make.vessel((0.0, 20.0)),))
    done = []
    for number in range(60):
        shown = replace(seen, time_s=number / 30)
        done += [(number, step) for step in progress.watch(make.tick(number / 30, seen=shown))]
    assert [step for _, step in done] == ["find_artery"]
    assert done[0][0] / 30 >= 0.5
    assert progress.current.id == "color"
    assert progress.skip() == ("color",)
    kept = [event.fields for event in case.journal.events if event.kind == "lesson_step"]
    assert kept == [{"step": "find_artery", "skipped": False}, {"step": "color", "skipped": True}]


def test_progress_ends(make, case):
    progress = LessonProgress(lesson_for("hip_joint_injection"), case)
    while progress.current is not None:
        progress.skip()
    assert progress.skip() == ()
    assert progress.watch(make.tick(1.0)) == ()
    assert len(progress.done) == len(progress.lesson.steps)


def test_truth_is_asked_four_times_a_second(make, case):
    asked = []

    def truth(sequence):
        asked.append(sequence)
        return make.truth()

    progress = LessonProgress(lesson_for("femoral_nerve_block"), case)
    for number in range(90):
        progress.watch(make.tick(number / 30), truth)
    assert 10 <= len(asked) <= 13
