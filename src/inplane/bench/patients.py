"""Whether each procedure's patients show what they should: one row a procedure, so many seeds each.

A procedure passes when every property holds on every seed; one that has no patient yet does not pass. The properties
are those of `PROPERTIES`; numbers that rest on no source are counted apart.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from inplane.anatomy import Patient, build_patient, staged
from inplane.anatomy.kept import LIMIT_BYTES, from_bytes, to_bytes
from inplane.anatomy.regions import GROIN_PROCEDURES, find_window, shown_by
from inplane.atlas import Procedure, load_atlas
from inplane.bench._patient_checks import ordered, paths, unseen, wanted
from inplane.bench._patient_look import looks
from inplane.bench._patient_seen import labels_of, seen
from inplane.bench._patient_spread import reached
from inplane.bench.report import Figure, Progress
from inplane.store import Cache

SEEDS = 10
QUICK = 6
FIRST_SEED, SEEDS_APART = 70_000, 100
"""Patients 70000 + i + 100 seed. Chosen: apart from those that windows were drawn on (1 to 20)."""
GROIN_ORDER = {
    "femoral_nerve_block": (
        ("femoral nerve", "lateral to", "femoral artery"),
        ("femoral vein", "medial to", "femoral artery"),
        ("femoral nerve", "below", "fascia iliaca"),
        ("femoral nerve", "above", "iliopsoas"),
    ),
    "hip_joint_injection": (
        ("anterior joint capsule", "above", "femur"),
        ("joint recess", "above", "femur"),
        ("iliopsoas", "above", "anterior joint capsule"),
        ("acetabular labrum", "medial to", "joint recess"),
        ("hip bone", "medial to", "acetabular labrum"),
    ),
}
"""What must be true of the groin's two views, as `Window.order`."""
GROIN_BEYOND = {
    "femoral_nerve_block": {
        "deep circumflex iliac artery": "from the inguinal ligament up to the iliac spine, above this plane",
    },
    "hip_joint_injection": {
        "femoral artery": "medial to the neck, over the head, at the picture's medial end or beyond it",
        "femoral vein": "medial to the artery, beyond the picture's medial end",
        "lateral femoral cutaneous nerve": "over sartorius towards the iliac spine, lateral to this plane",
        "lateral circumflex femoral artery": "crosses over the base of the neck, towards the foot from this plane",
    },
}
"""Critical structures that the groin's two views do not show, and where they lie instead, as `Window.beyond`."""
PROPERTIES = ("seen", "depth", "order", "path", "spread", "pathology")
"""seen: target, critical structures and what the atlas's view names are cut by the view's plane and differ in the
picture from what lies beside them, but for those that the window (or GROIN_BEYOND) says lie beyond it; of those that
the atlas says are mostly not told apart in life only the cut is asked, and they are counted apart. depth: the
target lies as deep as the atlas says. order: above, below and beside are right. path: a straight way in the picture
reaches the target, within the needle's length, past nothing solid, and keeps its margin. spread: the planned volume at
the target goes where it should. pathology: the reason for the visit is said and graded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one patient of one procedure fulfilled: property to what was missing, empty where nothing was."""

    procedure_id: str
    seed: int
    missing: dict[str, str]
    build_s: float
    load_s: float


def run(*, quick: bool, seed: int, progress: Progress, only: Sequence[str] = ()) -> list[Figure]:
    """Every figure.

    Args:
        quick: one patient of six procedures, drawn by seed, instead of ten of all.
        seed: which patients.
        progress: told what is looked at.
        only: procedures; all that have a patient if empty.

    Raises:
        UnknownNameError: no patient shows one of those procedures.
    """
    rng = np.random.default_rng(seed)
    known = tuple(only) or staged()
    for procedure_id in only:
        shown_by(procedure_id)
    chosen = sorted(rng.choice(np.array(known), min(QUICK, len(known)), replace=False)) if quick else list(known)
    for procedure_id in (GROIN_PROCEDURES[0], chosen[-1]):
        build_patient(str(procedure_id), seed, spacing_mm=1.5)  # so that no kernel is compiled while building is timed
    rows: list[Row] = []
    for number, procedure_id in enumerate(chosen):
        progress(str(procedure_id), number / len(chosen))
        first = FIRST_SEED + SEEDS_APART * seed
        rows += [look(str(procedure_id), first + i) for i in range(1 if quick else SEEDS)]
    return figures(rows)


def look(procedure_id: str, seed: int) -> Row:
    """One patient of one procedure against every property."""
    procedure = load_atlas().procedure(procedure_id)
    begun = time.process_time()
    patient = build_patient(procedure_id, seed)
    build_s = time.process_time() - begun
    missing = {name: check(patient, procedure) for name, check in _CHECKS.items()}
    return Row(procedure_id=procedure_id, seed=seed, missing=missing, build_s=build_s, load_s=_load_s(patient))


def _load_s(patient: Patient) -> float:
    """CPU seconds to read a patient that was kept on disk."""
    with TemporaryDirectory() as folder:
        disk = Cache(folder=Path(folder), limit_bytes=LIMIT_BYTES)
        disk.put("patient", to_bytes(patient))
        begun = time.process_time()
        data = disk.get("patient")
        assert data is not None
        from_bytes(data)
        return time.process_time() - begun


def figures(rows: Sequence[Row]) -> list[Figure]:
    """How many procedures passed, each one's share by property with the worst named, and what building costs."""
    by_procedure: dict[str, list[Row]] = {}
    for row in rows:
        by_procedure.setdefault(row.procedure_id, []).append(row)
    passed = [pid for pid, group in by_procedure.items() if not any(any(row.missing.values()) for row in group)]
    without = sorted(set(load_atlas().procedures) - set(staged()))
    why = f"of {len(by_procedure)} looked at; {len(without)} of the atlas's 50 have no patient yet"
    found = [Figure("procedures_passed", len(passed), "", n=len(rows), why=why), _sources(by_procedure)]
    found.append(_unseen(by_procedure))
    for pid, group in by_procedure.items():
        for name in PROPERTIES:
            faults = [f"seed {row.seed}: {row.missing[name]}" for row in group if row.missing[name]]
            share = 1 - len(faults) / len(group)
            found.append(Figure(f"{pid}_{name}", share, "", n=len(group), why=faults[0] if faults else None))
    spent = [row.build_s for row in rows]
    found.append(Figure("build_s_p95", float(np.percentile(spent, 95)), "s", n=len(spent), why="CPU of one patient"))
    read = float(np.percentile([row.load_s for row in rows], 95))
    return [*found, Figure("load_s_p95", read, "s", n=len(rows), why="CPU of one patient that was kept on disk")]


def _sources(by_procedure: dict[str, list[Row]]) -> Figure:
    """Share of the windows' numbers that name a source that was read."""
    windows = {id(w): w for w in (find_window(pid) for pid in by_procedure) if w is not None}
    ranges = [r for w in windows.values() for r in w.ranges.values()]
    cited = sum(not r.source.startswith("chosen") for r in ranges)
    share = cited / len(ranges) if ranges else None
    return Figure("window_numbers_cited", share, "", n=len(ranges), why="the others are chosen, each with its reason")


def _unseen(procedure_ids: Iterable[str]) -> Figure:
    """What the atlas says is mostly not told apart in life, so that no contrast is asked of it."""
    atlas = load_atlas()
    hidden = [(pid, name) for pid in procedure_ids for name in unseen(atlas.procedure(pid))]
    told = ", ".join(f"{name} ({pid})" for pid, name in hidden)
    return Figure("structures_unseen_in_life", len(hidden), "", n=len(hidden), why=told or None)


def _seen(patient: Patient, procedure: Procedure) -> str:
    """What the view does not show."""
    window = find_window(procedure.id)
    variants = window.variants if window is not None else ()
    beyond = GROIN_BEYOND.get(procedure.id, {}) if window is None else window.beyond
    views, hidden = looks(patient, procedure), unseen(procedure)
    names = [n for n in wanted(procedure) if n not in beyond and (labels_of(patient, n) or n not in variants)]
    found = [seen(patient, views, name) for name in names]
    return ", ".join(s.told for s in found if not (s.area_mm2 if s.name in hidden else s.shows))


def _depth(patient: Patient, procedure: Procedure) -> str:
    told, depth = procedure.target.depth_mm, float(patient.targets_mm[procedure.id][1])
    return "" if told.low <= depth <= told.high else f"{depth:.1f} mm, not {told.low:g} to {told.high:g}"


def _order(patient: Patient, procedure: Procedure) -> str:
    window = find_window(procedure.id)
    order = GROIN_ORDER[procedure.id] if window is None else window.order
    return ordered(patient, procedure, order) if order else "nothing is said of the order"


def _spread(patient: Patient, procedure: Procedure) -> str:
    window = find_window(procedure.id)
    return reached(patient, procedure, window.goes_to.get(procedure.id, "") if window is not None else "")


def _path(patient: Patient, procedure: Procedure) -> str:
    atlas = load_atlas()
    half, needle = atlas.probe(procedure.probe_id).chord_mm / 2, atlas.needle(procedure.needle_id).length_mm.value
    ways = list(paths(patient, procedure, half_face_mm=half))
    if not ways:
        return "every way meets something solid"
    best = max(ways, key=lambda way: way.clear_mm)
    clear = atlas.threshold("vessel_danger_mm").value
    if not any(way.clear_mm >= clear and way.length_mm < needle for way in ways):
        return f"the clearest way keeps {best.clear_mm:.1f} mm and is {best.length_mm:.0f} mm long"
    return ""


def _pathology(patient: Patient, procedure: Procedure) -> str:
    told = patient.indication.get(procedure.id, "")
    if not told:
        return "no reason for the visit"
    graded = "grade " in told.lower() or len(procedure.staging.grades) == 1
    return "" if graded else "the reason for the visit is not graded"


_CHECKS: dict[str, Callable[[Patient, Procedure], str]] = {
    "seen": _seen,
    "depth": _depth,
    "order": _order,
    "path": _path,
    "spread": _spread,
    "pathology": _pathology,
}
