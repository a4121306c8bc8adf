"""Which views of a simulated patient's truth are shown: none until somebody asks, none in a new session.

The only gate between truth and the page: the teacher's layer over the picture and the 3-D scene beside it both pass.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from inplane.console.messages import Scene3dNow, TeacherLayer
from inplane.console.session import ModeledSession, Session

TruthView: TypeAlias = Literal["teacher_layer", "scene_3d"]
"""As the journal names them."""
TEACH_EVERY = 3
"""Live frames from one teacher's layer to the next, which stays until then (chosen: outlining all costs 20 ms CPU)."""
SCENE_EVERY = 4
"""Live frames from one state of the 3-D scene to the next. Chosen: as often as the page draws it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTruth:
    """What goes with one frame; None where it is not asked for, not due or not known."""

    teacher: TeacherLayer | None = None
    scene3d: Scene3dNow | None = None


class TruthShown:
    """What the person at the console asked for in this session."""

    def __init__(self) -> None:
        self._on: frozenset[TruthView] = frozenset()

    @property
    def teach(self) -> bool:
        """Whether the teacher's layer is shown."""
        return "teacher_layer" in self._on

    @property
    def scene3d(self) -> bool:
        """Whether the 3-D scene is shown. Asked from other threads, too."""
        return "scene_3d" in self._on

    def clear(self) -> None:
        """Nothing is shown any more."""
        self._on = frozenset()

    def show(self, view: TruthView, *, on: bool) -> None:
        """Shows or hides one view."""
        others = self._on - {view}
        self._on = others.union((view,)) if on else others

    def of(self, session: Session | None, sequence: int, *, live: bool) -> ShownTruth:
        """What goes with a frame; while the loop turns, not with each."""
        teacher: TeacherLayer | None = None
        scene3d: Scene3dNow | None = None
        if self.teach and session is not None and (not live or sequence % TEACH_EVERY == 0):
            teacher = session.teacher(sequence)
        if self.scene3d and isinstance(session, ModeledSession) and (not live or sequence % SCENE_EVERY == 0):
            scene3d = session.scene3d(sequence)
        return ShownTruth(teacher=teacher, scene3d=scene3d)
