"""Patients kept on disk, so that each is built once: by what it is a pure function of, and by its code."""

import hashlib
import io
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast
from zipfile import BadZipFile

import numba
import numpy as np
import scipy
from numpy.typing import NDArray

from inplane.anatomy.patient import Kind, Patient, Physiology, Side, Structure
from inplane.anatomy.regions import build_patient, lent, shown_by, window_of
from inplane.atlas import load_atlas
from inplane.core import ProbeControl, ResourceError, runtime
from inplane.store import Cache

Progress: TypeAlias = Callable[[str, float], None]
LIMIT_BYTES = 4 * 10**9
"""Chosen: a hundred patients or so; INPLANE_PATIENT_CACHE_BYTES says otherwise, and 0 keeps none."""
VOLUMES = ("labels_zxy", "echogenicity_zxy", "impedance_zxy")


def patient_cache() -> Cache:
    """The user's own: `patients` in the folder that compiled kernels lie in.

    Raises:
        RangeError: INPLANE_PATIENT_CACHE_BYTES is not a size.
    """
    told = os.environ.get("INPLANE_PATIENT_CACHE_BYTES", str(LIMIT_BYTES))
    limit = int(told) if told.isdecimal() else -1
    return Cache(folder=runtime.default_cache_root() / "patients", limit_bytes=limit)


def find_patient(
    procedure_id: str,
    seed: int,
    *,
    level: int | None = None,
    side: Side = "right",
    progress: Progress | None = None,
    kept: Cache | None = None,
) -> Patient:
    """The patient that `build_patient` builds, from disk where it was built before.

    Args:
        procedure_id, seed, level, side, progress: see `build_patient`.
        kept: where patients are kept; the user's own cache if None.

    Raises:
        UnknownNameError, RangeError, InputError: see `build_patient` and `patient_cache`.
    """
    kept = kept or patient_cache()
    key = f"{window_of(procedure_id).replace(' ', '_')}-{seed}-{level}-{side}-{code_version()}.npz"
    found = kept.get(key) if kept.limit_bytes else None
    if found is not None and (patient := _read(found)) is not None:
        if progress is not None:
            progress("read from disk", 1.0)
        return lent(patient, procedure_id)
    patient = build_patient(shown_by(procedure_id), seed, level=level, side=side, progress=progress)
    if kept.limit_bytes:
        with suppress(ResourceError):  # a full disk costs time, not the session
            kept.put(key, to_bytes(patient))
    return lent(patient, procedure_id)


@cache
def code_version() -> str:
    """A short hash of what else a patient comes from: this room's code, the atlas's tissues, libraries."""
    package = Path(__file__).parent
    digest = hashlib.sha256(" ".join((np.__version__, scipy.__version__, numba.__version__)).encode())
    digest.update(repr(load_atlas().tissues).encode())
    for path in sorted(package.rglob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def to_bytes(patient: Patient) -> bytes:
    """A patient as an npz file: three volumes, and the rest as JSON."""
    rest = {name: value for name, value in _fields(patient).items() if name not in VOLUMES}
    text = json.dumps(rest, default=_plain).encode()
    out = io.BytesIO()
    np.savez(out, rest=np.frombuffer(text, np.uint8), **{name: getattr(patient, name) for name in VOLUMES})
    return out.getvalue()


def from_bytes(data: bytes) -> Patient:
    """What `to_bytes` wrote.

    Raises:
        ValueError, KeyError, TypeError, EOFError, OSError, BadZipFile: it is something else, or damaged.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        rest: dict[str, Any] = json.loads(file["rest"].tobytes())
        volumes = {name: file[name] for name in VOLUMES}
    rest["origin_mm"] = np.array(rest["origin_mm"])
    rest["structures"] = tuple(_structure(one) for one in rest["structures"])
    rest["physiology"] = Physiology(**rest["physiology"])
    for name in ("landmarks_mm", "targets_mm"):
        rest[name] = {key: np.array(value) for key, value in rest[name].items()}
    rest["views"] = {key: ProbeControl(**value) for key, value in rest["views"].items()}
    return Patient(**rest, **volumes)


def _read(data: bytes) -> Patient | None:
    """A kept patient, or None where its file is damaged: then it is built anew."""
    try:
        return from_bytes(data)
    except (ValueError, KeyError, TypeError, EOFError, OSError, BadZipFile):
        return None


def _fields(patient: Patient) -> dict[str, Any]:
    return {name: getattr(patient, name) for name in patient.__dataclass_fields__}


def _structure(told: dict[str, Any]) -> Structure:
    for name in ("fiber_direction", "centreline_mm", "radius_mm"):
        told[name] = None if told[name] is None else np.array(told[name], np.float64)
    told["kind"] = Kind(told["kind"])
    return Structure(**told)


def _plain(value: Any) -> Any:
    """Values that JSON does not know: arrays, numbers of numpy, small records."""
    if isinstance(value, np.ndarray | np.generic):
        return cast(NDArray[Any], value).tolist()
    return asdict(value)
