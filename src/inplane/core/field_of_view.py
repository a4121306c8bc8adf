"""The part of a scan-converted picture that shows tissue: a sector of a ring, or a polygon. IMAGE mm, MF."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inplane.core.errors import FormatError, require_range


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """What a curved or a phased array shows.

    Args:
        apex_mm: centre of both arcs; above the picture for most probes, so its y may be negative.
        inner_mm, outer_mm: radii of the probe's face and of the deepest arc; inner is 0 for a phased array.
        from_rad, to_rad: edges, as angles from straight down, positive to +x; from < to, within -pi/2 to pi/2.

    Raises:
        RangeError: a number is not finite or outside its range.
        FormatError: radii or angles in the wrong order.
    """

    apex_mm: tuple[float, float]
    inner_mm: float
    outer_mm: float
    from_rad: float
    to_rad: float

    def __post_init__(self) -> None:
        for name, value in (("apex x", self.apex_mm[0]), ("apex y", self.apex_mm[1])):
            require_range(name, value, -10_000, 10_000, "mm")
        require_range("inner radius", self.inner_mm, 0, 10_000, "mm")
        require_range("outer radius", self.outer_mm, 0, 20_000, "mm")
        require_range("first edge", self.from_rad, -pi / 2, pi / 2, "rad")
        require_range("last edge", self.to_rad, -pi / 2, pi / 2, "rad")
        if self.inner_mm >= self.outer_mm or self.from_rad >= self.to_rad:
            raise FormatError(
                f"Sector has radii {self.inner_mm:g} to {self.outer_mm:g} mm and edges {self.from_rad:g} to "
                f"{self.to_rad:g} rad. Expected both growing."
            )

    def contains(self, image_mm: ArrayLike) -> NDArray[np.bool_]:
        """Whether image points (..., 2) in mm lie within it."""
        radius, angle = self._polar(image_mm)
        return (radius >= self.inner_mm) & (radius <= self.outer_mm) & (angle >= self.from_rad) & (angle <= self.to_rad)

    def _polar(self, image_mm: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        point = np.asarray(image_mm, dtype=np.float64)
        x, y = point[..., 0] - self.apex_mm[0], point[..., 1] - self.apex_mm[1]
        return np.hypot(x, y), np.arctan2(x, y)

    def outline(self, points_an_arc: int = 33) -> NDArray[np.float64]:
        """(n, 2) closed outline in IMAGE mm: along the face, down one edge, back along the deepest arc."""
        angles = np.linspace(self.from_rad, self.to_rad, points_an_arc)
        down = np.stack((np.sin(angles), np.cos(angles)), axis=1)
        return np.concatenate((self.inner_mm * down, self.outer_mm * down[::-1])) + np.array(self.apex_mm)

    def direction(self, angle_rad: float) -> tuple[float, float]:
        """Unit vector of the beam at an angle."""
        return (sin(angle_rad), cos(angle_rad))


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygon:
    """A convex outline, such as the trapezoid of a steered linear array.

    Args:
        points_mm: three to sixteen corners in order, either way round.

    Raises:
        FormatError: fewer or more corners.
        RangeError: a coordinate is not finite or absurd.
    """

    points_mm: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if not 3 <= len(self.points_mm) <= 16:
            raise FormatError(f"Polygon has {len(self.points_mm)} corners. Expected 3 to 16.")
        for x, y in self.points_mm:
            require_range("corner x", x, -10_000, 10_000, "mm")
            require_range("corner y", y, -10_000, 10_000, "mm")

    def contains(self, image_mm: ArrayLike) -> NDArray[np.bool_]:
        """Whether image points (..., 2) in mm lie within it or on its edge."""
        point = np.asarray(image_mm, dtype=np.float64)
        corners = np.array(self.points_mm)
        sides = np.roll(corners, -1, axis=0) - corners
        off = point[..., None, :] - corners
        turn = sides[:, 0] * off[..., 1] - sides[:, 1] * off[..., 0]
        return np.asarray((turn >= -1e-9).all(axis=-1) | (turn <= 1e-9).all(axis=-1))

    def outline(self) -> NDArray[np.float64]:
        """(n, 2) closed outline in IMAGE mm."""
        return np.array(self.points_mm, dtype=np.float64)


FieldOfView: TypeAlias = Sector | Polygon


def field_of(values: Mapping[str, Any] | FieldOfView | None) -> FieldOfView | None:
    """The field of view that a mapping of its fields describes; None of None.

    Raises:
        FormatError: not the fields of one.
        RangeError: a number is outside its range.
    """
    if values is None or isinstance(values, Sector | Polygon):
        return values
    try:
        fields = dict(values)
        if "points_mm" in fields:
            return Polygon(points_mm=tuple((float(x), float(y)) for x, y in fields["points_mm"]))
        x, y = fields.pop("apex_mm")
        return Sector(apex_mm=(float(x), float(y)), **fields)
    except (TypeError, ValueError, KeyError) as error:
        raise FormatError(f"Field of view has other fields than expected: {error}.") from error
