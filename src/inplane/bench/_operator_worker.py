"""A process of its own that builds one patient after the other and plays its cases; nothing that raises gets out."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for
from threading import Thread

from inplane.anatomy.kept import find_patient
from inplane.atlas import load_atlas
from inplane.bench._operator_case import play_guided, play_landmark
from inplane.bench._operator_row import CaseRow, Who
from inplane.core import runtime
from inplane.operators import skill

WORKERS = 2
"""Chosen: the two cores that the project counts on; each process uses one thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One patient and what is done to it.

    Args:
        seed: of the patient.
        procedures: ids, each played on a fresh room.
        operators: who plays each.
        skill: name of how good they are.
    """

    seed: int
    procedures: tuple[str, ...]
    operators: tuple[Who, ...] = ("guided", "landmark")
    skill: str = "trainee"


def begin_worker() -> None:
    """Threads and kernel cache of a worker, which ends when the process that began it is gone."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    runtime.start(threads=1)


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


def play(job: Job) -> list[CaseRow]:
    """All cases of a job; what raised is a row that says so."""
    return [_play_one(job, pid, who) for pid in job.procedures for who in job.operators]


def _play_one(job: Job, procedure_id: str, who: Who) -> CaseRow:
    try:
        patient, procedure = find_patient(procedure_id, job.seed), load_atlas().procedure(procedure_id)
        return (play_guided if who == "guided" else play_landmark)(patient, procedure, skill(job.skill))
    except Exception as error:  # one case that cannot be played must not end the bench
        return _failed(job, procedure_id, who, error)


def _failed(job: Job, procedure_id: str, who: Who, error: Exception) -> CaseRow:
    return CaseRow(
        procedure=procedure_id,
        operator=who,
        skill=job.skill,
        seed=job.seed,
        ending="failed",
        outcome=f"{type(error).__name__}: {error}",
    )


def play_all(jobs: Sequence[Job]) -> Iterator[list[CaseRow]]:
    """The rows of each job as it ends, in two processes. Where one dies, both present jobs fail; the others go on."""
    left = list(jobs)
    while left:
        with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"), initializer=begin_worker) as pool:
            waiting: dict[Future[list[CaseRow]], Job] = {}
            while left or waiting:
                while left and len(waiting) < WORKERS:
                    job = left.pop(0)
                    waiting[pool.submit(play, job)] = job
                ended, _ = wait(waiting, return_when=FIRST_COMPLETED)
                broken = [future for future in ended if isinstance(future.exception(), BrokenProcessPool)]
                for future in ended:
                    job, error = waiting.pop(future), future.exception()
                    lost = [] if not isinstance(error, Exception) else _all_failed(job, error)
                    yield lost if error is not None else future.result()
                if broken:
                    left = [*waiting.values(), *left]
                    break


def _all_failed(job: Job, error: Exception) -> list[CaseRow]:
    return [_failed(job, pid, who, error) for pid in job.procedures for who in job.operators]
