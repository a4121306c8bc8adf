"""Pictures at their time: a recording is never faster than it was made, and on a late machine the newest wins."""

import sys
from itertools import pairwise
from pathlib import Path

import pytest

from inplane.console.feed import CATCH_UP_S, GAP_S, POLL_S, SLOW_SAID_S, STILL, LiveFeed, PlayedFeed
from inplane.console.pace import SteadyPace

sys.path.insert(0, str(Path(__file__).parent))
from fake_sources import FakeRecording, FakeScanner, Pictures  # a file beside this one


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Timed(FakeRecording):
    """A recording with time stamps of the test's choice, each of which takes so long to read."""

    def __init__(self, clock: Clock, times_s: list[float], reading_s: float = 0.0) -> None:
        super().__init__(len(times_s))
        self.clock, self.times_s, self.slowness_s = clock, times_s, reading_s

    def next(self, control: object) -> object:  # type: ignore[override]  # noqa: ARG002
        if self.at >= self.count:
            return None
        self.clock.now_s += self.slowness_s
        self.at += 1
        return self.pictures.frame(self.at - 1, self.times_s[self.at - 1])


def played(feed: PlayedFeed, clock: Clock) -> tuple[int, float]:
    """Waits for the next picture; its number, and when it came."""
    wait_s = feed.wait_s(clock.now_s)
    clock.now_s += wait_s
    frame = feed.next(STILL)
    assert frame is not None
    return frame.sequence, clock.now_s - 100.0


def test_pictures_come_at_their_own_time_stamps() -> None:
    clock = Clock()
    feed = PlayedFeed(Timed(clock, [5.0, 5.1, 5.15, 5.5]), clock)
    came = [played(feed, clock) for _ in range(4)]
    assert [number for number, _ in came] == [0, 1, 2, 3]
    assert [at for _, at in came] == pytest.approx([0.0, 0.1, 0.15, 0.5])
    assert feed.wait_s(clock.now_s) == 0.0
    assert feed.next(STILL) is None
    assert (feed.ended, feed.problem, feed.given, feed.skipped, feed.arrived_s) == (True, "", 4, 0, None)


def test_a_late_turn_shows_the_newest_that_is_due_and_counts_the_others() -> None:
    clock = Clock()
    feed = PlayedFeed(Timed(clock, [0.1 * k for k in range(20)]), clock)
    played(feed, clock)
    clock.now_s += 0.35
    assert played(feed, clock)[0] == 3
    assert feed.skipped == 2
    number, at = played(feed, clock)
    assert (number, at) == (4, pytest.approx(0.4))
    assert feed.given == 5
    assert not feed.slow


def test_the_last_picture_is_never_left_out() -> None:
    clock = Clock()
    feed = PlayedFeed(Timed(clock, [0.0, 0.1, 0.2]), clock)
    played(feed, clock)
    clock.now_s += 9.0
    assert played(feed, clock)[0] == 2
    assert feed.next(STILL) is None


def test_a_recording_that_cannot_be_read_in_time_plays_slower_and_says_so() -> None:
    clock = Clock()
    feed = PlayedFeed(Timed(clock, [0.02 * k for k in range(60)], reading_s=0.03), clock)
    shown = [played(feed, clock)[0] for _ in range(10)]
    assert shown == sorted(set(shown))
    assert feed.slow
    assert max(b - a for a, b in pairwise(shown)) <= 1 + CATCH_UP_S / 0.03 + 1
    clock.now_s += SLOW_SAID_S + 0.1
    assert not feed.slow


def test_a_long_pause_is_shortened_and_time_that_runs_back_waits_for_nothing() -> None:
    clock = Clock()
    feed = PlayedFeed(Timed(clock, [0.0, 60.0, 60.1, 59.0, 59.1]), clock)
    came = [played(feed, clock) for _ in range(4)]
    assert [number for number, _ in came] == [0, 1, 3, 4]  # 2 and 3 are due together: the newest wins
    assert [at for _, at in came] == pytest.approx([0.0, GAP_S, GAP_S + 0.1, GAP_S + 0.2])


def test_after_a_pause_it_goes_on_where_it_was() -> None:
    clock = Clock()
    feed = PlayedFeed(Timed(clock, [0.1 * k for k in range(9)]), clock)
    played(feed, clock)
    feed.wait_s(clock.now_s)
    clock.now_s += 30.0
    feed.resume(clock.now_s)
    assert played(feed, clock) == (1, pytest.approx(30.0))
    assert played(feed, clock) == (2, pytest.approx(30.1))
    assert feed.skipped == 0


@pytest.mark.parametrize("raises", [True, False])
def test_a_recording_that_breaks_has_ended_with_its_reason(raises: bool) -> None:
    clock = Clock()
    feed = PlayedFeed(FakeRecording(2, breaks=None if raises else "Picture 3 is cut off.", raises=raises), clock)
    for _ in range(2):
        played(feed, clock)
    assert feed.next(STILL) is None
    assert feed.ended
    assert "cut off" in feed.problem
    assert feed.next(STILL) is None  # for good


def test_a_scanner_is_looked_at_and_never_waited_for() -> None:
    clock = Clock()
    scanner = FakeScanner(Pictures(), clock)
    feed = LiveFeed(scanner, clock)
    assert feed.wait_s(clock.now_s) == POLL_S
    scanner.push()
    clock.now_s += 0.02
    scanner.push()
    clock.now_s += 0.03
    assert feed.wait_s(clock.now_s) == 0.0
    frame = feed.next(STILL)
    assert frame is not None
    assert frame.sequence == 1  # the newest
    assert feed.arrived_s == pytest.approx(100.02)
    assert (feed.given, feed.skipped, scanner.dropped, feed.ended) == (1, 0, 1, False)
    scanner.gone, scanner.problem = True, "The peer is gone."
    assert feed.wait_s(clock.now_s) == 0.0
    assert feed.next(STILL) is None
    assert (feed.ended, feed.problem) == (True, "The peer is gone.")


def test_a_steady_pace_makes_nothing_up() -> None:
    pace = SteadyPace(10.0)
    pace.resume(5.0)
    assert pace.wait_s(5.0) == 0.0
    pace.turned(5.0)
    assert pace.wait_s(5.02) == pytest.approx(0.08)
    pace.turned(6.0)  # nine turns too late
    assert pace.wait_s(6.0) == pytest.approx(0.0)
    pace.turned(6.0)
    assert pace.wait_s(6.0) == pytest.approx(0.1)
