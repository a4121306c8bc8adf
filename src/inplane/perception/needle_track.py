"""Which candidate is the needle, and where its tip is from frame to frame: two witnesses, a filter, and abstention."""

from dataclasses import dataclass, field
from math import atan2, cos, hypot, sin

from inplane.core import NeedleSeen, NeedleState
from inplane.perception.motion import Change
from inplane.perception.needle_find import Candidate, same_line
from inplane.perception.prepare import Grid, Prepared

PREDICT_S = 0.5
"""Longest time that an unseen tip is carried on by its motion (design note perception.md, 5)."""
AGREE_MM = 1.2
"""Farthest that the two witnesses' tips may lie apart. chosen: about twice the blur of a tip along the shaft."""
LEAST_ADVANCE_MM = 1.2
"""Growth along its own axis that a line must show to be taken for a needle. chosen: more than its end trembles."""
AGREED_FRAMES = 4
"""Frames in which both witnesses must agree first. chosen: an eighth of a second at 30/s; chance agreement is rarer."""
STILL_FRAMES = 20
"""Frames in which an unmoving line must be seen to be taken for a needle. chosen: two thirds of a second."""
STILL_STEEPNESS_RAD = 0.35
"""Least steepness for that. chosen: 20 degrees; fasciae that reach a side of the picture are flatter."""
GATE_MM = 1.5
"""Farthest that a measured tip may lie from the predicted one. chosen: 40 mm/s of unforeseen speed at 30 frames/s."""
ACCELERATION_MM_S2 = 60.0
"""Deviation of a hand's acceleration along the shaft. chosen: from rest to 12 mm/s in a fifth of a second."""
FORGET_S = 10.0
"""Time after which a lost needle's line is no longer looked for. chosen: a withdrawn needle comes back elsewhere."""


@dataclass(slots=True, kw_only=True)
class _Tentative:
    """A line that may be a needle, with what spoke for it so far."""

    candidate: Candidate
    hits: int = 1
    misses: int = 0
    agreed: int = 0
    grown: int = 0
    history: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])


@dataclass(slots=True, kw_only=True)
class _Track:
    """The needle: its line (pixels), tip along it (mm) with speed, variances, and when each was last seen."""

    candidate: Candidate
    angle: float
    tip_mm: float
    speed_mm_s: float
    var_tip: float
    var_speed: float
    cov: float
    seen_s: float
    shaft_s: float
    agreement: float
    pending: list[float] = field(default_factory=list[float])


class NeedleTracker:
    """States as in `NeedleState`; a needle is said only after two witnesses agreed on it for a while."""

    def __init__(self) -> None:
        self._tentative: list[_Tentative] = []
        self._track: _Track | None = None
        self._time_s: float | None = None
        self._ever = False

    def reset(self) -> None:
        """Forget everything."""
        self.__init__()

    @property
    def hints(self) -> tuple[Candidate, ...]:
        """Lines worth looking at again."""
        track = () if self._track is None else (self._track.candidate,)
        return track + tuple(t.candidate for t in self._tentative[:5])

    @property
    def settled(self) -> bool:
        """Whether the needle was seen in the last frame, so that the whole picture need not be searched each time."""
        return self._track is not None and self._track.seen_s == self._time_s

    def step(self, candidates: list[Candidate], prepared: Prepared, change: Change | None, time_s: float) -> NeedleSeen:
        """What can be said of the needle now."""
        step_s = 0.0 if self._time_s is None else max(0.0, time_s - self._time_s)
        self._time_s = time_s
        if self._track is not None:
            self._follow(self._track, candidates, prepared, step_s)
            if time_s - max(self._track.seen_s, self._track.shaft_s) > FORGET_S:
                self._track = None
        self._weigh(candidates, prepared.grid, change, time_s)
        self._promote(prepared, time_s)
        return self._say(prepared, time_s)

    def _weigh(self, candidates: list[Candidate], grid: Grid, change: Change | None, time_s: float) -> None:
        """Adds this frame's evidence to each tentative line; drops those not seen for long."""
        track = self._track
        left = [c for c in candidates if track is None or not same_line(c, track.candidate)]
        for tentative in self._tentative:
            match = next((c for c in left if same_line(c, tentative.candidate)), None)
            if match is None:
                tentative.misses += 1
                continue
            left.remove(match)
            tentative.candidate, tentative.misses = match, 0
            tentative.hits += 1
            tentative.history = [*tentative.history[-45:], (time_s, match.last * grid.pixel_mm)]
            if change is not None and _agree(match, grid):
                tentative.agreed += 1
            else:
                tentative.agreed = max(0, tentative.agreed - 1)
        self._tentative += [_Tentative(candidate=c, history=[(time_s, c.last * grid.pixel_mm)]) for c in left[:4]]
        kept = [
            t
            for t in self._tentative
            if t.misses < 4 and (track is None or not same_line(t.candidate, track.candidate))
        ]
        self._tentative = sorted(kept, key=lambda t: -(t.agreed * 20 + t.candidate.score))[:8]

    def _promote(self, prepared: Prepared, time_s: float) -> None:
        """Takes the best tentative line for the needle if both witnesses, or its shape over time, speak for it."""
        track = self._track
        if track is not None and time_s - max(track.seen_s, track.shaft_s) < 0.2:
            return
        for tentative in self._tentative:
            candidate = tentative.candidate
            if not _shaped(candidate, prepared):
                continue
            moved = tentative.agreed >= AGREED_FRAMES and _advance(tentative.history) >= LEAST_ADVANCE_MM
            if moved or (tentative.hits >= STILL_FRAMES and _plain(candidate, prepared)):
                self._track = _begin(tentative, prepared.grid, time_s, 1.0 if moved else 0.5)
                self._ever = True
                self._tentative.remove(tentative)
                return

    def _follow(self, track: _Track, candidates: list[Candidate], prepared: Prepared, step_s: float) -> None:
        """Predicts the tip, then corrects line and tip with the candidate on the same line."""
        grid = prepared.grid
        time_s = 0.0 if self._time_s is None else self._time_s
        track.tip_mm += track.speed_mm_s * step_s
        track.var_tip += 2 * step_s * track.cov + step_s**2 * track.var_speed + ACCELERATION_MM_S2**2 * step_s**4 / 4
        track.cov += step_s * track.var_speed + ACCELERATION_MM_S2**2 * step_s**3 / 2
        track.var_speed += ACCELERATION_MM_S2**2 * step_s**2
        match = next((c for c in candidates if same_line(c, track.candidate)), None)
        if match is None or not _supported(match, prepared):
            track.speed_mm_s *= max(0.0, 1 - 2 * step_s)
            return
        # the tip is measured from where the line meets the side: keep its place when that point moves along the line
        x, y = track.candidate.at(track.tip_mm / grid.pixel_mm)
        along = (x - match.start[0]) * match.direction[0] + (y - match.start[1]) * match.direction[1]
        track.tip_mm = along * grid.pixel_mm
        track.candidate, track.angle, track.shaft_s = match, atan2(match.direction[1], match.direction[0]), time_s
        measured = _measured(match, track, grid)
        if measured is None:
            track.agreement *= 0.9
            return
        value, sd, agreed = measured
        _correct(track, value, sd)
        track.seen_s = time_s
        track.agreement += 0.1 * ((1.0 if agreed else 0.6) - track.agreement)

    def _say(self, prepared: Prepared, time_s: float) -> NeedleSeen:
        """The track in core's words."""
        track = self._track
        if track is None:
            return _nothing(NeedleState.LOST if self._ever else NeedleState.NONE)
        unseen_s = time_s - track.seen_s
        shaft = time_s - track.shaft_s < 1e-9
        if unseen_s < 1e-9:
            state = NeedleState.TRACKED
        elif unseen_s <= PREDICT_S:
            state = NeedleState.TIP_PREDICTED
        elif shaft:
            state = NeedleState.SHAFT_ONLY
        else:
            return _nothing(NeedleState.LOST, unseen_s)
        return _seen(track, state, prepared, unseen_s)


def _nothing(state: NeedleState, unseen_s: float = 0.0) -> NeedleSeen:
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


def _seen(track: _Track, state: NeedleState, prepared: Prepared, unseen_s: float) -> NeedleSeen:
    """A needle of which at least the shaft is known."""
    grid, candidate = prepared.grid, track.candidate
    pixel = grid.pixel_mm
    known = state in (NeedleState.TRACKED, NeedleState.TIP_PREDICTED)
    length_mm = max(2.0, candidate.length * pixel)
    angle_sd = max(0.004, 1.5 * candidate.rms * pixel / length_mm)
    across = hypot(0.12, 0.3 * candidate.rms * pixel)
    strong = min(1.0, candidate.contrast / (1.2 * prepared.speckle))
    confidence = 0.95 * track.agreement * (0.5 + 0.5 * max(0.0, strong)) * max(0.2, 1 - unseen_s / (2 * PREDICT_S))
    return NeedleSeen(
        state=state,
        tip_mm=grid.to_mm(*candidate.at(track.tip_mm / pixel)) if known else None,
        entry_mm=grid.to_mm(*candidate.start),
        direction=(cos(track.angle), sin(track.angle)),
        tip_sd_mm=(max(0.15, track.var_tip**0.5) if known else 0.0, across),
        angle_sd_rad=angle_sd,
        speed_mm_s=track.speed_mm_s,
        confidence=min(0.95, max(0.0, confidence)),
        unseen_s=unseen_s,
    )


def _agree(candidate: Candidate, grid: Grid) -> bool:
    """Whether both witnesses see an end of the shaft at the same place."""
    apart = abs(candidate.fresh_last - candidate.last) * grid.pixel_mm
    return candidate.fresh > 0 and candidate.ends and apart < AGREE_MM


def _shaped(candidate: Candidate, prepared: Prepared) -> bool:
    """Whether a line is as straight, as bright and as near to the side of the picture as a needle's."""
    pixel = prepared.grid.pixel_mm
    return (
        candidate.first * pixel < 6.0
        and candidate.rms * pixel < 0.14
        and candidate.contrast > 0.6 * prepared.speckle
        and candidate.ends
    )


def _plain(candidate: Candidate, prepared: Prepared) -> bool:
    """Whether an unmoving line is plainly a needle: steep, long, bright, straight, from the side."""
    pixel = prepared.grid.pixel_mm
    return (
        candidate.steepness_rad > STILL_STEEPNESS_RAD
        and candidate.first * pixel < 2.0
        and candidate.length * pixel > 10.0
        and candidate.rms * pixel < 0.06
        and candidate.contrast > 1.3 * prepared.speckle
        and candidate.sharp > 1.0
    )


def _supported(candidate: Candidate, prepared: Prepared) -> bool:
    """Whether a candidate on the needle's line still looks like its shaft."""
    return candidate.contrast > 0.4 * prepared.speckle and candidate.first < 2.5 * candidate.length


def _advance(history: list[tuple[float, float]]) -> float:
    """How far the end moved on, mm: mean of the last three places less the smallest mean of three earlier ones."""
    places = [place for _, place in history]
    if len(places) < 5:
        return 0.0
    means = [sum(places[k : k + 3]) / 3 for k in range(len(places) - 2)]
    return means[-1] - min(means)


def _begin(tentative: _Tentative, grid: Grid, time_s: float, agreement: float) -> _Track:
    """A track from a tentative line; speed by least squares over its last ten places."""
    candidate = tentative.candidate
    recent = tentative.history[-10:]
    mean_t = sum(t for t, _ in recent) / len(recent)
    mean_s = sum(s for _, s in recent) / len(recent)
    spread = sum((t - mean_t) ** 2 for t, _ in recent)
    speed = sum((t - mean_t) * (s - mean_s) for t, s in recent) / spread if spread > 1e-9 else 0.0
    return _Track(
        candidate=candidate,
        angle=atan2(candidate.direction[1], candidate.direction[0]),
        tip_mm=candidate.last * grid.pixel_mm,
        speed_mm_s=min(40.0, max(-40.0, speed)),
        var_tip=0.3**2,
        var_speed=5.0**2,
        cov=0.0,
        seen_s=time_s,
        shaft_s=time_s,
        agreement=agreement,
    )


def _measured(match: Candidate, track: _Track, grid: Grid) -> tuple[float, float, bool] | None:
    """The tip along the line (mm), its deviation, and whether both witnesses agree; None where it cannot be told."""
    pixel = grid.pixel_mm
    gate = max(GATE_MM, 3 * track.var_tip**0.5)
    static = match.last * pixel if match.ends and match.sharp > 0.3 else None
    fresh = match.fresh_last * pixel if match.fresh > 0 and match.fresh_sharp > 0.3 else None
    if (
        static is not None
        and fresh is not None
        and abs(static - fresh) < AGREE_MM
        and abs(static - track.tip_mm) < gate
    ):
        track.pending = []
        return static, 0.2, True
    near = [value for value in (static, fresh) if value is not None and abs(value - track.tip_mm) < gate]
    if near:
        track.pending = []
        return min(near, key=lambda value: abs(value - track.tip_mm)), 0.35, fresh is None
    if static is None:
        return None
    # outside the gate: believed once it stayed in one place for six frames with nothing else in the gate
    track.pending = [*[p for p in track.pending if abs(p - static) < 0.8], static]
    if len(track.pending) < 6:
        return None
    track.tip_mm, track.speed_mm_s, track.var_tip, track.var_speed, track.cov = static, 0.0, 0.25, 25.0, 0.0
    track.pending = []
    return static, 0.5, False


def _correct(track: _Track, value: float, sd: float) -> None:
    """Kalman correction of tip and speed with a measured tip (Kalman 1960, doi:10.1115/1.3662552)."""
    total = track.var_tip + sd * sd
    gain_tip, gain_speed = track.var_tip / total, track.cov / total
    rest = value - track.tip_mm
    track.tip_mm += gain_tip * rest
    track.speed_mm_s += gain_speed * rest
    track.var_speed -= gain_speed * track.cov
    track.cov *= 1 - gain_tip
    track.var_tip *= 1 - gain_tip
