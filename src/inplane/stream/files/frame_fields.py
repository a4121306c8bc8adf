"""What sequence files say of each frame, made into transforms, time stamps and validity, and back into text.

PLUS, 3D Slicer and this project write one line a value: `Seq_Frame0007_ProbeToTrackerTransform = ...`, and beside each
transform its `...TransformStatus`, beside the picture its `ImageStatus` (MetaImage) or `Status` (NRRD).

References:
    IGSIO, vtkIGSIOMetaImageSequenceIO.cxx and vtkIGSIONrrdSequenceIO.cxx.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite
from statistics import median

import numpy as np
from numpy.typing import NDArray

from inplane.core import TrackedTransform

PREFIX = "Seq_Frame"
IMAGE_STATUS = ("ImageStatus", "Status")
"""Names of the picture's own status in MetaImage and in NRRD."""
_TRANSFORM, _STATUS, _TIME = "Transform", "TransformStatus", "Timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What was told of one frame, pixels apart.

    Args:
        time_s: its time stamp on the recorder's clock; None where it has none.
        valid: False where the picture is marked as not to be used.
        transforms: poses of tracked things.
        fields: everything else, by its own names, as text.
    """

    time_s: float | None = None
    valid: bool = True
    transforms: tuple[TrackedTransform, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


def split_name(name: str) -> tuple[int, str] | None:
    """Frame number and field of `Seq_Frame0007_Timestamp`; None where the name is no such name."""
    if name[: len(PREFIX)].lower() != PREFIX.lower():
        return None
    number, underscore, rest = name[len(PREFIX) :].partition("_")
    if not underscore or not rest or not (number.isascii() and number.isdigit()) or len(number) > 9:
        return None
    return int(number), rest


def moment_of(told: Mapping[str, str]) -> Moment:
    """What a frame's fields say; a transform without 16 numbers stays a field, one that is not finite is invalid."""
    rest = dict(told)
    time_s = number_of(rest.get(_TIME, ""))
    if time_s is not None:
        rest.pop(_TIME)
    valid = True
    for name in IMAGE_STATUS:
        status = rest.get(name)
        if status is not None:
            valid = valid and _is_ok(status)
            if _is_plain(status):
                rest.pop(name)
    transforms: list[TrackedTransform] = []
    for name in [name for name in rest if name.endswith(_TRANSFORM) and name != _TRANSFORM]:
        matrix = _matrix_of(rest[name])
        if matrix is None:
            continue
        status = rest.get(name.removesuffix(_TRANSFORM) + _STATUS, "OK")
        good = _is_ok(status) and bool(np.isfinite(matrix).all())
        transforms.append(TrackedTransform(name=name.removesuffix(_TRANSFORM), matrix=matrix, valid=good))
        rest.pop(name)
        if _is_plain(status):
            rest.pop(name.removesuffix(_TRANSFORM) + _STATUS, None)
    return Moment(time_s=time_s, valid=valid, transforms=tuple(transforms), fields=rest)


def told_of(moment: Moment, image_status: str) -> Iterator[tuple[str, str]]:
    """The fields that say this moment, name and value; `moment_of` of them is the same moment.

    Args:
        moment: what to say.
        image_status: the name that the file's format has for the picture's status.
    """
    for transform in moment.transforms:
        yield transform.name + _TRANSFORM, " ".join(map(_text, transform.matrix.ravel().tolist()))
        if transform.name + _STATUS not in moment.fields:
            yield transform.name + _STATUS, "OK" if transform.valid else "INVALID"
    if moment.time_s is not None:
        yield _TIME, _text(moment.time_s)
    yield from moment.fields.items()
    if not any(name in moment.fields for name in IMAGE_STATUS):
        yield image_status, "OK" if moment.valid else "INVALID"


def number_of(text: str) -> float | None:
    """A finite number; None of anything else. A decimal comma is none: nobody can tell it from a list."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def rate_of(moments: Iterable[Moment]) -> float | None:
    """Frames a second by the median distance of time stamps; None where they do not grow."""
    times = [moment.time_s for moment in moments if moment.time_s is not None]
    steps = [later - earlier for earlier, later in pairwise(times)]
    step = median(steps) if steps else 0.0
    return 1 / step if step > 1e-4 else None


def _matrix_of(text: str) -> NDArray[np.float64] | None:
    """(4, 4) of sixteen numbers; what Microsoft's library wrote for infinities (1.#INF, -1.#IND) counts as NaN."""
    words = text.split()
    if len(words) != 16:
        return None
    try:
        return np.array([np.nan if "#" in word else float(word) for word in words]).reshape(4, 4)
    except ValueError:
        return None


def _text(value: float) -> str:
    """A number with all its digits; whole ones without a point, as PLUS writes them, but for minus zero."""
    whole = value.is_integer() and abs(value) < 1e15 and not (value == 0 and str(value)[0] == "-")
    return str(int(value)) if whole else repr(value)


def _is_ok(status: str) -> bool:
    return status.strip().upper() == "OK"


def _is_plain(status: str) -> bool:
    """Whether True and False say all that the status says."""
    return status.strip().upper() in ("OK", "INVALID")
