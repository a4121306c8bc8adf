"""Patients on disk: the same to the bit, built anew where a file is damaged, none kept where nothing may be."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inplane.anatomy import Patient, build_groin, find_patient, kept
from inplane.anatomy.kept import from_bytes, patient_cache, to_bytes
from inplane.anatomy.regions import find_window
from inplane.anatomy.window import build_window
from inplane.core import RangeError, UnknownNameError
from inplane.store import Cache


def coarse(procedure_id: str, seed: int, *, level: int | None = None, side: Any = "right", **_: Any) -> Patient:
    window = find_window(procedure_id)
    if window is None:
        return build_groin(seed, side=side, spacing_mm=2.0)
    return build_window(window, seed, level=level, side=side, spacing_mm=1.2)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if hasattr(a, "__dataclass_fields__"):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    return bool(a == b)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("procedure_id", ["hip_joint_injection", "carpal_tunnel_injection"])
def test_what_was_kept_is_the_same_to_the_bit(procedure_id: str, side: str) -> None:
    patient = coarse(procedure_id, 4, side=side)
    again = from_bytes(to_bytes(patient))
    for field in fields(patient):
        assert same(getattr(patient, field.name), getattr(again, field.name)), field.name


def test_a_patient_is_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []

    def counted(procedure_id: str, seed: int, **options: Any) -> Patient:
        built.append(procedure_id)
        return coarse(procedure_id, seed, **options)

    monkeypatch.setattr(kept, "build_patient", counted)
    disk = Cache(folder=tmp_path, limit_bytes=10**9)
    first = find_patient("knee_joint_injection", 5, level=2, kept=disk)
    told: list[tuple[str, float]] = []
    again = find_patient("knee_joint_injection", 5, level=2, kept=disk, progress=lambda *said: told.append(said))
    assert same(again, first)
    assert told == [("read from disk", 1.0)]
    assert same(find_patient("knee_prp_injection", 5, level=2, kept=disk), first)  # the two share a view
    assert built == ["knee_joint_injection"]
    others: list[dict[str, Any]] = [
        {"seed": 6, "level": 2},
        {"seed": 5, "level": 3},
        {"seed": 5},
        {"seed": 5, "level": 2, "side": "left"},
    ]
    for other in others:
        find_patient("knee_joint_injection", kept=disk, **other)
    assert len(built) == 5


def test_a_damaged_file_is_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "build_patient", coarse)
    disk = Cache(folder=tmp_path, limit_bytes=10**9)
    first = find_patient("carpal_tunnel_injection", 5, kept=disk)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole.replace(b"PK", b"XX"), b"not a file of ours"):
        file.write_bytes(damaged)
        assert same(find_patient("carpal_tunnel_injection", 5, kept=disk), first)
        assert file.read_bytes() == whole


def test_other_code_is_another_patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "build_patient", coarse)
    disk = Cache(folder=tmp_path, limit_bytes=10**9)
    find_patient("carpal_tunnel_injection", 5, kept=disk)
    monkeypatch.setattr(kept, "code_version", lambda: "other")
    find_patient("carpal_tunnel_injection", 5, kept=disk)
    assert len(list(tmp_path.iterdir())) == 2


def test_no_room_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "build_patient", coarse)
    monkeypatch.setenv("INPLANE_CACHE", str(tmp_path))
    monkeypatch.setenv("INPLANE_PATIENT_CACHE_BYTES", "0")
    find_patient("carpal_tunnel_injection", 5)
    assert list(tmp_path.iterdir()) == []
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert find_patient("carpal_tunnel_injection", 5, kept=Cache(folder=blocked, limit_bytes=10**9)).seed == 5


def test_what_cannot_be_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError, match="procedure with a virtual patient"):
        find_patient("tooth_block", 1, kept=Cache(folder=tmp_path, limit_bytes=10))
    monkeypatch.setenv("INPLANE_PATIENT_CACHE_BYTES", "much")
    with pytest.raises(RangeError, match="cache limit_bytes"):
        patient_cache()
