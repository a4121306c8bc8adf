"""Lesson and score of a session, from training; the result as the page shows it."""

import base64

import cv2

from inplane.case import Case, Tick
from inplane.console.messages import ResultLine, ResultPage, ResultSection
from inplane.console.page_info import LessonPage
from inplane.overlay import draw
from inplane.stream import SimulatedSource
from inplane.training import LessonProgress, Result, TruthLog, lesson_for, score

PICTURE_PX = 520
"""Width of the result's picture (chosen: half of a printed page's width at 150 dots an inch)."""


class Scorer:
    """Watches every turn of a case for its lesson and its result.

    Args:
        case: what is scored.
        source: asked for the truth now and then; never by perception or guidance.
        lesson: whether the procedure's lesson is followed.
    """

    def __init__(self, case: Case, source: SimulatedSource, *, lesson: bool) -> None:
        self._case, self._source = case, source
        self._log = TruthLog(case.procedure.id)
        self._progress = LessonProgress(lesson_for(case.procedure.id), case) if lesson else None

    @property
    def title(self) -> str:
        """The lesson's title; empty in free play."""
        return "" if self._progress is None else self._progress.lesson.title

    @property
    def pages(self) -> tuple[LessonPage, ...]:
        """The lesson's steps; none in free play."""
        steps = () if self._progress is None else self._progress.lesson.steps
        return tuple(LessonPage(id=step.id, title=step.title, text=step.text, keys=step.keys) for step in steps)

    def watch(self, tick: Tick) -> tuple[str, ...]:
        """Steps of the lesson that were completed with this turn."""
        self._log.watch(tick, self._source.truth)
        return () if self._progress is None else self._progress.watch(tick, self._source.truth)

    def skip(self) -> tuple[str, ...]:
        """Goes on to the lesson's next step; the journal says that this one was skipped."""
        return () if self._progress is None else self._progress.skip()

    def result(self) -> ResultPage:
        """The one-page result."""
        return result_page(score(self._case, self._log))


def result_page(result: Result) -> ResultPage:
    """A result as the page shows and prints it."""
    truth = result.picture_truth
    told = "" if truth is None else f"Tip nearest to the target, at {truth.time_s:.1f} s, with what was recognised."
    return ResultPage(
        title=f"Result: {result.title}",
        sections=tuple(
            ResultSection(
                title=section.title,
                lines=tuple(
                    ResultLine(label=item.label, value=item.text, origin=item.origin.value) for item in section.items
                ),
            )
            for section in result.sections
        ),
        alarms=result.alarms,
        remarks=result.remarks,
        picture="" if result.picture is None else _data_url(result.picture),
        picture_text=told,
        footer=result.footer,
    )


def _data_url(tick: Tick) -> str:
    """The turn's picture, as a PNG within the message."""
    picture = draw(tick.frame, tick.scene, tick.advice, level="full", width_px=PICTURE_PX, banner="SIMULATION")
    _, encoded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return "data:image/png;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
