"""A needle's tip and line from look to look: carried on by its motion, corrected by what is measured."""

from dataclasses import dataclass, field

from inplane.perception.needle_maps import TipLook, turned_by

GATE_MM = 1.6
"""Farthest that a measured tip may lie from the predicted one. chosen: 40 mm/s of unforeseen speed at 30 frames/s."""
FARTHEST_MM = 4.0
"""The same for a tip that was not seen for long. chosen: beyond, it is told by more than one look."""
ACCELERATION_MM_S2 = 60.0
"""Deviation of a hand's acceleration. chosen: from rest to 12 mm/s in a fifth of a second."""
FASTEST_MM_S = 30.0
"""Fastest that a tip is carried on. chosen: twice a brisk advance; what seems faster is a jump of the measurement."""
ON_LINE_MM, TURNED_RAD = 1.5, 0.3
"""How far beside a track's line, and turned from it, a tip may lie that it jumps to. chosen: as far
as a bent shaft and the net's direction stray."""


@dataclass(slots=True, kw_only=True)
class Track:
    """The needle: tip and speed of the tip in the picture (mm, mm/s, as complex numbers), their variances, its line.

    `end_s` is when the end of its shaft was last seen, `seen_s` when that was surely its tip, `shaft_s` when at least
    the shaft was; `sure` whether the end is told to be the tip.
    """

    tip: complex
    speed: complex
    var_tip: float
    var_speed: float
    cov: float
    direction: complex
    entry: complex
    heat: float
    end_s: float
    seen_s: float
    shaft_s: float
    sure: bool = True
    pending: list[tuple[complex, float]] = field(default_factory=list[tuple[complex, float]])

    def predict(self, step_s: float) -> None:
        """Carries the tip on at its speed; the hand's acceleration is white noise."""
        noise = ACCELERATION_MM_S2**2
        self.tip += self.speed * step_s
        self.var_tip += 2 * step_s * self.cov + step_s**2 * self.var_speed + noise * step_s**4 / 4
        self.cov += step_s * self.var_speed + noise * step_s**3 / 2
        self.var_speed += noise * step_s**2

    def correct(self, place: complex, sd_mm: float) -> None:
        """Kalman correction of tip and speed with a measured tip (Kalman 1960, doi:10.1115/1.3662552)."""
        total = self.var_tip + sd_mm**2
        gain_tip, gain_speed = self.var_tip / total, self.cov / total
        rest = place - self.tip
        self.tip += gain_tip * rest
        self.speed += gain_speed * rest
        if abs(self.speed) > FASTEST_MM_S:
            self.speed *= FASTEST_MM_S / abs(self.speed)
        self.var_speed -= gain_speed * self.cov
        self.cov *= 1 - gain_tip
        self.var_tip *= 1 - gain_tip

    def move_to(self, place: complex) -> None:
        """Puts the tip elsewhere, at rest and unsure."""
        self.tip, self.speed, self.var_tip, self.var_speed, self.cov = place, 0j, 0.25, 100.0, 0.0
        self.pending = []

    def reaches(self, place: complex) -> bool:
        """Whether a tip lies where this one may be: along the shaft as far as is unsure, beside it by little."""
        off = (place - self.tip) * self.direction.conjugate()
        return abs(off.real) < min(FARTHEST_MM, max(GATE_MM, 3 * self.var_tip**0.5)) and abs(off.imag) < GATE_MM

    def on_line(self, place: complex, look: TipLook) -> bool:
        """Whether a tip lies on this needle's line and its shaft runs along it."""
        aside = ((place - self.tip) * self.direction.conjugate()).imag
        turned = turned_by((self.direction.real, self.direction.imag), look.direction)
        return abs(aside) < ON_LINE_MM and turned < TURNED_RAD
