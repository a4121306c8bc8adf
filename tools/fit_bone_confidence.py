"""How likely a bright surface with a dark behind it is bone, by its mean score and width; prints SURENESS for
`perception.bone`.

    python tools/fit_bone_confidence.py

Surfaces of usgra-seg that one reader judged (`bench/usgra_bones.tsv`), and those of the tracked bone of another
scanner, which are all bone; the latter count a tenth each, since they are one bone seen again and again. Each quarter
of the stills is also judged by what the others fitted.
"""

from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from inplane.bench._perception_real import bone_frames, judged_surfaces
from inplane.bench._perception_stills import SAME_SURFACE_MM
from inplane.core import runtime
from inplane.perception.bone import BoneFinder
from inplane.perception.prepare import prepare

TRACKED, RIDGE, PARTS = 0.1, 0.02, 4
Array = NDArray[np.float64]


def gathered() -> Array:
    """(n, 6) of each surface: 1, score, log of width, whether it is bone, weight, number of its still."""
    rows: list[list[float]] = []
    for number, (frame, places) in enumerate(judged_surfaces()):
        found = BoneFinder().surfaces(prepare(frame))
        for x, y, is_bone in places:
            for bone, score in found:
                if np.hypot(*(bone.points_mm - (x, y)).T).min() < SAME_SURFACE_MM:
                    rows.append([1.0, score, log(np.ptp(bone.points_mm[:, 0])), float(is_bone), 1.0, number])
                    break
    for frame, _ in bone_frames():
        for bone, score in BoneFinder().surfaces(prepare(frame)):
            rows.append([1.0, score, log(np.ptp(bone.points_mm[:, 0])), 1.0, TRACKED, -1])
    return np.array(rows)


def fit(rows: Array) -> Array:
    """The three terms by maximum likelihood with a little ridge."""

    def cost(terms: Any) -> float:
        logit = rows[:, :3] @ terms
        return float(
            (rows[:, 4] * (np.logaddexp(0, logit) - rows[:, 3] * logit)).sum() + RIDGE * (terms[1:] ** 2).sum()
        )

    found: Any = optimize.minimize(cost, np.zeros(3))
    return np.asarray(found.x)


def main() -> None:
    """Fits and prints."""
    runtime.start()
    rows = gathered()
    judged = rows[rows[:, 5] >= 0]
    constant, of_score, of_width = fit(rows)
    print(f"SURENESS = ({constant:.2f}, {of_score:.2f}, {of_width:.2f})    # {len(judged)} judged, {len(rows)} in all")
    apart = np.zeros(len(judged))
    for part in range(PARTS):
        inside = judged[:, 5] % PARTS == part
        terms = fit(rows[(rows[:, 5] < 0) | (rows[:, 5] % PARTS != part)])
        apart[inside] = 1 / (1 + np.exp(-judged[inside, :3] @ terms))
    print(f"mean square of confidence less truth, by the others' fit: {((apart - judged[:, 3]) ** 2).mean():.3f}")
    for low, high in ((0.0, 0.3), (0.3, 0.5), (0.5, 0.75), (0.75, 1.0)):
        there = (apart >= low) & (apart < high)
        share = f"{judged[there, 3].mean():.2f}" if there.any() else "-"
        print(f"said {low:.2f} to {high:.2f}: {share} of {int(there.sum())} are bone")


if __name__ == "__main__":
    main()
