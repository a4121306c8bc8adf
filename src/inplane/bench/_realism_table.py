"""The table of image statistics: simulated views and blocks of single tissues against the real sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.bench._realism_statistics import (
    UNITS,
    contrast,
    histogram_distance,
    view_statistics,
    window_statistics,
    windows,
)
from inplane.bench._realism_still import PIXEL_MM, Still, apart
from inplane.bench.report import Figure

TISSUES: Mapping[str, int] = {"nerve": 1, "vessel": 2, "muscle": 3, "bone": 4, "tendon": 6}
"""Value of each tissue in a still's kinds."""
MUSCLE_DEPTH_MM = 12.0
"""Depth below which the long-muscle stills, which nobody outlined, show muscle. chosen: below skin and fat in all."""
WITHIN_SHARE, SURFACE_SHARE = 0.7, 0.2
"""Share of a window that must lie within the tissue; of bone, which is a line, within its surface. chosen: mostly; and
the line crosses most of the window."""
SURFACE_MM = 0.5
"""Half the thickness of a bone's surface, as the real one is drawn (`_realism_real.bone`)."""
OF_WINDOWS = ("speckle_snr", "axial_width", "lateral_width", "axial_slope", "lateral_slope")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sets:
    """What is compared.

    Args:
        views: simulated groin views.
        blocks: simulated blocks by tissue; a tissue that cannot be built is missing.
        real: real sets by name; usgra_seg is the one that simulated views are held against.
    """

    views: Sequence[Still]
    blocks: Mapping[str, Sequence[Still]]
    real: Mapping[str, Sequence[Still]]


def table_figures(sets: Sets) -> list[Figure]:
    """Every row of the table."""
    figures = [*_view_rows(sets)]
    for tissue in TISSUES:
        figures += _tissue_rows(tissue, sets)
    for name, tissue in (("vessel", "vessel"), ("nerve", "nerve")):
        figures += _contrast_rows(name, TISSUES[tissue], sets)
    return figures


def _view_rows(sets: Sets) -> list[Figure]:
    """Statistics of whole pictures: simulated, each real set, and how well the number alone tells them from usgra."""
    measured = {name: [view_statistics(still.grey) for still in stills] for name, stills in sets.real.items()}
    measured["simulated"] = [view_statistics(still.grey) for still in sets.views]
    figures: list[Figure] = []
    for statistic, unit in UNITS.items():
        values = {
            name: np.array([one[statistic] for one in found if statistic in one]) for name, found in measured.items()
        }
        for name in ("simulated", *sets.real):
            figures.append(_median(f"view_{statistic}_{name}", values[name], unit))
        if len(values["simulated"]) and len(values.get("usgra_seg", ())):
            told = apart(values["simulated"], values["usgra_seg"])
            figures.append(Figure(f"view_{statistic}_auc", told, why="alone, simulated against usgra_seg"))
    greys = {name: [still.grey for still in stills] for name, stills in sets.real.items()}
    for name, real in greys.items():
        if real and sets.views:
            distance = histogram_distance([still.grey for still in sets.views], real)
            figures.append(Figure(f"view_grey_distance_{name}", distance, "grey", n=len(real)))
    return figures


def _tissue_rows(tissue: str, sets: Sets) -> list[Figure]:
    """Statistics of one tissue: in groin views, in its block, in the real set that shows it."""
    groups: dict[str, list[tuple[NDArray[np.float32], NDArray[np.bool_]]]] = {
        "groin": [(still.grey, mask_of(still, tissue)) for still in sets.views],
        "block": [(still.grey, mask_of(still, tissue)) for still in sets.blocks.get(tissue, ())],
        "real": _real_tissue(tissue, sets.real),
    }
    share = SURFACE_SHARE if tissue == "bone" else WITHIN_SHARE
    figures: list[Figure] = []
    for name, pictures in groups.items():
        found = [
            window_statistics(window) for grey, mask in pictures for window in windows(grey, mask, share) if mask.any()
        ]
        for statistic in OF_WINDOWS:
            values = np.array([one[statistic] for one in found])
            figures.append(_median(f"{tissue}_{statistic}_{name}", values, UNITS[statistic]))
    real = [grey[mask] for grey, mask in groups["real"] if mask.any()]
    for name in ("groin", "block"):
        ours = [grey[mask] for grey, mask in groups[name] if mask.any()]
        if ours and real:
            distance = histogram_distance(ours, real)
            figures.append(Figure(f"{tissue}_grey_distance_{name}", distance, "grey", n=len(ours)))
    return figures


def mask_of(still: Still, tissue: str) -> NDArray[np.bool_]:
    """(rows, columns) where a simulated picture shows a tissue; of bone only the surface, the rest being shadow."""
    mask = still.kinds == TISSUES[tissue]
    if tissue != "bone":
        return mask
    columns = np.flatnonzero(mask.any(axis=0))
    top = mask.argmax(axis=0)[columns]
    half = round(SURFACE_MM / PIXEL_MM)
    surface = np.zeros_like(mask)
    for offset in range(-half, half + 1):
        surface[np.clip(top + offset, 0, len(mask) - 1), columns] = True
    return surface


def _real_tissue(
    tissue: str, real: Mapping[str, Sequence[Still]]
) -> list[tuple[NDArray[np.float32], NDArray[np.bool_]]]:
    """Pictures and masks of a tissue in the real set that shows it; none for tendon, of which there is no set."""
    if tissue in ("nerve", "vessel"):
        return [(still.grey, still.kinds == TISSUES[tissue]) for still in real.get("usgra_seg", ())]
    if tissue == "bone":
        return [(still.grey, still.kinds == TISSUES[tissue]) for still in real.get("plus_tracked_bone", ())]
    if tissue == "muscle":
        return [(still.grey, _deep(still.grey)) for still in real.get("timtrack_muscle", ())]
    return []


def _deep(grey: NDArray[np.float32]) -> NDArray[np.bool_]:
    mask = np.zeros(grey.shape, np.bool_)
    mask[round(10 * MUSCLE_DEPTH_MM) : round(10 * (MUSCLE_DEPTH_MM + 15))] = True
    return mask


def _contrast_rows(name: str, kind: int, sets: Sets) -> list[Figure]:
    """gCNR of a kind against its surround, in simulated views, in blocks, and in the real sets that outline it."""
    groups: dict[str, Sequence[Still]] = {
        "groin": sets.views,
        "block": sets.blocks.get(name, ()),
        "usgra_seg": sets.real.get("usgra_seg", ()),
        "ctu_carotids": sets.real.get("ctu_carotids", ()),
    }
    rows = {place: [contrast(still, kind) for still in stills] for place, stills in groups.items()}
    return [
        _median(f"gcnr_{name}_{place}", np.array([value for value in values if value is not None]), "")
        for place, values in rows.items()
    ]


def _median(name: str, values: NDArray[np.float64], unit: str) -> Figure:
    """Median with the quartiles in words; None where there was nothing."""
    if not len(values):
        return Figure(name, None, unit, why="nothing that could be measured was drawn or is at hand")
    low, high = np.percentile(values, [25, 75])
    return Figure(name, float(np.median(values)), unit, n=len(values), why=f"quartiles {low:.3g} to {high:.3g}")
