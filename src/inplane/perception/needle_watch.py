"""The needle from look to look: a filter on its tip in the plane of the picture, and what may be said of it."""

from dataclasses import replace
from math import hypot

from inplane.core import NeedleSeen, NeedleState, Point
from inplane.perception.needle_lie import leaning, lie
from inplane.perception.needle_maps import Maps, TipLook
from inplane.perception.needle_suspects import Suspect, Suspects, along_sd_mm, sureness
from inplane.perception.needle_track import FASTEST_MM_S, GATE_MM, Track
from inplane.perception.prepare import Prepared
from inplane.perception.view import Grid

PREDICT_S = 0.5
"""Longest time that an unseen tip is carried on by its motion (design note perception.md, 5)."""
FORGET_S = 10.0
"""Time after which a lost needle is forgotten. chosen: a withdrawn needle comes back elsewhere."""
LEAST_SD_MM = 0.2
"""Least deviation that a look's place is given. chosen: a third of a cell."""
LEAST_ACROSS_SD_MM = 0.15
"""Least deviation across the shaft that is told. chosen: half of a fine needle's thickness."""
HOT = 0.35
"""Heat from which a look may correct a track where it lies far off. chosen: more than what follows it nearby."""
SURE, STILL_SURE = 0.45, 0.38
"""Heat from which the end of a shaft is told to be its tip, and down to which it stays told. chosen on
simulated patients that neither the net nor a bench holds, so that an end that is told is the tip far more often than
not; `needle_wrong_share` of bench perception says how often it is not."""
SHAFT_SHOWN = 0.4
"""Share of the last 12 mm that shows a shaft, from which it is seen without its tip. chosen: less is speckle's."""
PATIENCE_S = 0.2
"""Time unseen after which another tip may be taken for the needle's. chosen: six frames."""
BETTER = 1.5
"""Times a track's heat at which a tip that moves, or lies on its line, takes its place while it is seen. chosen:
plainly more."""
EASED = 0.15
"""Share of each look in a track's heat, direction and entry. chosen: half a second at fifteen looks a second."""
JUMP_LOOKS = 2
"""Looks in a row at one place off the gate after which a track goes there. chosen: an eighth of a second."""


class NeedleWatch:
    """States as in `NeedleState`; a needle is said only after its tip went on along its shaft for a while."""

    def __init__(self) -> None:
        self._suspects = Suspects()
        self._track: Track | None = None
        self._time_s: float | None = None
        self._grid: Grid | None = None
        self._looked_s: float | None = None
        self._ever = False

    def reset(self) -> None:
        """Forget everything."""
        self.__init__()

    @property
    def settled(self) -> bool:
        """Whether the needle's end was seen in the last look."""
        return self._track is not None and self._track.end_s == self._looked_s

    def step(self, maps: Maps, prepared: Prepared, time_s: float, *, steady: bool) -> NeedleSeen:
        """What can be said of the needle now.

        Args:
            maps: the net's answer for this frame.
            prepared: the frame.
            time_s: of the frame.
            steady: whether the picture stands still but for what moves in it, so that a needle may be begun.
        """
        step_s = 0.0 if self._time_s is None else max(0.0, time_s - self._time_s)
        self._time_s, self._grid = time_s, prepared.grid
        if self._track is not None:
            self._track.predict(step_s)
        self._looked_s = time_s
        self._look(maps, prepared, time_s, steady=steady)
        return self._say(time_s)

    def unseen(self, time_s: float) -> NeedleSeen:
        """What can be said where nothing was looked at: the tip carried on for a while, then lost."""
        step_s = 0.0 if self._time_s is None else max(0.0, time_s - self._time_s)
        self._time_s = time_s
        if self._track is not None:
            self._track.predict(step_s)
        return self._say(time_s)

    def _look(self, maps: Maps, prepared: Prepared, time_s: float, *, steady: bool) -> None:
        """Follows the track, and the suspects that may take its place."""
        looks, pixel = [_laid(look, prepared) for look in maps.tips()], prepared.grid.pixel_mm
        track = self._track
        if track is not None:
            taken = _follow(track, looks, maps, (pixel, time_s))
            looks = [look for look in looks if look is not taken]
            if time_s - track.shaft_s > FORGET_S:
                self._track = track = None
        if not steady:
            self._suspects.all.clear()
            return
        self._suspects.step(looks, pixel, time_s)
        best = self._suspects.best()
        if best is None:
            return
        unseen = track is None or time_s - track.end_s >= PATIENCE_S
        if unseen or (track is not None and best.heat > BETTER * track.heat):
            self._track = _begin(best, pixel, time_s)
            self._suspects.all.remove(best)
            self._ever = True

    def _say(self, time_s: float) -> NeedleSeen:
        """The track in core's words."""
        track, grid = self._track, self._grid
        if track is None or grid is None:
            return NeedleSeen.nowhere(NeedleState.LOST if self._ever else NeedleState.NONE)
        unseen_s = time_s - track.seen_s
        if track.seen_s == self._looked_s:
            return _seen(track, NeedleState.TRACKED, grid, unseen_s)
        if track.end_s != self._looked_s and unseen_s <= PREDICT_S:
            return _seen(track, NeedleState.TIP_PREDICTED, grid, unseen_s)
        if track.shaft_s == self._looked_s:
            return _seen(track, NeedleState.SHAFT_ONLY, grid, unseen_s)
        return NeedleSeen.nowhere(NeedleState.LOST, unseen_s)


def _laid(look: TipLook, prepared: Prepared) -> TipLook:
    """A look with the direction that the picture shows."""
    pixel, speckle = prepared.grid.pixel_mm, prepared.speckle
    crest = lie(prepared.smooth, look.at, look.direction, pixel, speckle)
    return replace(look, direction=leaning(crest, look.entry, look.at, pixel))


def _begin(suspect: Suspect, pixel_mm: float, time_s: float) -> Track:
    """A track from a suspect."""
    look = suspect.look
    direction = complex(*look.direction)
    return Track(
        tip=pixel_mm * complex(*look.at),
        speed=min(FASTEST_MM_S, max(-FASTEST_MM_S, suspect.speed_mm_s())) * direction,
        var_tip=0.3**2,
        var_speed=5.0**2,
        cov=0.0,
        direction=direction,
        entry=pixel_mm * complex(*look.entry),
        heat=suspect.heat,
        end_s=time_s,
        seen_s=time_s if suspect.heat >= SURE else time_s - 2 * PREDICT_S,
        shaft_s=time_s,
        sure=suspect.heat >= SURE,
    )


def _follow(track: Track, looks: list[TipLook], maps: Maps, at: tuple[float, float]) -> TipLook | None:
    """Corrects the track with the look that continues it, which is given back; None where none does.

    Args:
        track: the needle.
        looks: of this frame.
        maps: of this frame.
        at: mm a pixel, and the frame's time.
    """
    pixel, time_s = at
    near = [look for look in looks if track.reaches(pixel * complex(*look.at))]
    look = max(near, key=lambda one: one.heat, default=None)
    if look is not None:
        hotter = _jumped(track, [one for one in looks if one.heat > BETTER * look.heat], pixel, time_s)
        if hotter is not None and not track.pending:
            return hotter
        track.correct(pixel * complex(*look.at), max(LEAST_SD_MM, pixel * look.sd))
        _renew(track, look, pixel, time_s)
        return look
    track.heat *= 1 - EASED
    track.speed *= 0.8
    if maps.along((track.tip.real / pixel, track.tip.imag / pixel), (track.direction.real, track.direction.imag)) > (
        SHAFT_SHOWN
    ):
        track.shaft_s = time_s
    return _jumped(track, looks, pixel, time_s)


def _jumped(track: Track, looks: list[TipLook], pixel: float, time_s: float) -> TipLook | None:
    """The hot tip elsewhere on the needle's line that the track goes to, once it was there for some looks: nothing is
    pending then."""
    hot = [look for look in looks if look.heat > HOT and track.on_line(pixel * complex(*look.at), look)]
    look = max(hot, key=lambda one: one.heat, default=None)
    if look is None:
        track.pending = []
        return None
    place = pixel * complex(*look.at)
    follows = bool(track.pending) and abs(track.pending[-1][0] - place) < GATE_MM
    track.pending = [*track.pending, (place, look.heat)] if follows else [(place, look.heat)]
    if len(track.pending) >= JUMP_LOOKS:
        track.heat = sum(heat for _, heat in track.pending) / len(track.pending)
        track.move_to(place)
        _renew(track, look, pixel, time_s)
    return look


def _renew(track: Track, look: TipLook, pixel: float, time_s: float) -> None:
    """What a look says of the shaft, eased in; the tip was seen."""
    direction = complex(*look.direction)
    if (direction * track.direction.conjugate()).real < 0:
        direction = -direction
    turned = track.direction + 2 * EASED * (direction - track.direction)
    track.direction = turned / max(1e-9, abs(turned))
    track.entry += EASED * (pixel * complex(*look.entry) - track.entry)
    track.heat += EASED * (look.heat - track.heat)
    track.sure = track.heat >= (STILL_SURE if track.sure else SURE)
    track.end_s = track.shaft_s = time_s
    if track.sure:
        track.seen_s = time_s


def _seen(track: Track, state: NeedleState, grid: Grid, unseen_s: float) -> NeedleSeen:
    """A needle of which at least the shaft is known."""
    known = state in (NeedleState.TRACKED, NeedleState.TIP_PREDICTED)
    tip, entry = (_in_picture(place, grid) for place in (track.tip, track.entry))
    direction = (track.direction.real, track.direction.imag)
    along = (track.speed * track.direction.conjugate()).real
    length_mm = max(2.0, hypot(tip[0] - entry[0], tip[1] - entry[1]))
    return NeedleSeen(
        state=state,
        tip_mm=tip if known else None,
        entry_mm=entry,
        direction=direction,
        tip_sd_mm=(
            hypot(track.var_tip**0.5, along_sd_mm(track.heat)) if known else 0.0,
            max(LEAST_ACROSS_SD_MM, 0.8 * track.var_tip**0.5),
        ),
        angle_sd_rad=max(0.01, 0.3 / length_mm),
        speed_mm_s=along,
        confidence=max(0.2, 1 - unseen_s / (2 * PREDICT_S)) * sureness(track.heat),
        unseen_s=unseen_s,
    )


def _in_picture(place: complex, grid: Grid) -> Point:
    """A place in mm from the first pixel's middle as IMAGE mm."""
    return grid.to_mm(place.real / grid.pixel_mm, place.imag / grid.pixel_mm)
