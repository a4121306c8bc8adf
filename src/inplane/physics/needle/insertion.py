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
from inplane.physics.needle.force import FEW, PIERCED, PROFILE_MM, SAMPLE_S, Grip, Resistances, elastic_n, push
from inplane.physics.needle.force import RELAXED_SHARE as RELAXED
from inplane.physics.needle.meeting import Meeting, Structures
from inplane.physics.needle.path import (
    bevel_side,
    depths_mm,
    keep_lengths,
    length_mm,
    lengthened,
    limited,
    places_ahead,
    places_on,
    shortened,
    unit,
)
from inplane.physics.needle.state import Layers, NeedleState, Surroundings, Way
from inplane.physics.needle.tip import tip_in

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
RIDE_MM = 1.0
"""How far a membrane that moves onto the tip by itself carries on before it instead of over it. Chosen: more than a beat
of an artery moves its wall."""
COARSE = 5
"""Every so many places ahead of the tip tissue is asked for how the point steers in it. Chosen: half a millimetre."""
BEHIND_MM, AHEAD_MM = 5.0, 3.0
"""What of the way is looked at finely behind the tip and ahead of it. Chosen: more than tissue is ever carried along."""


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
    way, layers = _look(path, state, control, model, around)
    state = _ride(state, way, around.structures)
    hard = np.flatnonzero(around.structures.hard[way.label] & (way.depth_mm > state.advance_mm - PROFILE_MM / 2))
    end_mm = max(float(way.depth_mm[hard[0]]) - PROFILE_MM, state.advance_mm) if len(hard) else np.inf
    resist = around.structures.resistances(model)
    state, met = _push(state, control, way, layers, end_mm, resist, around.structures, samples, dt_s)
    if control.advance_mm > end_mm:
        blocked = int(way.label[hard[0]])
        told = around.structures.meeting(state.blocked_by or state.inside, blocked, end_mm, float(samples[-1]))
        fresh = abs(end_mm - state.met.get((blocked, False), -np.inf)) > SAME_MEETING_MM
        met += [told] if told and fresh else []
        state = replace(state, met={**state.met, (blocked, False): end_mm})
    elif control.advance_mm >= state.advance_mm:
        blocked = 0
    path = _moved(path, min(control.advance_mm, end_mm), way, model, around)
    path = _push_back(path, around)
    return _settle(replace(state, path_mm=path, blocked_by=blocked, layers=layers), control, model, around, met)


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


def _look(
    path: NDArray[np.float64], state: NeedleState, control: NeedleControl, model: NeedleModel, around: Surroundings
) -> tuple[Way, Layers]:
    """What lies on the way behind and ahead of the tip, and all along the shaft."""
    at = length_mm(path)
    first = max(int((min(at, control.advance_mm) - BEHIND_MM) / PROFILE_MM), 0)
    depth = PROFILE_MM * np.arange(first, int((max(at, control.advance_mm) + AHEAD_MM) / PROFILE_MM) + 1)
    direction = control.direction() if len(path) < 2 else unit(path[-1] - path[-2])
    behind = depth <= at
    beyond = depth[~behind] - at
    through = around.label_at(path[-1] + beyond[::COARSE, None] * direction)
    curve = np.repeat(around.structures.steering_per_mm(model)[through], COARSE)[: len(beyond)]
    ahead = places_ahead(path[-1], direction, bevel_side(direction, control), beyond, curve)
    place = np.concatenate((places_on(path, depth[behind]), ahead))
    shaft = depths_mm(path)
    shallow = shaft < depth[0] - 1e-9
    labels = around.label_at(np.concatenate((path[shallow], place)))
    way = Way(depth_mm=depth, place_mm=place, label=labels[int(shallow.sum()) :])
    return way, Layers(depth_mm=np.concatenate((shaft[shallow], depth)), label=labels)


def _ride(state: NeedleState, way: Way, structures: Structures) -> NeedleState:
    """The state with a membrane that moved onto the tip put before it again: tissue rides on the point."""
    depth = state.advance_mm - state.grip.carried_mm
    here = _index(way, depth)
    label = int(way.label[here])
    if depth < PROFILE_MM / 2:
        return replace(state, inside=0)
    if label == state.inside or not structures.is_membrane(label):
        return replace(state, inside=label)
    back = int(RIDE_MM / PROFILE_MM)
    same = np.flatnonzero(way.label[max(here - back, 0) : here] == state.inside)
    if not len(same):
        return replace(state, inside=label)
    depth = float(way.depth_mm[max(here - back, 0) + same[-1]])
    carried = state.advance_mm - depth
    gained = elastic_n(carried, depth) - elastic_n(state.grip.carried_mm, depth)
    grip = replace(
        state.grip, carried_mm=carried, viscous_n=state.grip.viscous_n + RELAXED * gained, cut_mm=depth
    )
    return replace(state, grip=grip)


def _index(way: Way, depth_mm: float) -> int:
    return int(np.clip(round((depth_mm - way.depth_mm[0]) / PROFILE_MM), 0, len(way.depth_mm) - 1))


def _push(
    state: NeedleState,
    control: NeedleControl,
    way: Way,
    layers: Layers,
    end_mm: float,
    resist: Resistances,
    structures: Structures,
    samples: NDArray[np.float64],
    dt_s: float,
) -> tuple[NeedleState, list[Meeting]]:
    """The state after the hub moved, forces written into `samples`, and what the tip met."""
    grip, before = state.grip, state.inside
    held = layers.depth_mm <= state.advance_mm - grip.carried_mm
    shaft = float(resist.friction[layers.label[held]] @ np.gradient(layers.depth_mm)[held]) if held.sum() > 1 else 0.0
    found = np.zeros((FEW, 5))
    carried, viscous, cut, inside, count = push(
        np.array([grip.carried_mm, grip.viscous_n, grip.cut_mm, shaft]),
        np.array([state.advance_mm, grip.asked_mm, control.advance_mm, end_mm]),
        dt_s / len(samples),
        way.label,
        float(way.depth_mm[0]),
        before,
        resist,
        samples,
        found,
    )
    met: list[Meeting] = []
    last = dict(state.met)
    for what, label, depth, advance, force in found[:count].tolist():
        deep = what == PIERCED
        tell = structures.pierced if deep else structures.touched
        told = tell(before, int(label), advance, force)
        if told and abs(depth - last.get((int(label), deep), -np.inf)) > SAME_MEETING_MM:
            met.append(told)
        last[int(label), deep] = depth
        before = int(label) if deep else before
    depth = min(control.advance_mm, end_mm) - carried
    last |= {(inside, False): depth, (inside, True): depth}
    grip = Grip(
        carried_mm=carried, viscous_n=viscous, cut_mm=min(cut, depth + PASS_MM), asked_mm=control.advance_mm
    )
    return replace(state, grip=grip, inside=inside, met=last, forces_n=samples), met


def _moved(
    path: NDArray[np.float64], advance_mm: float, way: Way, model: NeedleModel, around: Surroundings
) -> NDArray[np.float64]:
    """The path to a new depth: on along the way, or back along itself, a little straighter where nothing hard is."""
    at = length_mm(path)
    if advance_mm >= at:
        ahead = (way.depth_mm > at) & (way.depth_mm < advance_mm)
        end = np.array([np.interp(advance_mm, way.depth_mm, way.place_mm[:, axis]) for axis in range(3)])
        depths = np.concatenate(([at], way.depth_mm[ahead], [advance_mm]))
        return path if advance_mm - at < 1e-6 else lengthened(
            path, depths, np.concatenate((path[-1:], way.place_mm[ahead], end[None]))
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
