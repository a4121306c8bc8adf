"""Where a needle lies after the hand that holds it moved.

Chosen law, one step after the other. The puncture stays where it was made. Pushing on lengthens the path by the tip's
own direction, which the bevel turns a little. Turning the hand turns the shaft where it crosses the skin and shifts the
rest as `beam.deflection_mm` says; tissue takes the new shape and does not spring back. Pulling back runs along the path
that was cut, while the steel straightens over the foundation length. Hard structures stop the tip and are not entered
sideways either; the small bow of a shaft pushed against bone is left out, since no control tells the hand's force.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import NeedleModel
from inplane.core import NeedleControl, NeedleShape, RangeError
from inplane.physics.needle.beam import deflection_mm, foundation_wavenumber_per_mm, steering_per_mm
from inplane.physics.needle.meeting import LabelAt, Meeting, Structures

STEP_MM = 1.0
"""Distance between points of the path."""
PROBING_MM = 0.25
"""How finely the way of the tip is searched for structures. Chosen: half of the thinnest fascia or wall."""
LARGEST_BEND_RAD = 0.35
"""Angle at the skin between shaft and hand beyond which the hand slips. Chosen: a shaft bent more is let go."""
LARGEST_TURN_RAD = 0.5
"""Most that one step turns a shaft in tissue. Chosen: faster is a jump of the control, not a hand."""
PASS_MM = 5.0
"""Pulling back at least so much and pushing on again is a new pass. Chosen: smaller moves are adjustments."""
SAME_MEETING_MM = 1.5
"""A structure that is met again within this depth is the same meeting. Chosen: tissue is dragged by less than that."""
PUSHED_BACK_MM = 4.0
"""Most that moving tissue pushes a needle back in one step. Chosen: more would be a jump of the tissue, not a push."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NeedleState:
    """The needle as it lies now.

    Args:
        path_mm: (n, 3) from the puncture to the tip, STEP_MM apart but for the last; empty outside the skin.
        advance_mm: shaft beneath the skin, which may be less than the hand asks for.
        inside: label of what the tip is in; 0 outside the body.
        blocked_by: label of the hard structure that stops the tip; 0 where nothing does.
        passes: how often the needle was pushed in.
        peak_mm, low_mm: deepest and, since then, shallowest advance, from which passes are counted.
        met: depth at which the tip was last in each label, so that one that trembles on an edge meets it once.
        shape: what an image shows of it; None outside the skin.
    """

    path_mm: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    advance_mm: float = 0.0
    inside: int = 0
    blocked_by: int = 0
    passes: int = 0
    peak_mm: float = 0.0
    low_mm: float = 0.0
    met: Mapping[int, float] = field(default_factory=dict[int, float])
    shape: NeedleShape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a needle meets: tissue as it lies now.

    Args:
        label_at: labels of what lies now at points.
        skin_y_mm: depth of the skin now at (x, z).
        structures: what the labels mean.
    """

    label_at: LabelAt
    skin_y_mm: Callable[[float, float], float]
    structures: Structures


def step_needle(
    state: NeedleState, control: NeedleControl, *, model: NeedleModel, around: Surroundings
) -> tuple[NeedleState, tuple[Meeting, ...]]:
    """The needle after the hand moved to `control`, and what its tip met on the way.

    Args:
        state: as it lay before.
        control: how it is held now; `advance_mm` 0 takes it out of the skin.
        model: the needle.
        around: tissue as it lies now.

    Raises:
        RangeError: more shaft beneath the skin than the needle has.
    """
    require_reach(control, model)
    if control.advance_mm <= 0:
        return NeedleState(passes=state.passes), ()
    if not len(state.path_mm):
        state = _puncture(state, control, around)
    path, blocked = _turn(state, control, model, around)
    if control.advance_mm < state.advance_mm:
        path = _withdraw(path, control.advance_mm, model, around)
        met: list[Meeting] = []
        inside = state.inside
    else:
        path, inside, blocked, met = _advance(path, state, control, model, around)
    path = _push_back(path, around)
    return _settle(replace(state, path_mm=path, inside=inside, blocked_by=blocked), control, model, around, met)


def require_reach(control: NeedleControl, model: NeedleModel) -> None:
    """Refuses what the needle is too short for.

    Raises:
        RangeError: more shaft beneath the skin than the needle has.
    """
    if control.advance_mm > model.length_mm.value:
        raise RangeError(
            f"needle advance_mm is {control.advance_mm!r} mm. "
            f"Expected a number from 0 to {model.length_mm.value:g} mm, the length of the {model.name}."
        )


def _puncture(state: NeedleState, control: NeedleControl, around: Surroundings) -> NeedleState:
    """The needle standing on the skin at the entry."""
    x, z = control.entry_x_mm, control.entry_z_mm
    entry = np.array([[x, around.skin_y_mm(x, z), z]])
    return NeedleState(path_mm=entry, passes=state.passes + 1)


def _length_mm(path: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def _depths_mm(path: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate(([0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))))


def _turn(
    state: NeedleState, control: NeedleControl, model: NeedleModel, around: Surroundings
) -> tuple[NDArray[np.float64], int]:
    """The path after the hand turned; as it was where a hard structure is in the way, with its label."""
    path = state.path_mm
    if len(path) < 2:
        return path, 0
    base, chord = _unit(path[1] - path[0]), _unit(path[-1] - path[0])
    held = _limit(control.direction(), about=chord, angle_rad=LARGEST_BEND_RAD)
    turn = held - base * float(held @ base)
    size = float(np.linalg.norm(turn))
    if size < 1e-9:
        return path, 0
    turn *= min(1.0, LARGEST_TURN_RAD / size)
    depths = _depths_mm(path)
    shift = deflection_mm(depths, inserted_mm=depths[-1], beta_per_mm=foundation_wavenumber_per_mm(model))
    turned = _keep_lengths(path + shift[:, None] * turn, depths)
    labels = around.label_at(turned)
    hard = around.structures.hard[labels]
    if hard.any():
        return path, int(labels[hard][-1])
    return turned, 0


def _limit(direction: NDArray[np.float64], *, about: NDArray[np.float64], angle_rad: float) -> NDArray[np.float64]:
    """The unit vector itself, or turned towards `about` until it is within an angle of it."""
    along = float(np.clip(direction @ about, -1, 1))
    if along >= cos(angle_rad):
        return direction
    across = direction - along * about
    size = float(np.linalg.norm(across))
    return about if size < 1e-9 else cos(angle_rad) * about + sin(angle_rad) * across / size


def _keep_lengths(points: NDArray[np.float64], depths: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same directions from point to point, with the distances that steel keeps."""
    steps = np.diff(points, axis=0)
    steps *= (np.diff(depths) / np.maximum(np.linalg.norm(steps, axis=1), 1e-12))[:, None]
    return np.concatenate((points[:1], points[:1] + np.cumsum(steps, axis=0)))


def _withdraw(
    path: NDArray[np.float64], advance_mm: float, model: NeedleModel, around: Surroundings
) -> NDArray[np.float64]:
    """The path cut off at a shorter depth, a little straighter than it was where no hard structure is in the way."""
    depths = _depths_mm(path)
    kept = int(np.searchsorted(depths, advance_mm - 1e-9))
    share = (advance_mm - depths[kept - 1]) / max(depths[kept] - depths[kept - 1], 1e-12)
    tip = path[kept - 1] + share * (path[kept] - path[kept - 1])
    path = np.concatenate((path[:kept], tip[None]))
    before, depths = depths[-1], _depths_mm(path)
    relaxed = min(1.0, foundation_wavenumber_per_mm(model) * (before - advance_mm))
    straight = path[0] + depths[:, None] * _unit(path[1] - path[0])
    straighter = _keep_lengths(path + relaxed * (straight - path), depths)
    return path if around.structures.hard[around.label_at(straighter)].any() else straighter


def _advance(
    path: NDArray[np.float64], state: NeedleState, control: NeedleControl, model: NeedleModel, around: Surroundings
) -> tuple[NDArray[np.float64], int, int, list[Meeting]]:
    """The path lengthened as far as the hand asks and hard structures allow, what the tip is in, and what it met."""
    at = _length_mm(path)
    direction = control.direction() if len(path) < 2 else _unit(path[-1] - path[-2])
    points, inside, met = list(path), state.inside, list[Meeting]()
    tip = points.pop() if len(points) > 1 and at < (len(points) - 1) * STEP_MM - 1e-9 else points[-1]
    ahead = _way(tip, direction, at, control, model)
    if not len(ahead):
        return path, inside, 0, met
    for place, depth, label in zip(ahead[:, :3], ahead[:, 3], around.label_at(ahead[:, :3]).tolist(), strict=True):
        if around.structures.hard[label]:
            meeting = around.structures.meeting(state.blocked_by or inside, label, at)
            return _close(points, tip), inside, label, [*met, meeting] if meeting else met
        meeting = around.structures.meeting(inside, label, depth)
        met += [meeting] if meeting else []
        tip, at, inside = place, depth, label
        if at > len(points) * STEP_MM - 1e-9:
            points.append(tip)
    return _close(points, tip), inside, 0, met


def _way(
    tip: NDArray[np.float64], direction: NDArray[np.float64], at_mm: float, control: NeedleControl, model: NeedleModel
) -> NDArray[np.float64]:
    """(n, 4) places ahead of the tip and their depths, as the bevel steers: turned away from the side it faces."""
    side = bevel_side(direction, control)
    steering = steering_per_mm(model)
    ahead: list[NDArray[np.float64]] = []
    while at_mm < control.advance_mm - 1e-9:
        next_knot = (int(at_mm / STEP_MM + 1e-9) + 1) * STEP_MM
        stride = min(PROBING_MM, control.advance_mm - at_mm, next_knot - at_mm)
        direction = _unit(direction - steering * stride * side)
        tip, at_mm = tip + stride * direction, at_mm + stride
        ahead.append(np.append(tip, at_mm))
    return np.array(ahead)


def _close(points: list[NDArray[np.float64]], tip: NDArray[np.float64]) -> NDArray[np.float64]:
    """Knots with the tip as last point."""
    if float(np.linalg.norm(tip - points[-1])) > 1e-6:
        points = [*points, tip]
    return np.array(points)


def bevel_side(direction: NDArray[np.float64], control: NeedleControl) -> NDArray[np.float64]:
    """(3,) unit vector across the shaft to the side that the bevel faces; turn 0 is up, towards the skin."""
    rise, flat = sin(control.steepness_rad), cos(control.steepness_rad)
    up = np.array([rise * cos(control.heading_rad), -flat, rise * sin(control.heading_rad)])
    up = _unit(up - direction * float(up @ direction))
    (dx, dy, dz), (ux, uy, uz) = direction, up
    aside = np.array([dy * uz - dz * uy, dz * ux - dx * uz, dx * uy - dy * ux])
    return cos(control.bevel_rad) * up + sin(control.bevel_rad) * aside


def _push_back(path: NDArray[np.float64], around: Surroundings) -> NDArray[np.float64]:
    """The path shortened until its tip is out of a hard structure that tissue motion brought onto it."""
    if len(path) < 2 or not around.structures.hard[int(around.label_at(path[-1:])[0])]:
        return path
    back = _unit(path[-2] - path[-1])
    for pushed in np.arange(PROBING_MM, PUSHED_BACK_MM, PROBING_MM):
        tip = path[-1] + pushed * back
        if not around.structures.hard[int(around.label_at(tip[None])[0])]:
            kept = _depths_mm(path) < _length_mm(path) - pushed - 1e-6
            return _close(list(path[kept]), tip)
    return path


def _settle(
    state: NeedleState, control: NeedleControl, model: NeedleModel, around: Surroundings, met: list[Meeting]
) -> tuple[NeedleState, tuple[Meeting, ...]]:
    """The state with its tip's place, its pass count and its shape brought up to date."""
    path = state.path_mm
    if len(path) < 2:
        return replace(state, advance_mm=0.0, shape=None), tuple(met)
    advance = _length_mm(path)
    inside = int(around.label_at(path[-1:])[0])
    meeting = around.structures.meeting(state.inside, inside, advance)
    met += [meeting] if meeting and not around.structures.hard[inside] else []
    peak, low, passes = state.peak_mm, min(state.low_mm, advance), state.passes
    if advance > low + 1 and peak - low >= PASS_MM:
        peak, low, passes = advance, advance, passes + 1
    elif advance >= peak:
        peak, low = advance, advance
    shape = NeedleShape(
        points_mm=path,
        outer_diameter_mm=model.outer_diameter_mm.value,
        inner_diameter_mm=model.inner_diameter_mm.value,
        bevel=bevel_side(_unit(path[-1] - path[-2]), control),
        bevel_length_mm=model.bevel_length_mm.value,
        echogenic=model.echogenic.value,
        pattern_length_mm=model.pattern_length_mm.value,
        pattern_pitch_mm=model.pattern_pitch_mm.value,
    )
    new = [found for found in met if abs(found.depth_mm - state.met.get(found.label, -np.inf)) > SAME_MEETING_MM]
    last = {**state.met, **{found.label: found.depth_mm for found in met}, inside: advance}
    moved = replace(state, advance_mm=advance, inside=inside, peak_mm=peak, low_mm=low, passes=passes, met=last)
    return replace(moved, shape=shape), tuple(new)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
