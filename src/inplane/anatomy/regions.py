"""Which patient shows which procedure, and how it is built."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.anatomy.groin import build_groin
from inplane.anatomy.parameters import difficulty_parameters, sample_parameters
from inplane.anatomy.patient import Patient, Side
from inplane.anatomy.views import slice_labels, standard_view
from inplane.anatomy.window import Window, build_window
from inplane.anatomy.windows import WINDOWS
from inplane.atlas import Procedure, load_atlas
from inplane.core import InputError, UnknownNameError, require_range

Progress: TypeAlias = Callable[[str, float], None]
"""Called with what is being done and the share done, 0 to 1."""
GROIN = "groin"
GROIN_PROCEDURES = ("femoral_nerve_block", "hip_joint_injection")
_BY_PROCEDURE = {procedure: window for window in WINDOWS for procedure in window.procedures}
BUILT = (*GROIN_PROCEDURES, *_BY_PROCEDURE)
"""Ids of the procedures that a virtual patient is built for."""
PIXEL_MM = 0.3
"""Of the cut in which a lent view's target is looked for. Chosen: a small part's voxel."""


def staged() -> tuple[str, ...]:
    """Ids of the procedures that have a virtual patient: those built for, and those of the atlas that are staged like
    one of them."""
    lent = (name for name, entry in load_atlas().procedures.items() if entry.staging.like in BUILT)
    return (*BUILT, *(name for name in lent if name not in BUILT))


def shown_by(procedure_id: str) -> str:
    """The procedure whose patient and view show one: itself, or the one that its staging is like.

    Raises:
        UnknownNameError: no patient shows it yet.
    """
    known = staged()
    if procedure_id not in known:
        raise UnknownNameError("procedure with a virtual patient", procedure_id, known)
    like = load_atlas().procedure(procedure_id).staging.like
    return procedure_id if like is None or procedure_id in BUILT else like


def window_of(procedure_id: str) -> str:
    """Name of what is built for a procedure: procedures of one name share their patients.

    Raises:
        UnknownNameError: no patient shows it yet.
    """
    found = find_window(procedure_id)
    return GROIN if found is None else found.name


def find_window(procedure_id: str) -> Window | None:
    """The window that shows a procedure; None where the groin does.

    Raises:
        UnknownNameError: no patient shows it yet.
    """
    return _BY_PROCEDURE.get(shown_by(procedure_id))


def build_patient(
    procedure_id: str,
    seed: int,
    *,
    level: int | None = None,
    side: Side = "right",
    progress: Progress | None = None,
    spacing_mm: float | None = None,
) -> Patient:
    """The patient of a procedure, the same to the bit for the same arguments.

    Args:
        procedure_id: an atlas id that has a patient, see STAGED.
        seed: of fine structure and numbers.
        level: 0 easy to 4 hard; a usual patient if None.
        side: which side is treated.
        progress: told what is being done.
        spacing_mm: isotropic voxels; the region's own if None. Coarse ones are for tests.

    Raises:
        UnknownNameError: no patient shows that procedure, or the side is neither left nor right.
        RangeError: seed, level or spacing is outside its range.
        InputError: its target is not in the view that it borrows.
    """
    require_range("seed", seed, 0, 2**31 - 1)
    window, told = find_window(procedure_id), progress or _silent
    if window is None:
        parameters = sample_parameters(seed) if level is None else difficulty_parameters(seed, level)
        spacing = {} if spacing_mm is None else {"spacing_mm": spacing_mm}
        return lent(build_groin(seed, parameters=parameters, side=side, progress=told, **spacing), procedure_id)
    told(f"{window.name}: tissues, vessels, nerves and bones", 0.0)
    patient = build_window(window, seed, level=level, side=side, spacing_mm=spacing_mm)
    told("done", 1.0)
    return lent(patient, procedure_id)


def lent(patient: Patient, procedure_id: str) -> Patient:
    """A patient who also comes for a procedure that is staged like another one: same view and side, its own target.

    Raises:
        InputError: the target is not in that view.
    """
    like = shown_by(procedure_id)
    if like == procedure_id:
        return patient
    entry = load_atlas().procedure(procedure_id)
    same = load_atlas().procedure(like).target.structure == entry.target.structure
    target = patient.targets_mm[like] if same else _middle_of(patient, entry, like)
    return replace(
        patient,
        targets_mm={**patient.targets_mm, procedure_id: target},
        views={**patient.views, procedure_id: patient.views[like]},
        needle_from={**patient.needle_from, procedure_id: patient.needle_from.get(like, "lateral")},
        indication={**patient.indication, procedure_id: patient.indication[like]},
    )


def _middle_of(patient: Patient, entry: Procedure, like: str) -> NDArray[np.float64]:
    """The point of the target's structure that lies farthest from its edge in the view's plane."""
    pose, name = standard_view(patient, like).pose(0.0), entry.target.structure
    wide, deep = load_atlas().probe(entry.probe_id).chord_mm, entry.preset.depth_mm.value
    shape = (round(wide / PIXEL_MM), round(deep / PIXEL_MM))
    labels = [s.label for s in patient.structures if name in (s.name, s.belongs_to)]
    cut = np.isin(slice_labels(patient, pose, width_mm=wide, depth_mm=deep, shape=shape), labels)
    if not cut.any():
        raise InputError(
            f"'{entry.id}' is staged like '{like}', but its target '{name}' is not in that view of this patient. "
            f"Expected a structure that the view shows."
        )
    inside = cv2.distanceTransform(np.pad(cut, 1).astype(np.uint8), cv2.DIST_L2, 5)
    a, b = np.unravel_index(int(np.argmax(inside[1:-1, 1:-1])), shape)
    return pose.apply(np.array([(a + 0.5) * wide / shape[0] - wide / 2, (b + 0.5) * deep / shape[1], 0.0]))


def _silent(what: str, share: float) -> None:
    """Progress that nobody asked for."""
