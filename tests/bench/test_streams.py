"""The bench of streams: two processes exchange pictures, and what they measured is counted right."""

import sys
from pathlib import Path

import numpy as np
import pytest

from inplane.bench import Figure, _streams_glass, bench_names, streams
from inplane.bench._streams_glass import Glass, served
from inplane.bench._streams_glass import figures as glass_figures
from inplane.bench._streams_pairs import Exchange, Pair, growth_mb
from inplane.bench._streams_peers import Job, Measured, Notebook, rss_mb
from inplane.core import ResourceError

SMALL = Job(columns=64, rows=48, rate_hz=100.0, pictures=40)


def silent(text: str, fraction: float | None = None, /) -> None:
    """A progress that tells nobody."""


def by_name(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


def test_it_can_be_asked_for() -> None:
    assert "streams" in bench_names()
    assert not [name for name in bench_names() if name.startswith("_")]


@pytest.mark.parametrize("library", ["ours", pytest.param("pyigtl", marks=pytest.mark.peer("pyigtl"))])
def test_two_processes_exchange_pictures_job_after_job(library: str) -> None:
    with Pair(library) as pair:
        pair.ready()
        for job in (SMALL, Job(columns=80, rows=60, rate_hz=100.0, pictures=30)):
            done = pair.exchange(job)
            assert done.sender.sent == job.pictures
            late_ms = done.late_ms(10)
            assert 0 < min(late_ms) <= np.median(late_ms) < 5000
            if library == "ours":  # the other keeps only the newest of each device
                assert done.receiver.numbers == list(range(job.pictures))
                assert done.lost == 0
                assert len(late_ms) == job.pictures - 10


def test_a_process_that_fails_tells_why() -> None:
    with Pair("neither") as pair, pytest.raises(ResourceError, match="A stream of neither failed: KeyError"):
        pair.ready()


def exchange(numbers: list[int], late_ms: list[float], sent: int) -> Exchange:
    return Exchange(sender=Measured(sent=sent), receiver=Measured(numbers=numbers, late_ms=late_ms))


def test_lost_and_doubled_pictures_are_told_apart_and_the_warm_up_does_not_count() -> None:
    done = exchange([0, 1, 1, 3], [9.0, 8.0, 7.0, 6.0], 5)
    assert done.lost == 2
    assert done.late_ms(1) == [8.0, 7.0, 6.0]


def test_a_picture_knows_its_number_and_its_lateness(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.zeros((1, 16, 16), np.uint8)
    pixels[0, 0, :2] = (4, 1)
    monkeypatch.setattr("time.time", lambda: 100.25)
    notes, measured = Notebook(2), Measured()
    assert [notes.take(pixels, 100.0) for _ in range(3)] == [260] * 3
    notes.write_to(measured)
    assert (measured.numbers, measured.late_ms) == ([260, 260], [250.0, 250.0])  # no more than was said


def test_growth_is_between_the_first_and_the_last_tenth_after_the_warm_up() -> None:
    rss = (
        [50.0, 80.0]
        + [100.0] * 10
        + [101.0] * 80
        + [104.0, 104.0, 103.0, 104.0, 104.0, 104.0, 104.0, 104.0, 104.0, 9.0]
    )
    assert growth_mb(rss, 2) == pytest.approx(4.0)
    assert growth_mb([1.0, 2.0], 2) is None
    assert growth_mb([], 0) is None


def test_the_memory_of_this_process_grows_with_what_it_holds() -> None:
    before = rss_mb()
    if before is None:
        pytest.skip("no /proc here")
    held = np.ones(64 << 17)  # 64 MiB
    after = rss_mb()
    assert after is not None
    assert after - before == pytest.approx(64, abs=16)
    assert held.nbytes == 64 << 20


class Told:
    """A pair that measures what it is told."""

    def __init__(self, late_ms: float, lost: int = 0) -> None:
        self.late_ms, self.lost, self.jobs = late_ms, lost, list[Job]()

    def exchange(self, job: Job) -> Exchange:
        self.jobs.append(job)
        came = job.pictures - self.lost
        late = [self.late_ms] * came
        done = exchange(list(range(came)), late, job.pictures)
        done.receiver.rss_mb += [10.0] * 9 + [12.0]
        return done


def test_the_ratio_is_of_both_in_the_same_run() -> None:
    pairs = {"ours": Told(2.0), "pyigtl": Told(20.0, lost=3)}
    found = by_name(streams._beside(pairs, (640, 480), quick=True, seed=1, progress=silent))  # type: ignore[arg-type]
    assert found["p95_ratio_640x480"].value == pytest.approx(0.1)
    assert found["ours_p50_ms_640x480"].value == 2.0
    assert found["pyigtl_p95_ms_640x480"].value == 20.0
    assert found["pyigtl_p95_ms_640x480"].why == "3 pictures lost"
    assert pairs["ours"].jobs == pairs["pyigtl"].jobs  # the same pictures at the same pace
    assert found["ours_p95_ms_640x480"].n == round(streams.QUICK_S * streams.RATE_HZ)


def test_blocks_alternate_and_the_seed_turns_them_round() -> None:
    order: list[str] = []

    class Noted(Told):
        def __init__(self, name: str) -> None:
            super().__init__(1.0)
            self.name = name

        def exchange(self, job: Job) -> Exchange:
            order.append(self.name)
            return super().exchange(job)

    pairs = {name: Noted(name) for name in ("ours", "pyigtl")}
    streams._beside(pairs, (640, 480), quick=False, seed=0, progress=silent)  # type: ignore[arg-type]
    assert order == ["ours", "pyigtl", "pyigtl", "ours"]
    order.clear()
    streams._beside(pairs, (640, 480), quick=True, seed=1, progress=silent)  # type: ignore[arg-type]
    assert order == ["pyigtl", "ours"]


def test_nothing_that_came_is_said_so_and_there_is_no_ratio() -> None:
    found = by_name(streams._lateness("640x480", {"ours": [1.0], "pyigtl": []}, {"ours": 0, "pyigtl": 9}))
    assert found["pyigtl_p95_ms_640x480"].value is None
    assert "p95_ratio_640x480" not in found


def test_losses_and_growth_of_an_endurance_run() -> None:
    pair = Told(1.0, lost=2)
    found = by_name(streams._endurance(pair, quick=True, seed=0, progress=silent))  # type: ignore[arg-type]
    assert found["pictures_lost"].value == 2
    assert found["pictures_lost"].n == 600
    assert found["pictures_in_order"].value == 1
    assert found["rss_growth_receiver_mib"].value == pytest.approx(2.0)
    assert found["rss_growth_sender_mib"].value is None
    assert found["rss_growth_sender_mib"].why == "this system does not tell a process's memory"


def test_a_part_that_the_machine_refuses_has_no_value_but_a_reason() -> None:
    def refuse() -> list[Figure]:
        raise ResourceError("no port is free")

    assert streams._told("pictures_lost", refuse) == [Figure("pictures_lost", None, why="no port is free")]


def test_a_sender_that_does_not_begin_tells_why(tmp_path: Path) -> None:
    with (
        pytest.raises(ResourceError, match=r"The sender did not begin: inplane: '.*nothing' does not exist"),
        served(tmp_path / "nothing"),
    ):
        pass


def test_a_sender_that_has_begun_may_wait_as_long_as_it_must(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Guard:
        """Stands for the timer that ends a sender which does not begin."""

        def __init__(self, _seconds: float, _kill: object) -> None:
            self.armed = False
            guards.append(self)

        def start(self) -> None:
            self.armed = True

        def cancel(self) -> None:
            self.armed = False

    guards: list[Guard] = []
    words = [sys.executable, "-c", "print('igtl://127.0.0.1:7', flush=True); input()"]
    monkeypatch.setattr(_streams_glass, "command", lambda _: words)
    monkeypatch.setattr(_streams_glass, "Timer", Guard)
    with served(tmp_path) as port:
        assert port == 7
        assert [guard.armed for guard in guards] == [False]


def test_from_glass_to_overlay() -> None:
    found = by_name(glass_figures(Glass(late_ms=[float(i) for i in range(101)], network_ms=[2.0] * 101, dropped=4)))
    assert found["glass_to_overlay_p50_ms"].value == 50
    assert found["glass_to_overlay_p99_ms"].value == 99
    assert found["glass_overtaken"].value == 4
    assert {figure.n for figure in found.values()} == {101}
