"""The way of a probe that is slid to and fro, and beside, until a landmark is found."""

SLIDE_MM_S = 8.0
"""Chosen: how fast a probe is slid while looking."""
SEARCHES = (
    (0.0, 12.0, 12.0),
    (8.0, 12.0, 12.0),
    (-8.0, 12.0, 12.0),
    (16.0, 12.0, 12.0),
    (-16.0, 12.0, 12.0),
    (0.0, 28.0, 0.0),
)
"""How far across the plane the probe stands, and how far along its face it is then slid outward and inward, mm, one
after the other until the landmark is found. Chosen: first where it was felt, then beside, at last farther out; never
farther in, where the pelvis bends as a neck does and nerve and vessels lie before it."""


def outward_mm(search: int, searching_s: float) -> float | None:
    """How far outward of where it was put down a probe stands after so long in a search; None once that is over."""
    _, out_mm, in_mm = SEARCHES[search]
    way_mm = searching_s * SLIDE_MM_S
    if way_mm >= 2 * (out_mm + in_mm):
        return None
    if way_mm < out_mm:
        return way_mm
    return 2 * out_mm - way_mm if way_mm < 2 * out_mm + in_mm else way_mm - 2 * (out_mm + in_mm)
