"""The one loop: source, perceiver, guidance, case, operator. Console, command line, benches and tests all use it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import process_time, thread_time
from typing import Protocol, TypeAlias

from inplane.atlas import Procedure
from inplane.case.case import Case
from inplane.core import Advice, Control, Frame, Scene
from inplane.guidance import Memory, Plan, advise, begin

Operator: TypeAlias = Callable[[Frame, Scene, Advice], Control]


class Frames(Protocol):
    """Where frames come from; any `stream.Source` is one."""

    def next(self, control: Control) -> Frame | None:
        """The next frame under a control; None at the end."""
        ...


class Sees(Protocol):
    """What turns frames into scenes; `perception.Perceiver` is one."""

    def step(self, frame: Frame) -> Scene:
        """What is in the picture."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCpu:
    """CPU seconds of one frame's stages.

    Args:
        simulate: of the whole process while the source worked, since it may use several threads.
        perceive, guide, record: of the calling thread.
    """

    simulate: float
    perceive: float
    guide: float
    record: float

    @property
    def total(self) -> float:
        """All stages."""
        return self.simulate + self.perceive + self.guide + self.record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tick:
    """One turn of the loop: what came, what was seen, what it means, what the operator had done."""

    frame: Frame
    scene: Scene
    advice: Advice
    control: Control
    cpu_s: StageCpu


class Loop:
    """One turn at a time.

    Args:
        source: where frames come from.
        perceiver: what turns them into scenes.
        procedure: what is done; None where somebody only looks.
        plan: side, drug and volumes; None without a procedure.
        case: steps and journal.
        operator: who answers each frame, for `run`; None where controls come from outside.
    """

    def __init__(
        self,
        source: Frames,
        perceiver: Sees,
        procedure: Procedure | None,
        plan: Plan | None,
        case: Case,
        *,
        operator: Operator | None = None,
    ) -> None:
        self.source, self.perceiver, self.procedure, self.case = source, perceiver, procedure, case
        self.operator = operator
        self.memory: Memory = begin(plan, procedure)

    def step(self, control: Control) -> Tick | None:
        """One frame under a control, of which the case lets pass what is allowed; None when the source has ended."""
        control = self.case.permit(control)
        process_at = process_time()
        frame = self.source.next(control)
        simulate_s = process_time() - process_at
        if frame is None:
            return None
        at = thread_time()
        scene = self.perceiver.step(frame)
        seen_at = thread_time()
        advice, self.memory = advise(scene, frame.signals, self.procedure, self.memory)
        guided_at = thread_time()
        self.case.record(frame, scene, advice, control)
        cpu_s = StageCpu(
            simulate=simulate_s, perceive=seen_at - at, guide=guided_at - seen_at, record=thread_time() - guided_at
        )
        return Tick(frame=frame, scene=scene, advice=advice, control=control, cpu_s=cpu_s)

    def run(
        self,
        operator: Operator | None = None,
        until: Callable[[Tick], bool] | None = None,
        first: Control | None = None,
    ) -> Iterator[Tick]:
        """Turn after turn, each answered by the operator, until the source ends or `until` is true of a turn.

        Args:
            operator: who answers; the loop's own if None, and a still hand without either.
            until: asked after each turn.
            first: the control of the first frame.
        """
        operator = operator or self.operator
        control = first or Control()
        while (tick := self.step(control)) is not None:
            yield tick
            if until is not None and until(tick):
                return
            if operator is not None:
                control = operator(tick.frame, tick.scene, tick.advice)
