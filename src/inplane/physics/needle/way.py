"""What lies on a needle's way: tissue at the points of its path and ahead of its tip, undragged, and where it moved."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import NeedleModel
from inplane.core import NeedleControl
from inplane.physics.needle.force import PROFILE_MM, RELAXED_SHARE, elastic_n
from inplane.physics.needle.meeting import Structures
from inplane.physics.needle.path import bevel_side, depths_mm, length_mm, places_ahead, places_on, unit
from inplane.physics.needle.state import Layers, NeedleState, Surroundings, Way

RIDE_MM = 1.0
"""How far a membrane that moves onto the tip by itself carries on before it instead of over it. Chosen: more than a
beat of an artery moves its wall."""
COARSE = 5
"""Every so many places ahead of the tip tissue is asked for how the point steers in it. Chosen: half a millimetre."""
BEHIND_MM, AHEAD_MM = 5.0, 3.0
"""What of the way is looked at finely behind the tip and ahead of it. Chosen: more than tissue is ever carried
along."""


def look(
    path: NDArray[np.float64], state: NeedleState, control: NeedleControl, model: NeedleModel, around: Surroundings
) -> Way:
    """What lies on the way of a needle that lies on a path, to where the hand wants it and a little further."""
    at = length_mm(path)
    first = max(int((min(at, control.advance_mm) - BEHIND_MM) / PROFILE_MM), 0)
    last = int((max(at, control.advance_mm) + AHEAD_MM) / PROFILE_MM) + 1
    depth = PROFILE_MM * np.arange(first, last, dtype=np.float64)
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
    label = labels[int(shallow.sum()) :]
    hard = np.flatnonzero(around.structures.hard[label] & (depth > state.advance_mm - PROFILE_MM / 2))
    return Way(
        depth_mm=depth,
        place_mm=place,
        label=label,
        layers=Layers(depth_mm=np.concatenate((shaft[shallow], depth)), label=labels),
        end_mm=max(float(depth[hard[0]]) - PROFILE_MM, state.advance_mm) if len(hard) else np.inf,
        hard=int(label[hard[0]]) if len(hard) else 0,
    )


def ride(state: NeedleState, way: Way, structures: Structures) -> NeedleState:
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
        state.grip, carried_mm=carried, viscous_n=state.grip.viscous_n + RELAXED_SHARE * gained, cut_mm=depth
    )
    return replace(state, grip=grip)


def _index(way: Way, depth_mm: float) -> int:
    return int(np.clip(round((depth_mm - way.depth_mm[0]) / PROFILE_MM), 0, len(way.depth_mm) - 1))
