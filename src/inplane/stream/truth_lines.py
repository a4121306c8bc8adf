"""Truth as lines of JSON and label maps, and back."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Structure
from inplane.core import FormatError, Geometry, Pose, Space
from inplane.physics.needle import TipIn
from inplane.stream.lines import Line, to_json
from inplane.world import Truth, TruthEvent, edges_mm, outlines_of

SCALARS = (
    "sequence",
    "time_s",
    "tip_in_plane",
    "tip_contrast_db",
    "tip_structure",
    "needle_passes",
    "vein_open",
    "advance_unseen_mm",
)


def truth_line(truth: Truth) -> str:
    """One line of JSON: everything but the maps, from which outlines are drawn again."""
    pose = truth.T_patient_image
    events = [[event.kind, event.structure, event.time_s, event.detail] for event in truth.events]
    return to_json(
        {name: getattr(truth, name) for name in SCALARS}
        | {
            "rotation": pose.rotation,
            "translation_mm": pose.translation_mm,
            "needle_points_image_mm": truth.needle_points_image_mm,
            "needle_shown_image_mm": truth.needle_shown_image_mm,
            "targets_image_mm": dict(truth.targets_image_mm),
            "injected_ml": dict(truth.injected_ml),
            "events": events,
            "tip_in": truth.tip_in,
        }
    )


def structure_table(structures: Iterable[Structure]) -> list[list[Any]]:
    """What the labels mean, for a manifest."""
    return [[s.label, s.name, s.kind.value, s.tissue, s.belongs_to] for s in structures]


def structures_of(table: list[list[Any]]) -> tuple[Structure, ...]:
    """The structures of a manifest's table.

    Raises:
        FormatError: it is not such a table.
    """
    try:
        return tuple(
            Structure(label=label, name=name, kind=Kind(kind), tissue=tissue, belongs_to=whole)
            for label, name, kind, tissue, whole in table
        )
    except (TypeError, ValueError) as error:
        raise FormatError(f"The truth's table of structures cannot be read: {error}.") from error


def truth_of_line(
    line: Line,
    labels: NDArray[np.uint8],
    spread: NDArray[np.bool_],
    structures: tuple[Structure, ...],
    grid: Geometry,
) -> Truth:
    """The truth that a line and its maps hold.

    Raises:
        FormatError: a field is missing or of the wrong shape.
    """
    try:
        needle = np.array(line["needle_points_image_mm"], np.float64).reshape(-1, 3)
        return Truth(
            **{name: line[name] for name in SCALARS},
            T_patient_image=Pose(
                to_space=Space.PATIENT,
                from_space=Space.IMAGE,
                rotation=np.array(line["rotation"]),
                translation_mm=np.array(line["translation_mm"]),
            ),
            needle_points_image_mm=needle,
            needle_shown_image_mm=np.array(line.get("needle_shown_image_mm", []), np.float64).reshape(-1, 3),
            tip_image_mm=needle[-1] if len(needle) else None,
            labels_line_sample=labels,
            label_names={s.label: s.name for s in structures},
            outlines=outlines_of(structures, labels, grid),
            targets_image_mm={name: np.array(at) for name, at in line["targets_image_mm"].items()},
            spread_line_sample=spread,
            spread_outlines_mm=edges_mm(spread, grid),
            injected_ml=line["injected_ml"],
            events=tuple(
                TruthEvent(kind=kind, structure=structure, time_s=at, detail=detail)
                for kind, structure, at, detail in line["events"]
            ),
            tip_in=None if line.get("tip_in") is None else TipIn(line["tip_in"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"A recorded truth cannot be read: {error!r}.") from error
