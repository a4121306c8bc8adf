"""Lessons: short, plain, complete, and refused when something is wrong."""

import re

import pytest

import inplane.training
from inplane.atlas import load_atlas
from inplane.core import FormatError, RangeError, UnknownNameError
from inplane.training import GOALS, LESSONS, Goal, lesson_for
from inplane.training.lesson import read_lessons

STEPS = [step for lesson in LESSONS for step in lesson.steps]


def test_both_procedures_have_a_lesson():
    assert {lesson.procedure_id for lesson in LESSONS} == {"femoral_nerve_block", "hip_joint_injection"}
    for lesson in LESSONS:
        load_atlas().procedure(lesson.procedure_id)


def test_lessons_are_read_when_first_asked_for():
    assert inplane.training.LESSONS is LESSONS
    with pytest.raises(AttributeError, match="has no attribute 'LESSON'. Expected one of"):
        inplane.training.__getattr__("LESSON")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_each_step_is_short_and_plain(step):
    assert len(re.findall(r"[.!?](?:\s|$)", step.text)) <= 2
    assert len(step.text) <= 180
    assert step.keys
    assert step.title
    assert step.goal.kind in GOALS


def test_steps_have_one_id_each_and_cover_the_whole_way():
    for lesson in LESSONS:
        ids = [step.id for step in lesson.steps]
        assert len(ids) == len(set(ids))
        assert ids[0] == "find_artery"
        assert ids[-1] == "see_spread"
        assert ids.index("form") < ids.index("place_needle")
        assert ids.index("aspirate") < ids.index("test_dose")


def test_a_procedure_without_a_lesson_is_named():
    with pytest.raises(UnknownNameError, match="Unknown procedure 'knee'"):
        lesson_for("knee")


def lesson_text(step):
    return f"one: {{title: One, procedures: [femoral_nerve_block], steps: [{step}]}}"


GOOD = "{id: a, title: A, text: Do it., keys: C, goal: {kind: tip_seen}}"


def test_a_small_lesson_is_read():
    (lesson,) = read_lessons(lesson_text(GOOD))
    assert lesson.steps[0].goal == Goal(kind="tip_seen")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("[1, 2]", FormatError, r"Entry 'lessons' is \[1, 2\]. Expected a mapping"),
        ("one: {title: One, procedures: [x]}", FormatError, "Entry 'one' lacks 'steps'"),
        ("one: {title: One, procedures: [], steps: [], extra: 1}", None, ""),
        (lesson_text(GOOD.replace("keys: C, ", "")), FormatError, "Entry 'a' lacks 'keys'"),
        (lesson_text(GOOD.replace("keys: C", "key: C")), FormatError, r"Entry 'a' has unknown \['key'\]"),
        (lesson_text(GOOD.replace("Do it.", "{hip: x}")), FormatError, "Entry 'a' lacks 'femoral_nerve_block'"),
        (lesson_text(GOOD.replace("tip_seen", "dance")), UnknownNameError, "Unknown goal 'dance'"),
        (lesson_text(GOOD.replace("tip_seen", "tip_seen, hold_s: -1")), RangeError, "hold_s is -1 s"),
        (lesson_text(GOOD.replace("tip_seen", "tip_seen, within_mm: 0")), RangeError, "within_mm is 0 mm"),
        (lesson_text(GOOD.replace("tip_seen", "tip_seen, holds: 1")), FormatError, "Entry 'goal of a' has unknown"),
    ],
)
def test_what_is_wrong_is_refused(text, error, message):
    if error is None:
        assert read_lessons(text) == ()
        return
    with pytest.raises(error, match=message):
        read_lessons(text)
