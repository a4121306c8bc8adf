"""The needle from frame to frame: a filter on its tip along its line, and what may be said of it."""

from dataclasses import dataclass, field
from math import atan2, cos, hypot, sin

from inplane.core import NeedleSeen, NeedleState, Point
from inplane.perception.needle_candidate import Candidate, same_line
from inplane.perception.needle_evidence import AGREE_MM, LEAST_DROP, Suspects, Tentative, end_mm
from inplane.perception.prepare import Prepared
from inplane.perception.view import Grid

PREDICT_S = 0.5
"""Longest time that an unseen tip is carried on by its motion (design note perception.md, 5)."""
GATE_MM = 1.5
"""Farthest that a measured tip may lie from the predicted one. chosen: 40 mm/s of unforeseen speed at 30 frames/s."""
ACCELERATION_MM_S2 = 60.0
"""Deviation of a hand's acceleration along the shaft. chosen: from rest to 12 mm/s in a fifth of a second."""
FASTEST_MM_S = 30.0
"""Fastest that a tip is carried on. chosen: twice a brisk advance; what seems faster is a jump of the measurement."""
FORGET_S = 10.0
"""Time after which a lost needle's line is no longer looked for. chosen: a withdrawn needle comes back elsewhere."""
NEAR_WALL_MM = 0.25
"""From the crest of the shaft's echo to its axis. chosen: radius of a 22 gauge needle (0.36 mm) less half the echo."""
BETTER = 1.5
"""Times the tracked line's score at which a line that grows along its axis takes its place. chosen: plainly more."""
PATIENCE_S = 0.2
"""Time unseen after which another line may be taken for the needle. chosen: six frames."""


@dataclass(slots=True, kw_only=True)
class Track:
    """The needle: its line (pixels), tip along it (mm) with speed, variances, and when each was last seen.

    `anchor` is the line as it was when both witnesses last agreed: what lies off it is another structure's.
    """

    candidate: Candidate
    anchor: Candidate
    tip_mm: float
    speed_mm_s: float
    var_tip: float
    var_speed: float
    cov: float
    seen_s: float
    shaft_s: float
    agreement: float
    pending: list[float] = field(default_factory=list[float])

    def predict(self, step_s: float) -> None:
        """Carries the tip on at its speed; the hand's acceleration is white noise."""
        noise = ACCELERATION_MM_S2**2
        self.tip_mm += self.speed_mm_s * step_s
        self.var_tip += 2 * step_s * self.cov + step_s**2 * self.var_speed + noise * step_s**4 / 4
        self.cov += step_s * self.var_speed + noise * step_s**3 / 2
        self.var_speed += noise * step_s**2

    def correct(self, value: float, sd: float) -> None:
        """Kalman correction of tip and speed with a measured tip (Kalman 1960, doi:10.1115/1.3662552)."""
        total = self.var_tip + sd * sd
        gain_tip, gain_speed = self.var_tip / total, self.cov / total
        rest = value - self.tip_mm
        self.tip_mm += gain_tip * rest
        self.speed_mm_s = min(FASTEST_MM_S, max(-FASTEST_MM_S, self.speed_mm_s + gain_speed * rest))
        self.var_speed -= gain_speed * self.cov
        self.cov *= 1 - gain_tip
        self.var_tip *= 1 - gain_tip

    def move_line(self, candidate: Candidate, grid: Grid) -> None:
        """Takes a new line; the tip keeps its place when the point where the line meets the side moves along it."""
        x, y = self.candidate.at(self.tip_mm / grid.pixel_mm)
        along = (x - candidate.start[0]) * candidate.direction[0] + (y - candidate.start[1]) * candidate.direction[1]
        self.tip_mm = along * grid.pixel_mm
        self.candidate = candidate

    def measured(self, match: Candidate, grid: Grid) -> tuple[float, float, bool] | None:
        """The tip along the line (mm), its deviation, whether both witnesses agree; None where it cannot be told."""
        gate = max(GATE_MM, 3 * self.var_tip**0.5)
        gone = (match.gone_first * grid.pixel_mm, match.gone_last * grid.pixel_mm)
        if match.gone_first >= 0 and gone[0] < self.tip_mm and self.tip_mm - gate < gone[1]:
            return self._drawn_back(gone[0])
        static = match.last * grid.pixel_mm if match.ends and match.sharp > LEAST_DROP else None
        fresh = match.fresh_last * grid.pixel_mm if match.fresh > 0 and match.fresh_sharp > LEAST_DROP else None
        agreed = static is not None and fresh is not None and abs(static - fresh) < AGREE_MM
        if static is not None and match.fresh > 0 and match.fresh_last * grid.pixel_mm > static + AGREE_MM:
            static = None  # something new lies beyond where the ridge seems to end: that end is not the tip
        near = [value for value in (static, fresh) if value is not None and abs(value - self.tip_mm) < gate]
        if near:
            self.pending = []
            value = min(near, key=lambda one: abs(one - self.tip_mm))
            return (value, 0.2, True) if agreed else (value, 0.35, fresh is None)
        far = fresh if static is None else static
        return None if far is None else self._jump(far, agreed)

    def _drawn_back(self, place: float) -> tuple[float, float, bool]:
        """A tip behind which the shaft has vanished: it is where the vanished part begins, however far back."""
        if self.tip_mm - place > GATE_MM:
            self.tip_mm, self.speed_mm_s, self.var_tip, self.var_speed, self.cov = place, 0.0, 0.25, 100.0, 0.0
        self.pending = []
        return place, 0.3, True

    def _jump(self, place: float, agreed: bool) -> tuple[float, float, bool] | None:
        """A tip outside the gate: believed after three frames if both witnesses say so, after six if it went back.

        A tip that went on leaves something new behind it; an end that jumps on without that is another structure's.
        """
        if not agreed and place > self.tip_mm:
            return None
        reach = 1.5 if agreed else 0.6
        follows = len(self.pending) > 0 and abs(self.pending[-1] - place) < reach
        self.pending = [*self.pending, place] if follows else [place]
        if len(self.pending) < (3 if agreed else 6):
            return None
        self.tip_mm, self.speed_mm_s, self.var_tip, self.var_speed, self.cov = place, 0.0, 0.25, 100.0, 0.0
        self.pending = []
        return place, 0.5, agreed


class NeedleTracker:
    """States as in `NeedleState`; a needle is said only after two witnesses agreed on it for a while."""

    def __init__(self) -> None:
        self._suspects = Suspects()
        self._track: Track | None = None
        self._time_s: float | None = None
        self._shown: Prepared | None = None
        self._ever = False

    def reset(self) -> None:
        """Forget everything."""
        self.__init__()

    @property
    def hints(self) -> tuple[Candidate, ...]:
        """Lines worth looking at again."""
        track = () if self._track is None else (self._track.candidate,)
        return track + tuple(line.candidate for line in self._suspects.lines[:5])

    @property
    def settled(self) -> bool:
        """Whether the needle was seen in the last frame, so that the whole picture need not be searched each time."""
        return self._track is not None and self._track.seen_s == self._time_s

    def step(self, candidates: list[Candidate], prepared: Prepared, time_s: float) -> NeedleSeen:
        """What can be said of the needle now.

        Args:
            candidates: of this frame, best first.
            prepared: the frame.
            time_s: of the frame.
        """
        step_s = 0.0 if self._time_s is None else max(0.0, time_s - self._time_s)
        self._time_s = time_s
        track = self._track
        if track is not None:
            _follow(track, candidates, prepared, (step_s, time_s))
            if time_s - max(track.seen_s, track.shaft_s) > FORGET_S:
                self._track = track = None
        self._suspects.step(candidates, None if track is None else track.candidate, prepared.grid, time_s)
        unseen = track is None or time_s - max(track.seen_s, track.shaft_s) >= PATIENCE_S
        rival = 0.0 if unseen or track is None else BETTER * max(1.0, track.candidate.score)
        best = self._suspects.best(prepared, rival)
        if best is not None:
            self._track = _begin(best, prepared.grid, time_s)
            self._suspects.lines.remove(best)
            self._ever = True
        return self._say(prepared, time_s)

    def unseen(self, time_s: float) -> NeedleSeen:
        """What can be said where nothing was looked for: the tip carried on for a while, then lost."""
        track, shown = self._track, self._shown
        step_s = 0.0 if self._time_s is None else max(0.0, time_s - self._time_s)
        self._time_s = time_s
        if track is None or shown is None:
            return nothing(NeedleState.LOST if self._ever else NeedleState.NONE)
        track.predict(step_s)
        unseen_s = time_s - track.seen_s
        if unseen_s > PREDICT_S:
            return nothing(NeedleState.LOST, unseen_s)
        return _seen(track, NeedleState.TIP_PREDICTED, shown, unseen_s)

    def _say(self, prepared: Prepared, time_s: float) -> NeedleSeen:
        """The track in core's words."""
        self._shown = prepared
        track = self._track
        if track is None:
            return nothing(NeedleState.LOST if self._ever else NeedleState.NONE)
        unseen_s = time_s - track.seen_s
        if unseen_s < 1e-9:
            return _seen(track, NeedleState.TRACKED, prepared, 0.0)
        if unseen_s <= PREDICT_S:
            return _seen(track, NeedleState.TIP_PREDICTED, prepared, unseen_s)
        if time_s - track.shaft_s < 1e-9:
            return _seen(track, NeedleState.SHAFT_ONLY, prepared, unseen_s)
        return nothing(NeedleState.LOST, unseen_s)


def nothing(state: NeedleState, unseen_s: float = 0.0) -> NeedleSeen:
    """No needle, or one that is lost."""
    return NeedleSeen(
        state=state,
        tip_mm=None,
        entry_mm=None,
        direction=None,
        tip_sd_mm=(0.0, 0.0),
        angle_sd_rad=0.0,
        speed_mm_s=0.0,
        confidence=0.0,
        unseen_s=unseen_s,
    )


def _begin(line: Tentative, grid: Grid, time_s: float) -> Track:
    """A track from a suspect."""
    return Track(
        candidate=line.candidate,
        anchor=line.candidate,
        tip_mm=end_mm(line.candidate, grid),
        speed_mm_s=min(FASTEST_MM_S, max(-FASTEST_MM_S, line.speed_mm_s())),
        var_tip=0.3**2,
        var_speed=5.0**2,
        cov=0.0,
        seen_s=time_s,
        shaft_s=time_s,
        agreement=1.0,
    )


def _follow(track: Track, candidates: list[Candidate], prepared: Prepared, times_s: tuple[float, float]) -> None:
    """Predicts the tip over the step `times_s[0]`, then corrects line and tip with the candidate on the same line."""
    step_s, time_s = times_s
    track.predict(step_s)
    on_line = (c for c in candidates if same_line(c, track.anchor) and _supported(c, prepared))
    match = next(on_line, None)
    if match is None:
        track.speed_mm_s *= max(0.0, 1 - 2 * step_s)
        return
    track.move_line(match, prepared.grid)
    track.shaft_s = time_s
    measured = track.measured(match, prepared.grid)
    if measured is None:
        track.agreement *= 0.9
        return
    value, sd, agreed = measured
    track.correct(value, sd)
    track.seen_s = time_s
    if agreed and match.fresh > 0:
        track.anchor = match
    track.agreement += 0.1 * ((1.0 if agreed else 0.6) - track.agreement)


def _supported(candidate: Candidate, prepared: Prepared) -> bool:
    """Whether a candidate on the needle's line still looks like its shaft."""
    straight = candidate.rms * prepared.grid.pixel_mm < 0.14
    return straight and candidate.contrast > 0.4 * prepared.speckle and candidate.first < 2.5 * candidate.length


def _seen(track: Track, state: NeedleState, prepared: Prepared, unseen_s: float) -> NeedleSeen:
    """A needle of which at least the shaft is known."""
    grid, candidate = prepared.grid, track.candidate
    pixel = grid.pixel_mm
    known = state in (NeedleState.TRACKED, NeedleState.TIP_PREDICTED)
    length_mm = max(2.0, candidate.length * pixel)
    strong = min(1.0, max(0.0, candidate.contrast / (1.2 * prepared.speckle)))
    confidence = 0.95 * track.agreement * (0.5 + 0.5 * strong) * max(0.2, 1 - unseen_s / (2 * PREDICT_S))
    angle = atan2(candidate.direction[1], candidate.direction[0])
    return NeedleSeen(
        state=state,
        tip_mm=_axis(grid.to_mm(*candidate.at(track.tip_mm / pixel)), angle) if known else None,
        entry_mm=_axis(grid.to_mm(*candidate.start), angle),
        direction=(cos(angle), sin(angle)),
        tip_sd_mm=(max(0.15, track.var_tip**0.5) if known else 0.0, hypot(0.12, 0.3 * candidate.rms * pixel)),
        angle_sd_rad=max(0.004, 1.5 * candidate.rms * pixel / length_mm),
        speed_mm_s=track.speed_mm_s,
        confidence=min(0.95, max(0.0, confidence)),
        unseen_s=unseen_s,
    )


def _axis(point_mm: Point, angle: float) -> Point:
    """The point of the needle's axis beneath one of its near wall, which is what a beam from above shows."""
    down = 1.0 if cos(angle) >= 0 else -1.0
    return (point_mm[0] - down * NEAR_WALL_MM * sin(angle), point_mm[1] + down * NEAR_WALL_MM * cos(angle))
