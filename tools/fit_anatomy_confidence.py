"""What the anatomy net's logits are worth: how often a region or a lumen of so much sureness is right.

    python tools/fit_anatomy_confidence.py

Looks once at every held-out still of usgra-seg, fits a logistic curve for nerves (SURENESS), for vessels that the net
alone sees (ALONE) and for lumens by both witnesses (JOINT), and prints them. Each is also fitted on either half of the
stills and tried on the other: how far those lie apart is how well it is known.
"""

from dataclasses import dataclass, field
from math import log
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from inplane.bench._perception_outlines import instances, iou
from inplane.core import runtime
from inplane.perception.anatomy_input import KINDS
from inplane.perception.anatomy_maps import mean_within, regions_of
from inplane.perception.anatomy_model import AnatomyModel
from inplane.perception.images import Ellipse, within
from inplane.perception.nerves import LEAST_MM2
from inplane.perception.prepare import Prepared, prepare
from inplane.perception.vessel_join import CAP, vessel_regions
from inplane.perception.vessels import VesselFinder
from inplane.trials.outlined import NERVE, VESSEL, held_out, usgra_labelled, usgra_names

RIDGE = 0.03
HALF = 0.5
Mask = NDArray[np.bool_]


@dataclass(slots=True)
class Cases:
    """What was seen, by still: terms, and whether it is right."""

    still: list[int] = field(default_factory=list[int])
    terms: list[list[float]] = field(default_factory=list[list[float]])
    right: list[bool] = field(default_factory=list[bool])

    def add(self, still: int, terms: list[float], right: bool) -> None:
        """One more."""
        self.still.append(still)
        self.terms.append(terms)
        self.right.append(right)


def gathered() -> dict[str, Cases]:
    """Nerves, vessels that the net alone sees, and lumens, of every held-out still."""
    model, finder, kept = AnatomyModel(), VesselFinder(), held_out()
    found = {"SURENESS": Cases(), "ALONE": Cases(), "JOINT": Cases()}
    stills = usgra_labelled(name for name in usgra_names() if name in kept)
    for number, (_, frame, mask) in enumerate(stills):
        prepared = prepare(frame)
        nerve, vessel = (model.look(prepared)[KINDS.index(kind)] for kind in ("nerve", "vessel"))
        nerves, vessels = (_parts(mask == value, prepared) for value in (NERVE, VESSEL))
        for region in regions_of(nerve, LEAST_MM2 / (2 * prepared.grid.pixel_mm) ** 2):
            found["SURENESS"].add(number, [region.sureness], any(iou(part, region.mask) >= HALF for part in nerves))
        for region in vessel_regions(vessel, prepared.grid):
            shape = _filled(region.ellipse, prepared)
            found["ALONE"].add(number, [region.sureness], any(iou(part, shape) >= HALF for part in vessels))
        for lumen in finder.find(prepared, ()):
            shape, own = _filled(lumen.ellipse, prepared), log(lumen.score / max(1e-9, 1 - lumen.score))
            terms = [_capped(own), _capped(mean_within(vessel, lumen.ellipse))]
            found["JOINT"].add(number, terms, any(iou(part, shape) >= HALF for part in vessels))
    return found


def _parts(mask: Mask, prepared: Prepared) -> list[Mask]:
    """The parts of a mask, (lines, samples), on the coarse grid."""
    rows, columns = prepared.valid_coarse.shape
    flat = np.ascontiguousarray(mask.T.astype(np.uint8))
    return instances(np.asarray(cv2.resize(flat, (columns, rows), interpolation=cv2.INTER_NEAREST)) > 0)


def _filled(ellipse: Ellipse, prepared: Prepared) -> Mask:
    """An ellipse on the coarse grid."""
    y, x = np.indices(prepared.valid_coarse.shape)
    return within(ellipse, x, y)


def _capped(logit: float) -> float:
    return min(CAP, max(-CAP, logit))


def fitted(terms: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Constant and weights of the logistic curve."""
    x = np.column_stack((np.ones(len(terms)), terms))

    def loss(w: NDArray[np.float64]) -> float:
        s = x @ w
        return float((np.logaddexp(0, s) - right * s).sum() + 0.5 * RIDGE * (w[1:] ** 2).sum())

    by: Any = optimize  # it comes without types
    return np.asarray(by.minimize(loss, np.zeros(x.shape[1])).x, np.float64)


def tried(weights: NDArray[np.float64], terms: NDArray[np.float64], right: NDArray[np.float64]) -> str:
    """How a curve does on cases: its calibration error over ten bins, and those that it says."""
    p = 1 / (1 + np.exp(-(weights[0] + terms @ weights[1:])))
    bins = np.minimum(9, (10 * p).astype(int))
    error = sum(abs(float((p - right)[bins == k].sum())) for k in range(10)) / len(p)
    said = p >= HALF
    share = float(right[said].mean()) if said.any() else 0.0
    return f"calibration error {error:.3f}, {int(said.sum())} said, {share:.2f} of them right"


def main() -> None:
    """Gathers, fits, prints."""
    runtime.start()
    for name, cases in gathered().items():
        terms, right, still = np.array(cases.terms), np.array(cases.right, np.float64), np.array(cases.still)
        whole = fitted(terms, right)
        print(f"{name} = {tuple(round(float(w), 2) for w in whole)}: {len(right)} cases, {int(right.sum())} right")
        print(f"  on these: {tried(whole, terms, right)}")
        for half in (0, 1):
            learn, test = still % 2 == half, still % 2 != half
            part = fitted(terms[learn], right[learn])
            print(f"  half {half}: {np.round(part, 2).tolist()}; on the other: {tried(part, terms[test], right[test])}")


if __name__ == "__main__":
    main()
