"""When a picture of the network was taken, and how late it came."""

from collections import deque

WINDOW = 900
"""Arrivals that are looked back at. chosen: half a minute at 30 a second, in which clocks drift by 3 ms at 100 ppm."""
CLOCK_SLACK_S = 0.002
"""How far ahead of this clock a stamp of the same machine may be. chosen: rounding, and clocks that are being set."""
LONGEST_S = 2.0
"""Delay up to which a stamp of the same machine is of the same clock. chosen: older ones are a recording's own."""


class Lateness:
    """Delay from a picture's time stamp to its arrival.

    Sender and receiver on one machine share a clock, and the delay is just the difference. Otherwise the fastest
    picture of the last half minute is taken for one without delay, and what is told is how much later others came.

    Args:
        same_host: whether the sender is this machine.
    """

    def __init__(self, *, same_host: bool) -> None:
        self._same_host = same_host
        self._delays_s: deque[float] = deque(maxlen=WINDOW)

    def add(self, stamp_s: float | None, arrived_s: float) -> None:
        """One picture: both times in seconds since 1970, each by its own clock. Without a stamp nothing is known."""
        if stamp_s is not None:
            self._delays_s.append(arrived_s - stamp_s)

    def newest(self) -> tuple[float | None, str]:
        """Delay of the newest picture in s, and how it was found; None where no picture had a stamp."""
        if not self._delays_s:
            return None, "the sender stamps no time"
        last, least = self._delays_s[-1], min(self._delays_s)
        if self._same_host and -CLOCK_SLACK_S <= least <= LONGEST_S:
            return max(0.0, last), "one clock"
        return last - least, "more than the fastest, since the clocks differ"


class PictureClock:
    """Time of each picture since the first, always growing: by the stamps, and where they leap by the arrivals."""

    def __init__(self) -> None:
        self._stamp_s: float | None = None
        self._arrived_s = 0.0
        self._last_s: float | None = None

    def at(self, stamp_s: float | None, arrived_s: float) -> float:
        """Time of the next picture in s; `arrived_s` is monotonic."""
        if self._last_s is None:
            time_s = 0.0
        else:
            passed_s = max(1e-6, arrived_s - self._arrived_s)
            step_s = passed_s if stamp_s is None or self._stamp_s is None else stamp_s - self._stamp_s
            time_s = self._last_s + (step_s if 0 < step_s < passed_s + LONGEST_S else passed_s)
        self._stamp_s, self._arrived_s, self._last_s = stamp_s, arrived_s, time_s
        return time_s
