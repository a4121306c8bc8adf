"""Bringing a needle back into the picture: the probe slid across it, and how brightly it shines where it should be."""

import numpy as np
from numpy.typing import NDArray

from inplane.core import Control, Frame
from inplane.operators.aim import image_line

SWEEP_MM, SWEEP_MM_S = 1.2, 0.8
"""How far to either side the probe is slid across a lost needle, and how fast. Chosen: a needle of 4 cm that points
half a degree aside is 0.35 mm out of the plane, and at its focus a beam of 12 MHz is thinner than that; slow enough to
stop where something lights up."""
SLIDE_S = 4 * SWEEP_MM / SWEEP_MM_S
REACTION_S, SETTLE_S, SMOOTH_MM = 0.35, 1.2, 0.2
"""Chosen: what is seen now was done so long ago, a trainee's delay; the pause is three times that; half a thin beam."""
CLEARLY = 25.0
"""Grey values, of a line's mean above its median over the sweep. Chosen: a tenth of the range; anatomy that changes
within a millimeter gives less."""
LAST_MM, STEP_MM = 12.0, 0.3
"""Chosen: of a shaft the last centimeter is looked at, in steps finer than its echo."""
BESIDE_MM, TURNED_RAD = 3.0, 0.12
"""Chosen: how far beside where the hand believes it, and turned, a shaft may lie."""
PLACES, TURNS = 41, 7


class Sweep:
    """To one side, to the other and back while the needle is held, then to where it shone most, and a pause there.

    It ends where the tip is recognized.

    Args:
        held_mm: shaft beneath the skin.
        else_mm: where to go, across the plane, when nothing was seen anywhere.
    """

    def __init__(self, held_mm: float, *, else_mm: float = 0.0) -> None:
        self.held_mm, self.lasted_s, self._else_mm = held_mm, 0.0, else_mm
        self._across_mm = 0.0
        self._places: list[float] = []
        self._lights: list[NDArray[np.float64]] = []

    @property
    def sliding(self) -> bool:
        """Whether the probe is still on its way."""
        return self.lasted_s < SLIDE_S

    @property
    def over(self) -> bool:
        """Whether it stands where the needle shone most, and was looked at there."""
        return self.lasted_s >= SLIDE_S + SETTLE_S

    def note(self, lights: NDArray[np.float64]) -> None:
        """What is seen now of what the hand did a moment ago: how bright each line about the needle is, by
        `lines_about`."""
        if self.sliding:
            self._places.append(_place_mm(self.lasted_s - REACTION_S))
            self._lights.append(lights)

    def move(self, step_s: float) -> float:
        """The way to where the probe stands next, mm across its plane."""
        self.lasted_s += step_s
        now_mm = _place_mm(self.lasted_s) if self.sliding else self.best_mm
        aside_mm, self._across_mm = now_mm - self._across_mm, now_mm
        return aside_mm

    @property
    def back_mm(self) -> float:
        """The way back to where the probe was when what is seen now was there."""
        return _place_mm(self.lasted_s - REACTION_S) - self._across_mm if self.sliding else 0.0

    @property
    def best_mm(self) -> float:
        """Where a line shone clearly more than it does elsewhere (what is bright everywhere is no needle), else as
        told; across the plane, from where the sweep began."""
        if not self._lights:
            return self._else_mm
        lights = np.array(self._lights) - np.median(self._lights, axis=0)
        goals = np.linspace(-SWEEP_MM, SWEEP_MM, PLACES)
        near = np.exp(-0.5 * ((np.array(self._places) - goals[:, None]) / SMOOTH_MM) ** 2)
        shone = (near @ lights / near.sum(axis=1, keepdims=True)).max(axis=1)
        return float(goals[np.argmax(shone)]) if shone.max() >= CLEARLY else self._else_mm


def _place_mm(lasted_s: float) -> float:
    """Where the probe stands in a sweep."""
    corners = np.array([0.0, 1.0, 3.0, 4.0]) * SWEEP_MM, np.array([0.0, 1.0, -1.0, 0.0]) * SWEEP_MM
    return float(np.interp(lasted_s * SWEEP_MM_S, *corners))


def lines_about(frame: Frame, control: Control, *, indentation_mm: float) -> NDArray[np.float64]:
    """(TURNS PLACES,) mean grey of lines about where the hand believes the shaft's last part; 0 where less than half of
    one lies in the picture."""
    entry, held = image_line(control.probe, control.needle, indentation_mm)
    along = control.needle.advance_mm - np.arange(0.0, min(LAST_MM, max(control.needle.advance_mm, 1.0)), STEP_MM)
    turns = np.linspace(-TURNED_RAD, TURNED_RAD, TURNS)
    return np.concatenate([_means(frame, entry, held, along, float(turn)) for turn in turns])


def _means(
    frame: Frame, entry: NDArray[np.float64], held: NDArray[np.float64], along: NDArray[np.float64], turn: float
) -> NDArray[np.float64]:
    """(PLACES,) mean grey of parallel lines turned so; 0 where less than half of one lies in the picture."""
    c, s = np.cos(turn), np.sin(turn)
    way = np.array([c * held[0] - s * held[1], s * held[0] + c * held[1]])
    middle = entry[:2] + held[:2] * along.mean()
    beside = np.linspace(-BESIDE_MM, BESIDE_MM, PLACES)
    points = (
        middle + np.multiply.outer(along - along.mean(), way)[:, None] + np.multiply.outer(beside, [-way[1], way[0]])
    )
    at = np.rint(frame.geometry.to_index(points)).astype(int)
    inside = np.all((at >= 0) & (at < frame.pixels.shape), axis=-1)
    grey = np.where(inside, frame.pixels[tuple(np.where(inside[..., None], at, 0).transpose(2, 0, 1))], 0)
    count = inside.sum(axis=0)
    return np.where(2 * count >= len(along), grey.sum(axis=0) / np.maximum(count, 1), 0.0)
