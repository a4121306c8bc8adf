"""Lessons, difficulty, and the one-page result: the only room beside bench that asks a source for its truth.

progress = LessonProgress(lesson_for("femoral_nerve_block"), case)
log = TruthLog("femoral_nerve_block")
progress.watch(tick, source.truth); log.watch(tick, source.truth)     # each turn of the loop
result = score(case, log)
"""

from typing import TYPE_CHECKING

from inplane.training.goals import GOALS
from inplane.training.lesson import Goal, Lesson, LessonStep, lesson_for, load_lessons
from inplane.training.levels import LEVELS, Level, easier, harder, level
from inplane.training.plan import USUAL_WEIGHT_KG, standard_plan
from inplane.training.progress import LessonProgress
from inplane.training.result import Item, Origin, Result, Section
from inplane.training.score import score
from inplane.training.truth_log import Nearest, TruthLog

if TYPE_CHECKING:
    LESSONS: tuple[Lesson, ...]

__all__ = [
    "GOALS",
    "LESSONS",
    "LEVELS",
    "USUAL_WEIGHT_KG",
    "Goal",
    "Item",
    "Lesson",
    "LessonProgress",
    "LessonStep",
    "Level",
    "Nearest",
    "Origin",
    "Result",
    "Section",
    "TruthLog",
    "easier",
    "harder",
    "lesson_for",
    "level",
    "load_lessons",
    "score",
    "standard_plan",
]


def __getattr__(name: str) -> tuple[Lesson, ...]:
    """`LESSONS`, read when it is first asked for: nothing is read at import."""
    if name == "LESSONS":
        return load_lessons()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}. Expected one of: {', '.join(__all__)}.")
