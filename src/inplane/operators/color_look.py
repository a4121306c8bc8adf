"""A look in color over the way that a needle would take, from the target out to the skin: where does blood flow?

The face is shorter than a flat needle's way, so the probe is slid outward in steps, along its own plane, and back. At
each step it is held still twice, with the beams straight and leaning outward: flow square to one is not to the other.
"""

from dataclasses import replace
from itertools import product
from math import ceil

import numpy as np
from numpy.typing import NDArray

from inplane.core import Control, Frame, Geometry, Mode, Point, ProbeControl, ScannerControl
from inplane.operators.aim import slid, slid_mm_of
from inplane.operators.clear_way import Ways
from inplane.operators.hand import approach
from inplane.operators.search import SLIDE_MM_S

COLOR_PRF_HZ = 1000.0
"""Chosen: the low scale for small arteries; 6 cm/s at 6 MHz, 4 cm/s at 10 MHz. Aliasing does no harm here."""
LEAN_RAD = 0.3
"""Chosen: 17 degrees, within what scanners' color boxes allow."""
SETTLE_S = 0.8
"""Chosen: longer than any skill's delay, so that what is seen was made after the hand stopped."""
BEAT_S = 1.2
"""How long each look lasts. Chosen: a beat at 50 a minute; the two of each step make 2.4 s."""
STEP_SHARE = 0.8
"""Longest step, of the face's length. Chosen: neighbouring pictures overlap by a fifth."""
TOP_MM = 2.0
"""Chosen: shallower than this there are only the skin's own vessels."""
SHALLOW_MM = 8.0
"""So much of the way, along the skin, is not looked at next to the puncture. Chosen: at 30 degrees it lies within 5 mm
of the skin."""
BELOW_MM = 5.0
"""Chosen: the box goes so far below the target."""
LIT = 0.25
"""Share of a look's pictures in which a pixel must have color. Chosen: systole is a third of a beat; noise is not."""
ASIDE_MM = (0.0, 2.5, -2.5, 5.0, -5.0)
"""Where the probe stands, across its plane, at each look. Chosen: a small artery with its walls, then twice that, still
over the same part of neck or nerve."""
CELL_MM, CELL_LIT = 1.0, 0.3
"""Flow is noted in squares of this side, of which so much must be lit. Chosen: 0.3 mm², a tube of 0.6 mm, and more
than a speck of noise."""

DARK_MM = 3.0
"""Chosen: flow so near to a target may be its own."""
STRAIGHT_AND_LEANING = (0.0, LEAN_RAD)


class ColorLook:
    """Slides outward, looks, comes back, and remembers where flow was seen.

    Args:
        ways: that the needle has to a target.
        outward: +1 where the picture's x grows towards the side where the needle enters, -1 otherwise.
        leans: whether the probe's color beams can; those of a curved one fan out already.

    Attributes:
        answered: whether any picture came with color; without, nothing is known about flow.
    """

    def __init__(self, ways: Ways, *, outward: float, leans: bool = True) -> None:
        self._leans = STRAIGHT_AND_LEANING if leans else STRAIGHT_AND_LEANING[:1]
        self._ways, self._outward, self._width_mm = ways, outward, ways.width_mm
        self._aside = 0
        self.answered = False
        self._base: Control | None = None
        self._found = np.zeros((0, 2))

    def begin(self, control: Control, target_mm: Point, time_s: float) -> None:
        """A new look; what was seen in another plane is forgotten.

        Args:
            control: the probe over the target, and the knobs that are gone back to.
            target_mm: (x, y) in the picture.
            time_s: now.
        """
        self._base, self._found = control, np.zeros((0, 2))
        far_mm = max(0.0, self._ways.usual_mm(target_mm) - SHALLOW_MM)
        steps = np.linspace(0.0, far_mm, 1 + ceil(far_mm / (STEP_SHARE * self._width_mm)))
        self._looks = list(product([self._outward * float(mm) for mm in steps], self._leans))
        self._deep_mm = min(target_mm[1] + BELOW_MM, control.scanner.depth_mm)
        self._still_s = time_s
        self._lit: list[Frame] = []

    def step(self, control: Control, frame: Frame, *, time_s: float, step_s: float) -> tuple[Control, bool]:
        """The control of the next frame, and whether the look is over and the hand back where it began."""
        if self._base is None:
            return control, True
        goal_mm, lean_rad = self._looks[0] if self._looks else (0.0, 0.0)
        scanner = self._in_color(lean_rad) if self._looks else self._base.scanner
        at_mm = slid_mm_of(self._base.probe, control.probe)
        if abs(goal_mm - at_mm) > 1e-6 or control.scanner != scanner:
            self._still_s, self._lit = time_s, []
            now_mm = approach(at_mm, goal_mm, SLIDE_MM_S * step_s)
            return replace(control, probe=slid(self._base.probe, now_mm, control.probe), scanner=scanner), False
        still_s = time_s - self._still_s
        if not self._looks:
            return control, still_s > SETTLE_S
        if still_s > SETTLE_S:
            self._lit.append(frame)
        if still_s > SETTLE_S + BEAT_S:
            self._note(goal_mm)
        return control, False

    def places_mm(self, probe: ProbeControl) -> NDArray[np.float64]:
        """(n, 2) where in the picture of a probe that was slid along its face flow was seen, (x, y), one a square."""
        if self._base is None:
            return self._found
        return np.subtract(self._found, (slid_mm_of(self._base.probe, probe), 0.0))

    def clear_mm(self, probe: ProbeControl, target_mm: Point | None) -> float | None:
        """From the face's outer end to the puncture of a way to the target that is clear of flow, or None, mm."""
        return None if target_mm is None else self._ways.clear_mm(probe, target_mm, self.places_mm(probe))

    def dark_at(self, probe: ProbeControl, target_mm: Point) -> bool:
        """Whether color came, and none was seen at a target: what is dark and round there is no vessel with flow."""
        away = np.subtract(self.places_mm(probe), target_mm)
        return self.answered and not (np.hypot(*away.T) < DARK_MM).any()

    def aside_mm(self) -> float | None:
        """How far across its plane the probe is slid from here to look again; None after the last such place."""
        self._aside += 1
        return ASIDE_MM[self._aside] - ASIDE_MM[self._aside - 1] if self._aside < len(ASIDE_MM) else None

    def _in_color(self, lean_rad: float) -> ScannerControl:
        base, half_mm = self._base or Control(), self._width_mm / 2
        return replace(
            base.scanner,
            mode=Mode.COLOR,
            prf_hz=COLOR_PRF_HZ,
            color_steer_rad=self._outward * lean_rad,
            color_box_mm=(-half_mm, TOP_MM, half_mm, max(self._deep_mm, TOP_MM + BELOW_MM)),
        )

    def _note(self, slid_mm: float) -> None:
        """Ends one look; where no color comes at all the others are left out."""
        colored = [frame for frame in self._lit if frame.color is not None]
        self.answered = self.answered or bool(colored)
        self._found = np.concatenate((self._found, np.add(flow_places_mm(colored), (slid_mm, 0.0))))
        self._looks, self._lit = self._looks[1:] if colored else [], []


def flow_places_mm(frames: list[Frame]) -> NDArray[np.float64]:
    """(n, 2) middles of the squares of `CELL_MM` that were lit, IMAGE mm, of pictures from one place with one box."""
    boxes = [(frame.color, frame.geometry) for frame in frames if frame.color is not None]
    if not boxes:
        return np.zeros((0, 2))
    color, geometry = boxes[-1]
    seen = np.array([c.has_flow for c, _ in boxes if c.has_flow.shape == color.has_flow.shape])
    lit = np.add(np.argwhere(seen.mean(axis=0) >= LIT), (color.first_line, color.first_sample))
    cells, counts = np.unique(np.floor(geometry.to_mm(lit) / CELL_MM), axis=0, return_counts=True)
    return (cells[counts >= CELL_LIT * _pixels_a_cell(geometry)] + 0.5) * CELL_MM


def _pixels_a_cell(geometry: Geometry) -> float:
    return CELL_MM**2 / (geometry.line_pitch_mm * geometry.sample_pitch_mm)
