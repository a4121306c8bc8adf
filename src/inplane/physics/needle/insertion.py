"""Where a needle lies after the hand that holds it moved, and what that took.

One step after the other. The puncture stays where it was made. Turning the hand turns the shaft where it crosses the
skin and bends the rest as `beam` says; tissue takes the new shape and does not spring back (chosen). Pushing on moves
the hub; how much of that the tip cuts and how much tissue comes along is `force`'s, and the way that the point takes
curves as the bevel steers. Pulling back runs along the path that was cut, while the steel straightens over the length
that its foundation bends it on. Hard structures stop the tip and are not entered sideways either; the bow of a shaft
pushed against bone is left out.
"""

from dataclasses import replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import NeedleModel
from inplane.core import NeedleControl, NeedleShape, RangeError
from inplane.physics.needle.beam import (
    foundation_n_mm2,
    foundation_wavenumber_per_mm,
    turned_mm,
)
from inplane.physics.needle.force import (
    FEW,
    PIERCED,
    PROFILE_MM,
    SAMPLE_S,
    Grip,
    Resistances,
    push,
)
from inplane.physics.needle.meeting import Meeting, Structures
from inplane.physics.needle.path import (
    bevel_side,
    depths_mm,
    keep_lengths,
    length_mm,
    lengthened,
    limited,
    places_on,
    shortened,
    unit,
)
from inplane.physics.needle.state import Layers, NeedleState, Surroundings, Way
from inplane.physics.needle.tip import tip_in
from inplane.physics.needle.way import look, ride

LARGEST_BEND_RAD = 0.35
"""Angle at the skin between shaft and hand beyond which the hand slips. Chosen: a shaft bent more is let go."""
LARGEST_TURN_RAD = 0.5
"""Most that one step turns a shaft in tissue. Chosen: faster is a jump of the control, not a hand."""
PASS_MM = 5.0
"""Pulling back at least so much and pushing on again is a new pass, on a way that has closed. Chosen: smaller moves are
adjustments."""
SAME_MEETING_MM = 1.5
"""A structure that is met again within this depth is the same meeting. Chosen: a tip that trembles meets it once."""
PUSHED_BACK_MM = 4.0
"""Most that moving tissue pushes a needle back in one step. Chosen: more would be a jump of the tissue, not a push."""


def step_needle(
    state: NeedleState, control: NeedleControl, *, model: NeedleModel, around: Surroundings, dt_s: float
) -> tuple[NeedleState, tuple[Meeting, ...]]:
    """The needle after the hand moved to `control`, and what its tip met on the way.

    Args:
        state: as it lay before.
        control: how it is held now; `advance_mm` 0 takes it out of the skin.
        model: the needle.
        around: tissue as it lies now.
        dt_s: how long the hand took, evenly.

    Raises:
        RangeError: more shaft beneath the skin than the needle has.
    """
    require_reach(control, model)
    samples = np.zeros(max(ceil(dt_s / SAMPLE_S - 1e-9), 1))
    if control.advance_mm <= 0:
        return NeedleState(passes=state.passes, forces_n=samples), ()
    if not len(state.path_mm):
        state = _puncture(state, control, around)
    path, blocked = _turn(state, control, model, around)
    way = look(path, state, control, model, around)
    state = ride(state, way, around.structures)
    state, met = _push(state, control, way, around.structures.resistances(model), samples=samples, dt_s=dt_s)
    told = _tell(state, met, around.structures)
    if control.advance_mm > way.end_mm:
        blocked = way.hard
        bone = around.structures.meeting(state.blocked_by or state.inside, blocked, way.end_mm, float(samples[-1]))
        fresh = abs(way.end_mm - state.met.get((blocked, False), -np.inf)) > SAME_MEETING_MM
        told += [bone] if bone and fresh else []
    elif control.advance_mm >= state.advance_mm:
        blocked = 0
    path = _moved(path, min(control.advance_mm, way.end_mm), way, model, around)
    path = _push_back(path, around)
    state = replace(state, path_mm=path, blocked_by=blocked, met=_last(state, met, way), layers=way.layers)
    return _settle(state, control, model, around, told)


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


def _turn(
    state: NeedleState, control: NeedleControl, model: NeedleModel, around: Surroundings
) -> tuple[NDArray[np.float64], int]:
    """The path after the hand turned; as it was where a hard structure is in the way, with its label."""
    path = state.path_mm
    if len(path) < 2:
        return path, 0
    base, chord = unit(path[1] - path[0]), unit(path[-1] - path[0])
    held = limited(control.direction(), about=chord, angle_rad=LARGEST_BEND_RAD)
    turn = held - base * float(held @ base)
    size = float(np.linalg.norm(turn))
    if size < 1e-9:
        return path, 0
    turn *= min(1.0, LARGEST_TURN_RAD / size)
    depths = depths_mm(path)
    shift = turned_mm(depths, _foundation(state.layers, depths, around.structures), model)
    turned = keep_lengths(path + shift[:, None] * turn, depths)
    labels = around.label_at(turned)
    hard = around.structures.hard[labels]
    if hard.any():
        return path, int(labels[hard][-1])
    return turned, 0


def _foundation(layers: Layers, depths: NDArray[np.float64], structures: Structures) -> NDArray[np.float64]:
    """(n,) k at depths (n,) along a shaft, N/mm^2."""
    at = np.minimum(np.searchsorted(layers.depth_mm, depths), len(layers.label) - 1)
    return foundation_n_mm2(structures.modulus_kpa[layers.label[at]])


def _push(
    state: NeedleState,
    control: NeedleControl,
    way: Way,
    resist: Resistances,
    *,
    samples: NDArray[np.float64],
    dt_s: float,
) -> tuple[NeedleState, list[tuple[bool, int, int, tuple[float, float, float]]]]:
    """The state after the hub moved, with forces written into `samples`; and what happened to the tip, in order.

    Returns:
        state: with its grip, and what its tip is in.
        met: whether a label was pierced or only touched, the label before and it, and depth, shaft beneath the skin,
            force.
    """
    grip, before, layers = state.grip, state.inside, way.layers
    held = layers.depth_mm <= state.advance_mm - grip.carried_mm
    shaft = float(resist.friction[layers.label[held]] @ np.gradient(layers.depth_mm)[held]) if held.sum() > 1 else 0.0
    found = np.zeros((FEW, 5))
    carried, viscous, cut, inside, count = push(
        np.array([grip.carried_mm, grip.viscous_n, grip.cut_mm, shaft]),
        np.array([state.advance_mm, grip.asked_mm, control.advance_mm, way.end_mm]),
        dt_s / len(samples),
        way.label,
        float(way.depth_mm[0]),
        before,
        resist,
        samples,
        found,
    )
    met: list[tuple[bool, int, int, tuple[float, float, float]]] = []
    for what, label, depth, advance, force in found[:count].tolist():
        met.append((what == PIERCED, before, int(label), (depth, advance, force)))
        before = int(label) if what == PIERCED else before
    cut = min(cut, min(control.advance_mm, way.end_mm) - carried + PASS_MM)
    grip = Grip(carried_mm=carried, viscous_n=viscous, cut_mm=cut, asked_mm=control.advance_mm)
    return replace(state, grip=grip, inside=inside, forces_n=samples), met


def _tell(
    state: NeedleState, met: list[tuple[bool, int, int, tuple[float, float, float]]], structures: Structures
) -> list[Meeting]:
    """What is worth telling of what happened to the tip, and is new."""
    told, last = list[Meeting](), dict(state.met)
    for deep, before, label, (depth, advance, force) in met:
        meeting = (structures.pierced if deep else structures.touched)(before, label, advance, force)
        if meeting and abs(depth - last.get((label, deep), -np.inf)) > SAME_MEETING_MM:
            told.append(meeting)
        last[label, deep] = depth
    return told


def _last(
    state: NeedleState, met: list[tuple[bool, int, int, tuple[float, float, float]]], way: Way
) -> dict[tuple[int, bool], float]:
    """Where the tip was last before and in each label."""
    last = dict(state.met) | {(label, deep): depth for deep, _, label, (depth, _, _) in met}
    now = min(state.grip.asked_mm, way.end_mm) - state.grip.carried_mm
    if state.grip.asked_mm > way.end_mm:
        last[way.hard, False] = way.end_mm
    return last | {(state.inside, False): now, (state.inside, True): now}


def _moved(
    path: NDArray[np.float64], advance_mm: float, way: Way, model: NeedleModel, around: Surroundings
) -> NDArray[np.float64]:
    """The path to a new depth: on along the way, or back along itself, a little straighter where nothing hard is."""
    at = length_mm(path)
    if advance_mm >= at:
        ahead = (way.depth_mm > at) & (way.depth_mm < advance_mm)
        end = np.array([np.interp(advance_mm, way.depth_mm, way.place_mm[:, axis]) for axis in range(3)])
        depths = np.concatenate(([at], way.depth_mm[ahead], [advance_mm]))
        return (
            path
            if advance_mm - at < 1e-6
            else lengthened(path, depths, np.concatenate((path[-1:], way.place_mm[ahead], end[None])))
        )
    path = shortened(path, advance_mm)
    foundation = foundation_n_mm2(around.structures.modulus_kpa[way.label]).mean(keepdims=True)
    relaxed = min(1.0, float(foundation_wavenumber_per_mm(model, foundation)[0]) * (at - advance_mm))
    depths = depths_mm(path)
    straight = path[0] + depths[:, None] * unit(path[1] - path[0])
    straighter = keep_lengths(path + relaxed * (straight - path), depths)
    return path if around.structures.hard[around.label_at(straighter)].any() else straighter


def _push_back(path: NDArray[np.float64], around: Surroundings) -> NDArray[np.float64]:
    """The path shortened until its tip is out of a hard structure that tissue motion brought onto it."""
    if len(path) < 2 or not around.structures.hard[int(around.label_at(path[-1:])[0])]:
        return path
    at = length_mm(path)
    back = np.arange(PROFILE_MM, min(PUSHED_BACK_MM, at), PROFILE_MM)
    free = np.flatnonzero(~around.structures.hard[around.label_at(places_on(path, at - back))])
    return shortened(path, at - float(back[free[0]])) if len(free) else path


def _settle(
    state: NeedleState, control: NeedleControl, model: NeedleModel, around: Surroundings, met: list[Meeting]
) -> tuple[NeedleState, tuple[Meeting, ...]]:
    """The state with its place in words, its pass count and its shape brought up to date."""
    path, structures = state.path_mm, around.structures
    if len(path) < 2:
        return replace(state, advance_mm=0.0, shape=None), tuple(met)
    advance = length_mm(path)
    peak, low, passes = state.peak_mm, min(state.low_mm, advance), state.passes
    if advance > low + 1 and peak - low >= PASS_MM:
        peak, low, passes = advance, advance, passes + 1
    elif advance >= peak:
        peak, low = advance, advance
    shape = NeedleShape(
        points_mm=path,
        outer_diameter_mm=model.outer_diameter_mm.value,
        inner_diameter_mm=model.inner_diameter_mm.value,
        bevel=bevel_side(unit(path[-1] - path[-2]), control),
        bevel_length_mm=model.bevel_length_mm.value,
        echogenic=model.echogenic.value,
        pattern_length_mm=model.pattern_length_mm.value,
        pattern_pitch_mm=model.pattern_pitch_mm.value,
    )
    where = tip_in(structures.kind(state.inside), structures.kind(state.blocked_by))
    moved = replace(state, advance_mm=advance, peak_mm=peak, low_mm=low, passes=passes, tip_in=where)
    return replace(moved, shape=shape), tuple(met)
