"""Distances and meetings of a point and a widening path with ellipses and lines, in the imaging plane, mm.

Plain functions of floats: one frame asks for a handful of them, and Python floats give the same bits everywhere.
"""

from math import cos, hypot, inf, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from inplane.core import PathCone, Point, VesselSeen


def ellipse_distance(point_mm: Point, vessel: VesselSeen) -> tuple[float, Point]:
    """Signed distance (mm, negative inside) from a point to a vessel's wall, and the unit direction towards it.

    The nearest point (x, y) of an ellipse a >= b to (p, q) in its own axes, first quadrant, is
    x = a^2 p / (t + a^2), y = b^2 q / (t + b^2) with t the largest root of
    F(t) = (a p / (t + a^2))^2 + (b q / (t + b^2))^2 - 1. F falls and is convex right of -b^2, so that Newton's steps
    from t0 = -b^2 + b q, where F >= 0, climb to the root without overshoot.

    References:
        Eberly D. Distance from a point to an ellipse. Geometric Tools, 2013.
    """
    c, s = cos(vessel.angle_rad), sin(vessel.angle_rad)
    dx, dy = point_mm[0] - vessel.centre_mm[0], point_mm[1] - vessel.centre_mm[1]
    along, across = c * dx + s * dy, c * dy - s * dx
    a, b = max(vessel.semi_axes_mm[0], 1e-6), max(vessel.semi_axes_mm[1], 1e-6)
    x, y = _nearest_first_quadrant(a, b, abs(along), abs(across))
    to_along = (x if along >= 0 else -x) - along
    to_across = (y if across >= 0 else -y) - across
    length = hypot(to_along, to_across)
    inside = (along / a) ** 2 + (across / b) ** 2 < 1
    if length < 1e-9:
        return 0.0, (0.0, 1.0)
    toward = ((c * to_along - s * to_across) / length, (s * to_along + c * to_across) / length)
    return (-length if inside else length), toward


def _nearest_first_quadrant(a: float, b: float, p: float, q: float) -> tuple[float, float]:
    """The point of the ellipse (a along x, b along y) nearest to (p, q), both >= 0."""
    if a < b:
        y, x = _nearest_first_quadrant(b, a, q, p)
        return x, y
    if q < 1e-9:
        reach = (a * a - b * b) / a
        if p >= reach or a == b:
            return a, 0.0
        x = a * a * p / (a * a - b * b)
        return x, b * sqrt(max(0.0, 1 - (x / a) ** 2))
    t = -b * b + b * q
    for _ in range(60):
        u, v = a * p / (t + a * a), b * q / (t + b * b)
        excess = u * u + v * v - 1
        slope = -2 * (u * u / (t + a * a) + v * v / (t + b * b))
        step = excess / slope
        t -= step
        if abs(step) <= 1e-12 * (abs(t) + b * b):
            break
    return a * a * p / (t + a * a), b * b * q / (t + b * b)


def cone_meets_ellipse(cone: PathCone, vessel: VesselSeen) -> float | None:
    """Way along the path (mm) after which the cone first meets the vessel; None where it passes by or falls short.

    With s along the path and u across it, the cone is |u| <= r + s tan(h), 0 <= s <= length. The first meeting is the
    ellipse's foremost point if that lies in the cone, else where its outline crosses one of the cone's three near
    sides: all of them roots of quadratics.
    """
    (dx, dy), tangent = cone.direction, np.tan(cone.half_angle_rad)
    ox, oy = vessel.centre_mm[0] - cone.tip_mm[0], vessel.centre_mm[1] - cone.tip_mm[1]
    s0, u0 = ox * dx + oy * dy, oy * dx - ox * dy
    c, s = cos(vessel.angle_rad), sin(vessel.angle_rad)
    es, eu = c * dx + s * dy, s * dx - c * dy
    a2, b2 = 1 / max(vessel.semi_axes_mm[0], 1e-6) ** 2, 1 / max(vessel.semi_axes_mm[1], 1e-6) ** 2
    # (s - s0, u - u0) M (s - s0, u - u0)^T = 1
    mss, muu, msu = a2 * es * es + b2 * eu * eu, a2 * eu * eu + b2 * es * es, (a2 - b2) * es * eu
    r = cone.radius_at_tip_mm
    best = inf
    if mss * s0 * s0 + 2 * msu * s0 * u0 + muu * u0 * u0 <= 1:
        return 0.0
    reach = sqrt(muu / (mss * muu - msu * msu))  # half extent of the ellipse along s
    front, front_u = s0 - reach, u0 + msu / muu * reach
    if front >= 0 and abs(front_u) <= r + front * tangent:
        best = front
    for side in (1.0, -1.0):  # u = side (r + s tan h), written from the centre: u - u0 = k + m s'
        m = side * tangent
        k = side * r + m * s0 - u0
        for root in _roots(mss + 2 * msu * m + muu * m * m, 2 * (msu * k + muu * m * k), muu * k * k - 1):
            if root + s0 >= 0:
                best = min(best, root + s0)
    for root in _roots(muu, -2 * msu * s0, mss * s0 * s0 - 1):  # the blunt near end, s = 0
        if abs(root + u0) <= r:
            best = 0.0
    return float(best) if best <= cone.length_mm else None


def _roots(a: float, b: float, c: float) -> tuple[float, ...]:
    """Real roots of a x^2 + b x + c, a > 0."""
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return ()
    root = sqrt(discriminant)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def line_distance(point_mm: Point, points_mm: NDArray[np.float64]) -> tuple[float, Point]:
    """Signed distance (mm) from a point to a surface line, negative behind it, and the unit direction towards it.

    Behind means deeper than the line at the same x: a bone hides what lies there.

    Args:
        point_mm: (x, y).
        points_mm: (n, 2) by growing x, n >= 1.
    """
    nearest: NDArray[np.float64] = points_mm[0]
    if len(points_mm) > 1:
        starts, steps = points_mm[:-1], points_mm[1:] - points_mm[:-1]
        squared = np.maximum((steps * steps).sum(axis=1), 1e-12)
        share = np.clip(((np.array(point_mm) - starts) * steps).sum(axis=1) / squared, 0, 1)
        feet = starts + share[:, None] * steps
        nearest = feet[int(np.argmin(((feet - np.array(point_mm)) ** 2).sum(axis=1)))]
    dx, dy = float(nearest[0]) - point_mm[0], float(nearest[1]) - point_mm[1]
    length = hypot(dx, dy)
    if length < 1e-9:
        return 0.0, (0.0, 1.0)
    within = bool(points_mm[0, 0] <= point_mm[0] <= points_mm[-1, 0])
    behind = within and float(np.interp(point_mm[0], points_mm[:, 0], points_mm[:, 1])) < point_mm[1]
    return (-length if behind else length), (dx / length, dy / length)


def outline_distance(point_mm: Point, outline_mm: NDArray[np.float64]) -> tuple[float, Point]:
    """Signed distance (mm, negative inside) from a point to a closed outline, and the unit direction towards it.

    Args:
        point_mm: (x, y).
        outline_mm: (n, 2), n >= 3; the last point is joined to the first.
    """
    point = np.array(point_mm)
    starts, steps = outline_mm, np.roll(outline_mm, -1, axis=0) - outline_mm
    squared = np.maximum((steps * steps).sum(axis=1), 1e-12)
    share = np.clip(((point - starts) * steps).sum(axis=1) / squared, 0, 1)
    feet = starts + share[:, None] * steps
    nearest = feet[int(np.argmin(((feet - point) ** 2).sum(axis=1)))]
    dx, dy = float(nearest[0]) - point_mm[0], float(nearest[1]) - point_mm[1]
    length = hypot(dx, dy)
    if length < 1e-9:
        return 0.0, (0.0, 1.0)
    return (-length if _encloses(outline_mm, point_mm) else length), (dx / length, dy / length)


def _encloses(outline_mm: NDArray[np.float64], point_mm: Point) -> bool:
    """Whether a closed outline goes round a point: a ray to its right crosses it an odd number of times."""
    x, y = outline_mm.T
    x1, y1 = np.roll(x, -1), np.roll(y, -1)
    spans = (y > point_mm[1]) != (y1 > point_mm[1])
    rise = np.where(spans, y1 - y, 1.0)
    crosses = spans & (point_mm[0] < x + (point_mm[1] - y) * (x1 - x) / rise)
    return bool(crosses.sum() % 2)


def cone_meets_outline(cone: PathCone, outline_mm: NDArray[np.float64]) -> float | None:
    """Way along the path (mm) after which the cone first meets a closed outline, to a tenth of a mm; None if never."""
    closed = np.concatenate((outline_mm, outline_mm[:1]))
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))))
    at = np.linspace(0.0, float(along[-1]), max(2, int(along[-1] / 0.1) + 2), dtype=np.float64)
    return _meets(cone, np.stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)], axis=1))


def cone_meets_line(cone: PathCone, points_mm: NDArray[np.float64]) -> float | None:
    """Way along the path (mm) after which the cone first meets a surface line, to a tenth of a mm; None if never."""
    return _meets(cone, _resampled(points_mm, 0.1))


def _meets(cone: PathCone, dense: NDArray[np.float64]) -> float | None:
    """Least way along the path to any of some points that lie in the cone; None where none does."""
    x, y = dense[:, 0] - cone.tip_mm[0], dense[:, 1] - cone.tip_mm[1]
    s = x * cone.direction[0] + y * cone.direction[1]
    u = y * cone.direction[0] - x * cone.direction[1]
    meets = (s >= 0) & (s <= cone.length_mm) & (np.abs(u) <= cone.radius_at_tip_mm + s * np.tan(cone.half_angle_rad))
    return float(s[meets].min()) if meets.any() else None


def _resampled(points_mm: NDArray[np.float64], step_mm: float) -> NDArray[np.float64]:
    """The line's points at most `step_mm` apart along x."""
    if len(points_mm) < 2:
        return points_mm
    first, last = float(points_mm[0, 0]), float(points_mm[-1, 0])
    x = np.linspace(first, last, max(2, int((last - first) / step_mm) + 2), dtype=np.float64)
    return np.stack((x, np.interp(x, points_mm[:, 0], points_mm[:, 1])), axis=1)
