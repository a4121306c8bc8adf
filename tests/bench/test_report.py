"""A report says what was measured and, of the rest, why not."""

import json
import sys
from io import StringIO
from math import nan
from types import ModuleType

import numpy as np
import pytest
from rich.console import Console

import inplane.bench
from inplane.bench import Figure, Progress, last_full, report, run_bench, table, targets_of
from inplane.core import FormatError, UnknownNameError


def silent(text: str, fraction: float | None = None, /) -> None:
    """A progress that tells nobody."""


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> str:
    """A bench named "live" that returns one figure of the list and one of its own."""

    def run(*, quick: bool, seed: int, progress: Progress) -> list[Figure]:
        progress("measuring", 0.5)
        return [Figure("own", float(seed), "mm"), Figure("cpu_ms", 35.0, "ms", n=3 if quick else 3000)]

    module = ModuleType("inplane.bench.live")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "inplane.bench.live", module)
    monkeypatch.setattr(inplane.bench, "bench_names", lambda: ["live"])
    return "live"


def test_the_json_object(live: str) -> None:
    done = json.loads(run_bench(live, quick=True, seed=7, progress=silent).to_json())
    assert list(done) == ["bench", "commit", "quick", "machine", "seconds", "figures"]
    assert (done["bench"], done["quick"]) == ("live", True)
    assert set(done["machine"]) == {"cores", "cpu", "gpu"}
    assert [figure["name"] for figure in done["figures"]] == [target.name for target in targets_of("live")] + ["own"]
    figures = {figure["name"]: figure for figure in done["figures"]}
    assert figures["cpu_ms"] == {"name": "cpu_ms", "value": 35.0, "unit": "ms", "n": 3}
    assert figures["own"]["value"] == 7
    assert figures["guide_cpu_ms"]["value"] is None
    assert figures["guide_cpu_ms"]["why"]


def test_the_table_tells_the_verdict(live: str) -> None:
    console = Console(width=200, record=True, file=StringIO())
    console.print(table(run_bench(live, quick=True, seed=7, progress=silent)))
    lines = {line.split("│")[1].strip(): line for line in console.export_text().splitlines() if "│" in line}
    assert "<= 34" in lines["cpu_ms"]
    assert "short of target" in lines["cpu_ms"]
    assert "not measured" in lines["guide_cpu_ms"]


def test_the_words_of_a_verdict() -> None:
    target = targets_of("start")[0]
    assert report.verdict(Figure(target.name, 9.0, "s"), target) == "met"
    assert (
        report.verdict(Figure(target.name, 9.0, "s", source="a" * 40, why="cold"), target)
        == f"met; from {'a' * 12}; cold"
    )
    assert report.verdict(Figure("own", 9.0), None) == ""


def test_a_figure_needs_a_value_or_a_reason() -> None:
    with pytest.raises(FormatError, match="Figure 'a' has neither a value nor a reason"):
        Figure("a", None)
    with pytest.raises(FormatError, match="Figure 'a' is nan. Expected a finite number"):
        Figure("a", nan)


@pytest.mark.usefixtures("live")
def test_an_unknown_bench_lists_the_known() -> None:
    with pytest.raises(UnknownNameError, match="Unknown bench 'speed'. Expected one of: 'live'"):
        run_bench("speed", quick=True, seed=0, progress=silent)


def test_a_figure_that_was_never_measured_in_full() -> None:
    figure = last_full("live", "no_such_figure", unit="ms")
    assert figure.value is None
    assert "no full run is on record" in (figure.why or "")


def test_the_commit_and_the_machine_are_told() -> None:
    assert report.describe_commit()
    assert report.describe_machine()["cores"] >= 1


def test_numbers_of_numpy_are_printed_as_numbers() -> None:
    told = Figure("n", np.float32(0.5), n=np.int64(3)).to_json()
    assert json.dumps(told) == '{"name": "n", "value": 0.5, "unit": "", "n": 3}'
