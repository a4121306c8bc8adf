"""The way of a probe that is slid to and fro, and beside, until a landmark is found."""

from collections.abc import Sequence

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


class Search:
    """Where the probe stands while a landmark is looked for.

    Args:
        searches: as `SEARCHES`.
    """

    def __init__(self, searches: Sequence[tuple[float, float, float]] = SEARCHES) -> None:
        self._searches, self._number, self._since_s = searches, 0, 0.0

    @property
    def across_mm(self) -> float:
        """How far across the plane the present search is."""
        return self._searches[self._number][0]

    @property
    def last(self) -> bool:
        """Whether there is none after the present one."""
        return self._number + 1 >= len(self._searches)

    def begin_next(self, lasted_s: float) -> None:
        """The next search, from so long after the first began."""
        self._number, self._since_s = self._number + 1, lasted_s

    def outward_mm(self, lasted_s: float) -> float | None:
        """How far outward of where it was put down the probe stands, so long after the first search began; None once
        the present one is over."""
        _, out_mm, in_mm = self._searches[self._number]
        way_mm = (lasted_s - self._since_s) * SLIDE_MM_S
        if way_mm >= 2 * (out_mm + in_mm):
            return None
        if way_mm < out_mm:
            return way_mm
        return 2 * out_mm - way_mm if way_mm < 2 * out_mm + in_mm else way_mm - 2 * (out_mm + in_mm)
