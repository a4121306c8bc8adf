"""What a person knows of a procedure from other patients: how they looked, where probe and needle were put down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError, Point, ProbeControl
from inplane.guidance import Side
from inplane.operators.likeness import Example
from inplane.operators.palpate import Palpated, felt


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Earlier:
    """Another patient, right side, in whom the procedure went well.

    Args:
        example: the picture then.
        landmarks_mm: (3,) points on the skin by name.
        probe: how it was held.
        target_mm: (3,) where the tip ended.
        outward: +1 where the needle came from the end to which the picture's x grows, -1 at the other.
        steepness_rad: of the needle below the probe's face.
        clear_mm: how near the needle's way came to a vessel or a nerve's fascicles.
        sunk_mm: how far below the resting skin the picture began; of a curved face, whose ends stand higher, about 0.
    """

    example: Example
    landmarks_mm: Mapping[str, NDArray[np.float64]]
    probe: ProbeControl
    target_mm: NDArray[np.float64]
    outward: float
    steepness_rad: float
    clear_mm: float
    sunk_mm: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Textbook:
    """A procedure as it usually is.

    Args:
        examples: pictures.
        landmark: from which ways are counted.
        probe: held so, with its place counted from the landmark.
        beside_mm: (x, z) from the landmark to the skin over the target.
        depth_mm: of the target below the skin.
        outward, steepness_rad, clear_mm, sunk_mm: see `Earlier`.
    """

    examples: tuple[Example, ...]
    landmark: str
    probe: ProbeControl
    beside_mm: tuple[float, float]
    depth_mm: float
    outward: float
    steepness_rad: float
    clear_mm: float
    sunk_mm: float

    @property
    def target_mm(self) -> Point:
        """Where in the picture the target usually lies."""
        x, y = (fmean(axis) for axis in zip(*(example.target_mm for example in self.examples), strict=True))
        return x, y

    def of(self, side: Side) -> "Textbook":
        """For that side: the left one is the mirror image."""
        if side == "right":
            return self
        probe = self.probe
        return replace(
            self,
            examples=tuple(example.flipped() for example in self.examples),
            probe=replace(probe, x_mm=-probe.x_mm, rotate_rad=-probe.rotate_rad, rock_rad=-probe.rock_rad),
            beside_mm=(-self.beside_mm[0], self.beside_mm[1]),
            outward=-self.outward,
        )

    def view(self, palpated: Palpated) -> ProbeControl:
        """How the probe is put down by touch.

        Raises:
            UnknownNameError: the landmark was not felt.
        """
        x, z = felt(palpated, self.landmark)
        return replace(self.probe, x_mm=x + self.probe.x_mm, z_mm=z + self.probe.z_mm)


def learned(earlier: Sequence[Earlier]) -> Textbook:
    """What earlier patients have in common: of their landmarks the one from which the probe's place varied least.

    Raises:
        FormatError: no patient, or no landmark that all have.
    """
    shared = {
        name for name in (earlier[0].landmarks_mm if earlier else ()) if all(name in e.landmarks_mm for e in earlier)
    }
    if not shared:
        raise FormatError(f"{len(earlier)} earlier patients share no landmark. Expected at least one patient and one.")
    places = np.array([(one.probe.x_mm, one.probe.z_mm) for one in earlier])
    targets = np.array([one.target_mm for one in earlier])
    ways = {name: places - np.array([one.landmarks_mm[name][[0, 2]] for one in earlier]) for name in shared}
    landmark = min(ways, key=lambda name: float(ways[name].std(axis=0).max() + 0.01 * np.abs(ways[name]).max()))
    felt_mm = places - ways[landmark]
    (x_mm, z_mm), beside = ways[landmark].mean(axis=0), (targets[:, [0, 2]] - felt_mm).mean(axis=0)
    first = earlier[0].probe
    return Textbook(
        examples=tuple(one.example for one in earlier),
        landmark=landmark,
        probe=replace(
            first,
            x_mm=float(x_mm),
            z_mm=float(z_mm),
            rotate_rad=median(one.probe.rotate_rad for one in earlier),
            press_n=median(one.probe.press_n for one in earlier),
        ),
        beside_mm=(float(beside[0]), float(beside[1])),
        depth_mm=float(targets[:, 1].mean()),
        outward=earlier[0].outward,
        steepness_rad=median(one.steepness_rad for one in earlier),
        clear_mm=median(one.clear_mm for one in earlier),
        sunk_mm=fmean(one.sunk_mm for one in earlier),
    )
