"""Lesson and score of a session, from training."""

from inplane.case import Case, Tick
from inplane.console.messages import ResultLine, ResultPage
from inplane.console.page_info import LessonPage, SessionInfo
from inplane.stream import SimulatedSource


class Scorer:
    """Watches a session for its lesson and its result."""

    def __init__(self, procedure_id: str, *, lesson: bool) -> None:
        self.pages: tuple[LessonPage, ...] = ()
        self.title = ""
        self._procedure_id, self._lesson = procedure_id, lesson

    def watch(self, tick: Tick, case: Case, source: SimulatedSource) -> tuple[str, ...]:
        """Pages of the lesson that were completed with this turn."""
        return ()

    def result(self, case: Case, info: SessionInfo) -> ResultPage:
        """The one-page result, from the journal."""
        return ResultPage(
            title=f"Result: {info.procedure_name}, {info.side}",
            summary=f"{case.time_s:.0f} s",
            lines=(ResultLine(label="Events", value=str(len(case.journal.events)), note=""),),
            events=(),
            remarks=(),
            footer="",
        )
