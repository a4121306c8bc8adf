"""A person around a scripted operator: what is decided rests on what was seen a moment ago, and the hands tremble.

person = Person(GuidedOperator(...), skill("trainee"), seed)     # called as the operator is, one frame after the other
"""

from collections import deque
from dataclasses import replace
from math import cos, sin
from typing import Protocol

import numpy as np

from inplane.core import Advice, Control, Frame, NeedleControl, ProbeControl, Scene
from inplane.operators.hand import draw_tremor
from inplane.operators.novice import NONE_MADE, NoviceErrors
from inplane.operators.skill import Skill

LONGEST_S = 900.0
"""Lapses of attention are drawn for so long. Chosen: longer than any of these procedures."""
IN_SKIN_MM = 2.0
"""Chosen: with less shaft than this beneath the skin a needle rests on it and does not tremble."""
DRIFT_MOST_MM = 12.0
"""Chosen: by then anybody notices."""
LEAST_SHAFT_MM = 0.5
"""Chosen: tremor alone never takes a needle out of the skin."""


class Scripted(Protocol):
    """A scripted operator: a first control, then one for each frame, until it is done."""

    @property
    def first(self) -> Control:
        """The control of the first frame."""
        ...

    @property
    def done(self) -> bool:
        """Whether it has finished."""
        ...

    def __call__(self, frame: Frame, scene: Scene, advice: Advice) -> Control:
        """The control for the next frame."""
        ...


class Person:
    """An operator with delay, lapses of attention and tremor of both hands.

    During a lapse the decisions go on, resting on what was last seen: a hand that pushes pushes on. Events that touch
    and hearing tell (signals beside the pixels) come with the same delay.

    Args:
        operator: decides.
        skill: delay, lapses and tremor.
        seed: draws the lapses and the tremor.
        needle_mm: longest shaft beneath the skin.
        errors: of which the probe's drift and fatigue show here.
    """

    def __init__(
        self,
        operator: Scripted,
        skill: Skill,
        seed: int,
        *,
        needle_mm: float = 80.0,
        errors: NoviceErrors = NONE_MADE,
    ) -> None:
        rng = np.random.default_rng([seed, 0x9E50])
        self.operator, self.skill, self._needle_mm = operator, skill, needle_mm
        self._along = draw_tremor(rng, skill.needle_tremor_mm)
        self._across = (draw_tremor(rng, skill.probe_tremor_mm), draw_tremor(rng, skill.probe_tremor_mm))
        self.lapses_s = _draw_lapses(rng, skill)
        self._seen: deque[tuple[Frame, Scene, Advice]] = deque()
        self._shown: tuple[Frame, Scene, Advice] | None = None
        self._decided = operator.first
        self.errors = errors
        self._begun_s: float | None = None
        self._last_s = self._drifting_s = 0.0

    @property
    def first(self) -> Control:
        """The control of the first frame."""
        return self.operator.first

    @property
    def done(self) -> bool:
        """Whether the operator has finished."""
        return self.operator.done

    def attends(self, time_s: float) -> bool:
        """Whether the eyes are on the screen."""
        return not any(begin <= time_s < begin + self.skill.lapse_s for begin in self.lapses_s)

    def __call__(self, frame: Frame, scene: Scene, advice: Advice) -> Control:
        """The control for the next frame."""
        self._begun_s = frame.time_s if self._begun_s is None else self._begun_s
        if self._decided.needle.advance_mm > 0:
            self._drifting_s += max(0.0, frame.time_s - self._last_s)
        self._last_s = frame.time_s
        self._seen.append((frame, scene, advice))
        due_s = frame.time_s - self.skill.delay_s * self.weariness(frame.time_s) + 1e-9
        while self._seen and self._seen[0][0].time_s <= due_s:
            came = self._seen.popleft()
            if self._shown is None or self.attends(came[0].time_s):
                self._shown = came
            else:
                kept = replace(self._shown[0], time_s=came[0].time_s, signals=came[0].signals)
                self._shown = (kept, *self._shown[1:])
            self._decided = self.operator(*self._shown)
        return self._trembling(frame.time_s)

    def weariness(self, time_s: float) -> float:
        """By how much tremor and delay have grown since the first frame; 1 where nobody tires."""
        return 1 + self.errors.tires_per_min * max(0.0, time_s - (self._begun_s or 0.0)) / 60

    def _trembling(self, time_s: float) -> Control:
        control = self._decided
        return replace(control, needle=self._needle(control.needle, time_s), probe=self._probe(control.probe, time_s))

    def _needle(self, needle: NeedleControl, time_s: float) -> NeedleControl:
        if needle.advance_mm < IN_SKIN_MM:
            return needle
        depth_mm = needle.advance_mm + self._along.at(time_s) * self.weariness(time_s)
        return replace(needle, advance_mm=min(max(depth_mm, LEAST_SHAFT_MM), self._needle_mm))

    def _probe(self, probe: ProbeControl, time_s: float) -> ProbeControl:
        weary, errors = self.weariness(time_s), self.errors
        x_mm, z_mm = (weary * tremor.at(time_s) for tremor in self._across)
        drift_mm = min(errors.drift_mm_s * self._drifting_s, DRIFT_MOST_MM)
        x_mm += drift_mm * cos(errors.drift_rad)
        z_mm += drift_mm * sin(errors.drift_rad)
        return replace(probe, x_mm=probe.x_mm + x_mm, z_mm=probe.z_mm + z_mm)


def _draw_lapses(rng: np.random.Generator, skill: Skill) -> tuple[float, ...]:
    """When eyes leave the screen: a Poisson process of the skill's rate."""
    if skill.lapses_per_min <= 0 or skill.lapse_s <= 0:
        return ()
    gaps = rng.exponential(60 / skill.lapses_per_min, max(8, int(4 * skill.lapses_per_min * LONGEST_S / 60)))
    return tuple(float(at) for at in np.cumsum(gaps) if at < LONGEST_S)
