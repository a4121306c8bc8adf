"""Scripted people on patients that nobody tuned them on: a guided one and one by landmarks, on the same patients.

Each case ends in one of five ways: success (enough volume, its share at the target, nothing harmed), stopped (given up,
nothing harmed), missed (injected elsewhere), harm, or failed (the program raised). Shares come with 95 % intervals.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from math import sqrt
from pathlib import Path
from statistics import fmean, median

from inplane.anatomy import staged
from inplane.anatomy.regions import GROIN_PROCEDURES, shown_by
from inplane.bench._operator_case import FRAME_RATE_HZ
from inplane.bench._operator_row import CaseRow
from inplane.bench._operator_worker import Job, play_all
from inplane.bench.report import Figure, Progress, describe_commit, describe_machine
from inplane.core import InputError

OPERATORS = ("guided", "landmark")
ENDINGS = ("success", "stopped", "missed", "harm", "failed")
FIRST_SEED, SEEDS_APART = 60_000, 1000
"""Patients 60000 + i + 1000 seed. Chosen: apart from those that the operators were tried on (1000-21002)."""
FULL_PATIENTS, OTHER_PATIENTS = 100, 3
"""Of the groin's procedures, and of every other one that has a patient. Chosen: a case takes a minute or two."""
SKILL = "trainee"
"""Chosen: who does most of these blocks in a teaching hospital."""
NORMAL_95 = 1.959964
"""The normal distribution's 97.5 % point."""


def run(
    *, quick: bool, seed: int, progress: Progress, out: Path | None = None, only: Sequence[str] = ()
) -> list[Figure]:
    """Every figure.

    Args:
        quick: two patients with one procedure of the groin each, instead of a hundred with both and three of every
            other procedure that has a patient.
        seed: which patients.
        progress: told what has ended.
        out: folder for `cases.jsonl`, a line a case, written as they end, and `run.json`, which tells the run's commit,
            machine and patients from its beginning; nothing is written if None. A run that was stopped goes on from
            what its folder holds.
        only: procedures; all of these if empty.

    Raises:
        UnknownNameError: no patient shows one of those procedures.
        InputError: the folder holds cases of another commit.
    """
    jobs = _jobs(quick=quick, seed=seed, only=only)
    table, rows = (None, []) if out is None else opened(out, len(jobs))
    ended = {(row.seed, row.procedure) for row in rows}
    left = [job for job in jobs if not all((job.seed, pid) in ended for pid in job.procedures)]
    progress(f"{len(jobs)} patients", 0.0)
    for number, found in enumerate(play_all(left), start=len(jobs) - len(left)):
        rows += found
        if table is not None:
            with table.open("a", encoding="utf-8") as lines:
                lines.writelines(json.dumps(row.to_json()) + "\n" for row in found)
        progress(_so_far(rows), (number + 1) / len(jobs))
    rows.sort(key=lambda row: (row.seed, row.procedure, row.operator))
    return figures(rows)


def _jobs(*, quick: bool, seed: int, only: Sequence[str] = ()) -> list[Job]:
    first = FIRST_SEED + SEEDS_APART * seed
    for pid in only:
        shown_by(pid)
    groin = tuple(pid for pid in GROIN_PROCEDURES if not only or pid in only)
    if quick and not only:
        return [Job(seed=first + i, procedures=(pid,), skill=SKILL) for i, pid in enumerate(groin)]
    others = [pid for pid in only or staged() if pid not in groin]
    patients, of_others = (1, 1) if quick else (FULL_PATIENTS, OTHER_PATIENTS)
    jobs = [Job(seed=first + i, procedures=(pid,), skill=SKILL) for pid in others for i in range(of_others)]
    return [*(Job(seed=first + i, procedures=groin, skill=SKILL) for i in range(patients) if groin), *jobs]


def opened(out: Path, patients: int) -> tuple[Path, list[CaseRow]]:
    """The table in that folder, beside what runs, and what it holds already; a line cut off by a stop is left out.

    Raises:
        InputError: it holds cases of another commit.
    """
    table, run = out / "cases.jsonl", out / "run.json"
    commit = describe_commit()
    if table.exists() and table.stat().st_size:
        begun = json.loads(run.read_text(encoding="utf-8")).get("commit") if run.exists() else None
        if begun != commit:
            raise InputError(f"'{out}' holds cases of commit {begun}. Expected an empty folder, or one of {commit}.")
        lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
        whole = [line for line in lines if line.endswith("\n")]
        rows = [CaseRow.from_json(json.loads(line)) for line in whole]
    else:
        whole, rows = [], []
    out.mkdir(parents=True, exist_ok=True)
    told = {"commit": commit, "machine": describe_machine(), "patients": patients}
    run.write_text(json.dumps(told) + "\n", encoding="utf-8")
    table.write_text("".join(whole), encoding="utf-8")
    return table, rows


def _so_far(rows: Sequence[CaseRow]) -> str:
    """Successes so far, in a few words."""
    others = tuple({row.procedure for row in rows} - set(GROIN_PROCEDURES))
    told: list[str] = []
    for who in OPERATORS:
        for name, among in (*((pid.split("_")[0], (pid,)) for pid in GROIN_PROCEDURES), ("others", others)):
            ended = [row.ending for row in rows if row.operator == who and row.procedure in among]
            if ended:
                told.append(f"{who} {name} {ended.count('success')}/{len(ended)}")
    return ", ".join(told)


def figures(rows: Sequence[CaseRow]) -> list[Figure]:
    """Every figure of every operator and procedure that occurs in the rows."""
    found: list[Figure] = []
    for who in OPERATORS:
        for pid in dict.fromkeys(row.procedure for row in rows):
            group = [row for row in rows if (row.operator, row.procedure) == (who, pid)]
            if group:
                found += _group_figures(f"{who}_{pid}", group)
    return found


def _group_figures(name: str, rows: Sequence[CaseRow]) -> list[Figure]:
    """One operator at one procedure."""
    n, played = len(rows), [row for row in rows if row.ending != "failed"]
    told = [_share(f"{name}_{ending}_share", sum(row.ending == ending for row in rows), n) for ending in ENDINGS]
    told += [
        _share(f"{name}_{what}_share", sum(getattr(row, field) > 0 for row in played), len(played))
        for what, field in (
            ("vascular_puncture", "vessel_punctures"),
            ("nerve_contact", "nerve_contacts"),
            ("intravascular_injection", "intravascular_ml"),
            ("intraneural_injection", "intraneural_ml"),
        )
    ]
    means = ("vessel_punctures", "nerve_contacts", "bone_contacts", "intravascular_ml", "intraneural_ml", "passes")
    told += [_mean(f"{name}_{field}_mean", [float(getattr(row, field)) for row in played]) for field in means]
    told += [
        _middle(f"{name}_duration_s_p50", [row.duration_s for row in played], "s"),
        _middle(f"{name}_aim_off_mm_p50", _known(played, lambda row: row.aim_off_mm), "mm"),
        _middle(f"{name}_tip_to_target_mm_p50", _known(played, lambda row: row.tip_to_target_mm), "mm"),
        _middle(f"{name}_at_target_ml_p50", [row.at_target_ml for row in played], "ml"),
        _middle(f"{name}_tip_seen_share_p50", _known(played, lambda row: row.seen_share), ""),
    ]
    counted = Counter(f"{row.ending}: {row.outcome}" for row in rows).most_common()
    return told + [Figure(f"{name}, {words}", count, "cases", n=n) for words, count in counted]


def _known(rows: Sequence[CaseRow], of: Callable[[CaseRow], float | None]) -> list[float]:
    return [value for row in rows if (value := of(row)) is not None]


def _mean(name: str, values: Sequence[float]) -> Figure:
    value = fmean(values) if values else None
    return Figure(name, value, "ml" if "_ml_" in name else "", n=len(values), why=None if values else "no case")


def _middle(name: str, values: Sequence[float], unit: str) -> Figure:
    value = median(values) if values else None
    return Figure(name, value, unit, n=len(values), why=None if values else "no case tells it")


def _share(name: str, count: int, n: int) -> Figure:
    """A share with its interval."""
    if n == 0:
        return Figure(name, None, "", n=0, why="no case was played to its end")
    low, high = wilson(count, n)
    return Figure(name, count / n, "", n=n, why=f"95 % interval {low:.3f} to {high:.3f}; at {FRAME_RATE_HZ:g} frames/s")


def wilson(count: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share, (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n).

    References:
        Wilson EB. Probable inference, the law of succession, and statistical inference. JASA 1927;22:209-212.
    """
    p, z2n = count / n, NORMAL_95**2 / n
    middle, half = p + z2n / 2, NORMAL_95 * sqrt(p * (1 - p) / n + z2n / (4 * n))
    return max(0.0, (middle - half) / (1 + z2n)), min(1.0, (middle + half) / (1 + z2n))
