"""The bench of operators: its intervals, its figures from rows, what becomes of a case that raises, and its cases."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from inplane.anatomy import Patient, build_groin, staged
from inplane.anatomy.regions import GROIN_PROCEDURES
from inplane.atlas import load_atlas
from inplane.bench import _operator_case, operator, run_bench
from inplane.bench._operator_case import RATE_ML_S, play_guided, play_landmark, push_ml_s
from inplane.bench._operator_row import CaseRow, ending_of
from inplane.bench._operator_worker import Job, play, play_all
from inplane.core import InputError, UnknownNameError
from inplane.operators import skill
from inplane.physics.injectate import cannula_kpa_s_ml

ROW = CaseRow(
    procedure="femoral_nerve_block", operator="guided", skill="trainee", seed=1, ending="success", outcome="done"
)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (95, 100, 0.8882, 0.9785)],
)
def test_intervals_are_those_of_the_tables(count: int, n: int, low: float, high: float) -> None:
    assert operator.wilson(count, n) == pytest.approx((low, high), abs=5e-5)


def test_a_thin_needle_is_pushed_so_slowly_that_it_alone_never_stops_the_plunger() -> None:
    atlas = load_atlas()
    stop_kpa = atlas.threshold("pressure_stop_kpa").value
    for procedure in (atlas.procedure(pid) for pid in staged()):
        needle = atlas.needle(procedure.needle_id)
        assert 0.01 <= push_ml_s(needle) <= RATE_ML_S
        assert push_ml_s(needle) * cannula_kpa_s_ml(needle) <= 0.5 * stop_kpa + 1e-9
    assert push_ml_s(atlas.needle(atlas.procedure("calcific_tendon_barbotage").needle_id)) == RATE_ML_S


def test_shares_and_means_are_counted_by_operator_and_procedure() -> None:
    rows = [
        replace(ROW, duration_s=50.0, passes=1, at_target_ml=2.0, given_ml=12.0),
        replace(ROW, seed=2, ending="harm", vessel_punctures=3, duration_s=70.0, passes=3),
        replace(ROW, seed=3, ending="stopped", outcome="the tip was not seen", duration_s=90.0, passes=2),
        replace(ROW, seed=4, ending="failed", outcome="RangeError: too deep"),
        replace(ROW, operator="landmark", intravascular_ml=0.5),
    ]
    told = {figure.name: figure for figure in operator.figures(rows)}
    name = "guided_femoral_nerve_block"
    assert [told[f"{name}_{ending}_share"].value for ending in operator.ENDINGS] == [0.25, 0.25, 0.0, 0.25, 0.25]
    assert told[f"{name}_vascular_puncture_share"].value == pytest.approx(1 / 3)  # of those that were played
    assert told[f"{name}_vessel_punctures_mean"].value == pytest.approx(1.0)
    assert told[f"{name}_passes_mean"].value == pytest.approx(2.0)
    assert told[f"{name}_duration_s_p50"].value == pytest.approx(70.0)
    assert told[f"{name}, stopped: the tip was not seen"].value == 1
    assert "0.046 to 0.699" in (told[f"{name}_success_share"].why or "")
    assert told["landmark_femoral_nerve_block_intravascular_injection_share"].value == 1.0
    assert told["landmark_femoral_nerve_block_tip_seen_share_p50"].value is None


def test_a_case_that_raises_is_a_failed_one_and_the_others_go_on() -> None:
    rows = play(Job(seed=-1, procedures=("femoral_nerve_block",)))
    assert [(row.operator, row.ending) for row in rows] == [("guided", "failed"), ("landmark", "failed")]
    assert all(row.outcome.startswith("RangeError: seed is -1") for row in rows)
    told = [row for found in play_all([Job(seed=-1, procedures=("hip_joint_injection",))] * 3) for row in found]
    assert [row.ending for row in told] == ["failed"] * 6


def test_the_table_is_written_as_cases_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [Job(seed=-1, procedures=("hip_joint_injection",), operators=("landmark",))] * 2
    monkeypatch.setattr(operator, "_jobs", lambda **_: jobs)
    seen: list[int] = []

    def told(text: str, fraction: float | None = None, /) -> None:
        assert text
        assert fraction is not None
        table = tmp_path / "deep" / "cases.jsonl"
        seen.append(len(table.read_text().splitlines()))

    operator.run(quick=True, seed=0, progress=told, out=tmp_path / "deep")
    assert seen == [0, 1, 2]
    lines = (tmp_path / "deep" / "cases.jsonl").read_text().splitlines()
    rows = [CaseRow.from_json(json.loads(line)) for line in lines]
    assert {row.ending for row in rows} == {"failed"}
    assert [row.to_json() | {"reasons": [], "harm": []} for row in rows] == [json.loads(line) for line in lines]
    assert json.loads((tmp_path / "deep" / "run.json").read_text())["patients"] == 2


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_workers_end_with_the_process_that_began_them(tmp_path: Path) -> None:
    script = tmp_path / "bench.py"
    script.write_text(
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from multiprocessing import get_context\n"
        "import os, time\n"
        "from inplane.bench._operator_worker import begin_worker\n"
        "if __name__ == '__main__':\n"
        "    pool = ProcessPoolExecutor(1, mp_context=get_context('spawn'), initializer=begin_worker)\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n"
        "    pool.submit(time.sleep, 600)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as bench:
        assert bench.stdout is not None
        worker = int(bench.stdout.readline())
        assert runs(worker)
        bench.kill()
    until = time.monotonic() + 20
    while runs(worker):
        assert time.monotonic() < until
        time.sleep(0.05)


def runs(process: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_bench_without_a_table_refuses_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Bench 'live' leaves no table of its cases"):
        run_bench("live", quick=True, seed=0, progress=lambda *_: None, out=tmp_path)


def test_patients_are_apart_by_seed() -> None:
    full = operator._jobs(quick=False, seed=2)
    assert [job.seed for job in full if set(job.procedures) == set(GROIN_PROCEDURES)] == list(range(62_000, 62_100))
    assert {pid for job in full for pid in job.procedures} == set(staged())
    assert len({job.seed for seed in range(4) for job in operator._jobs(quick=False, seed=seed)}) == 400
    assert sum(len(job.procedures) for job in operator._jobs(quick=True, seed=0)) == 2


@pytest.mark.parametrize(
    ("harm", "reached", "given_ml", "ending"),
    [
        (True, True, 12, "harm"),
        (False, True, 12, "success"),
        (False, False, 12, "missed"),
        (False, False, 1, "stopped"),
    ],
)
def test_harm_outweighs_success(harm: bool, reached: bool, given_ml: float, ending: str) -> None:
    assert ending_of(harm=harm, reached=reached, given_ml=given_ml) == ending


@pytest.fixture(scope="module")
def patient() -> Patient:
    return build_groin(1001, spacing_mm=0.8)


def test_a_case_by_touch_is_the_same_each_time_and_tells_what_came_of_it(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_operator_case, "LONGEST_S", 6.0)
    procedure = load_atlas().procedure("hip_joint_injection")
    one, other = (play_landmark(patient, procedure, skill("trainee")) for _ in range(2))
    assert one == other
    assert one.passes >= 1
    assert one.tip_to_target_mm is not None
    assert one.seen_share is None
    assert one.ending in operator.ENDINGS
    assert json.loads(json.dumps(one.to_json()))["seed"] == 1001


def test_a_guided_case_is_played_by_the_loop_and_given_up_when_time_is_up(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_operator_case, "LONGEST_S", 1.0)
    turns: list[float] = []
    procedure = load_atlas().procedure("femoral_nerve_block")
    row = play_guided(patient, procedure, skill("expert"), look=lambda tick, _: turns.append(tick.frame.time_s))
    assert (row.ending, row.outcome) == ("stopped", _operator_case.TIME_UP)
    assert turns[-1] == pytest.approx(1.0, abs=0.11)
    assert row.duration_s == pytest.approx(1.0, abs=0.11)


def test_only_what_is_asked_for_is_played() -> None:
    jobs = operator._jobs(quick=True, seed=0, only=("knee_joint_injection", "femoral_nerve_block"))
    assert sorted(pid for job in jobs for pid in job.procedures) == ["femoral_nerve_block", "knee_joint_injection"]
    with pytest.raises(UnknownNameError, match="procedure with a virtual patient"):
        operator._jobs(quick=True, seed=0, only=("tooth_block",))
    with pytest.raises(InputError, match="Bench 'live' goes through no procedures"):
        run_bench("live", quick=True, seed=0, progress=lambda *_: None, only=("knee_joint_injection",))


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [Job(seed=s, procedures=("hip_joint_injection",), operators=("landmark",)) for s in (-1, -2)]
    monkeypatch.setattr(operator, "_jobs", lambda **_: jobs[:1])
    operator.run(quick=True, seed=0, progress=lambda *_: None, out=tmp_path)
    table = tmp_path / "cases.jsonl"
    table.write_text(table.read_text() + '{"procedure": "hip_joint')  # stopped while a line was written
    monkeypatch.setattr(operator, "_jobs", lambda **_: jobs)
    played: list[Job] = []
    monkeypatch.setattr(operator, "play_all", lambda left: played.extend(left) or map(play, left))
    operator.run(quick=True, seed=0, progress=lambda *_: None, out=tmp_path)
    assert played == jobs[1:]
    assert [json.loads(line)["seed"] for line in table.read_text().splitlines()] == [-1, -2]


def test_a_table_of_another_commit_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text("{}\n")
    (tmp_path / "run.json").write_text('{"commit": "0123"}')
    with pytest.raises(InputError, match="holds cases of commit 0123"):
        operator.opened(tmp_path, 1)
    assert (tmp_path / "cases.jsonl").read_text() == "{}\n"
