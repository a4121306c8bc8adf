"""Named places: POINT and TRAJ."""

import struct
from dataclasses import dataclass
from typing import TypeAlias

from inplane.stream.igtl.header import Buffer, fixed, text_of
from inplane.stream.igtl.table import pack_rows, rows_of

_POINT = struct.Struct(">64s32s4B3ff20s")
_TRAJECTORY = struct.Struct(">64s32sbb4B3f3ff20s")
Place: TypeAlias = tuple[float, float, float]
Color: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point.

    Args:
        name, group, owner: at most 64, 32 and 20 bytes; the owner is the device name of an image.
        rgba: 0 to 255 each.
        position_mm: x, y, z in the sender's coordinates.
        radius_mm: of a sphere drawn there; 0 for a bare point.
    """

    name: str
    position_mm: Place
    group: str = ""
    rgba: Color = (0, 0, 0, 0)
    radius_mm: float = 0.0
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A POINT: points in the sender's order."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """One planned path; names and color as of `Point`.

    Args:
        kind: 1 entry only, 2 target only, 3 both; others are kept.
        reserved: as it came.
        entry_mm, target_mm: x, y, z.
    """

    name: str
    entry_mm: Place
    target_mm: Place
    group: str = ""
    kind: int = 3
    reserved: int = 0
    rgba: Color = (0, 0, 0, 0)
    radius_mm: float = 0.0
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectories:
    """A TRAJ: paths in the sender's order."""

    trajectories: tuple[Trajectory, ...]


def decode_points(body: Buffer) -> Points:
    """A POINT.

    Raises:
        FormatError: a body that is no whole number of points.
    """
    return Points(
        points=tuple(
            Point(
                name=text_of(name),
                group=text_of(group),
                rgba=(r, g, b, a),
                position_mm=(x, y, z),
                radius_mm=radius,
                owner=text_of(owner),
            )
            for name, group, r, g, b, a, x, y, z, radius, owner in rows_of("POINT", _POINT, body)
        )
    )


def encode_points(content: Points) -> bytes:
    """The body of a POINT."""
    return pack_rows(
        "POINT",
        _POINT,
        (
            (
                fixed(p.name, 64, "Point name"),
                fixed(p.group, 32, "Point group"),
                *p.rgba,
                *p.position_mm,
                p.radius_mm,
                fixed(p.owner, 20, "Point owner"),
            )
            for p in content.points
        ),
    )


def decode_trajectories(body: Buffer) -> Trajectories:
    """A TRAJ.

    Raises:
        FormatError: a body that is no whole number of paths.
    """
    paths: list[Trajectory] = []
    for name, group, kind, reserved, *rest, owner in rows_of("TRAJ", _TRAJECTORY, body):
        r, g, b, a, ex, ey, ez, tx, ty, tz, radius = rest
        paths.append(
            Trajectory(
                name=text_of(name),
                group=text_of(group),
                kind=kind,
                reserved=reserved,
                rgba=(r, g, b, a),
                entry_mm=(ex, ey, ez),
                target_mm=(tx, ty, tz),
                radius_mm=radius,
                owner=text_of(owner),
            )
        )
    return Trajectories(trajectories=tuple(paths))


def encode_trajectories(content: Trajectories) -> bytes:
    """The body of a TRAJ."""
    return pack_rows(
        "TRAJ",
        _TRAJECTORY,
        (
            (
                fixed(t.name, 64, "Trajectory name"),
                fixed(t.group, 32, "Trajectory group"),
                t.kind,
                t.reserved,
                *t.rgba,
                *t.entry_mm,
                *t.target_mm,
                t.radius_mm,
                fixed(t.owner, 20, "Trajectory owner"),
            )
            for t in content.trajectories
        ),
    )
