"""Rigid transforms between named spaces; a mismatch raises and names both.

Spaces (right-handed, mm):
    PATIENT  LPS: x to the patient's left, y to the back, z to the head.
    PROBE    origin at the middle of the probe face; x along the face to the marked side, y into the tissue, z = x × y.
    IMAGE    the imaging plane: x and y as in PROBE (MF), z = 0 in the plane. Until a probe is calibrated otherwise the
             two coincide.
    NEEDLE   origin at the tip, x along the shaft towards the tip, y to the side the bevel faces.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inplane.core.errors import FormatError, SpaceError


def _is_rotation(rows: list[list[float]]) -> bool:
    """Whether three rows of three are orthonormal to 1e-6 and right-handed; in plain numbers, which cost less here."""
    (a, b, c), (d, e, f), (g, h, i) = rows
    lengths = (a * a + b * b + c * c - 1.0, d * d + e * e + f * f - 1.0, g * g + h * h + i * i - 1.0)
    angles = (a * d + b * e + c * f, a * g + b * h + c * i, d * g + e * h + f * i)
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return determinant > 0 and all(abs(number) <= 1e-6 for number in (*lengths, *angles))


class Space(StrEnum):
    """A named coordinate space."""

    PATIENT = "patient"
    PROBE = "probe"
    IMAGE = "image"
    NEEDLE = "needle"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """A rigid transform that takes points of `from_space` to `to_space`; written `T_to_from`.

    Args:
        to_space, from_space: the two spaces.
        rotation: (3, 3) proper rotation.
        translation_mm: (3,) origin of `from_space` in `to_space`.

    Raises:
        FormatError: wrong shapes, numbers that are not finite, or a matrix that is not a rotation (tolerance 1e-6).
    """

    to_space: Space
    from_space: Space
    rotation: NDArray[np.float64]
    translation_mm: NDArray[np.float64]

    def __post_init__(self) -> None:
        rotation = np.array(self.rotation, dtype=np.float64)
        translation = np.array(self.translation_mm, dtype=np.float64)
        if rotation.shape != (3, 3) or translation.shape != (3,):
            raise FormatError(
                f"Pose has rotation {rotation.shape} and translation {translation.shape}. Expected (3, 3) and (3,)."
            )
        rows: list[list[float]] = rotation.tolist()
        if not all(isfinite(number) for row in (*rows, translation.tolist()) for number in row):
            raise FormatError("Pose holds numbers that are not finite.")
        if not _is_rotation(rows):
            raise FormatError("Pose has a matrix that is not a rotation. Expected orthonormal with determinant 1.")
        rotation.flags.writeable = translation.flags.writeable = False
        object.__setattr__(self, "rotation", rotation)
        object.__setattr__(self, "translation_mm", translation)

    def __matmul__(self, other: "Pose") -> "Pose":
        """`T_a_b @ T_b_c` is `T_a_c`.

        Raises:
            SpaceError: the touching spaces differ.
        """
        if self.from_space != other.to_space:
            raise SpaceError(
                f"Cannot compose T_{self.to_space}_{self.from_space} @ T_{other.to_space}_{other.from_space}: "
                f"'{self.from_space}' does not meet '{other.to_space}'."
            )
        return Pose(
            to_space=self.to_space,
            from_space=other.from_space,
            rotation=self.rotation @ other.rotation,
            translation_mm=self.rotation @ other.translation_mm + self.translation_mm,
        )

    def inverse(self) -> "Pose":
        """The transform the other way."""
        return Pose(
            to_space=self.from_space,
            from_space=self.to_space,
            rotation=self.rotation.T,
            translation_mm=-self.rotation.T @ self.translation_mm,
        )

    def apply(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Points (..., 3) of `from_space`, expressed in `to_space`, mm."""
        return np.asarray(points_mm, dtype=np.float64) @ self.rotation.T + self.translation_mm

    def rotate(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Directions (..., 3) of `from_space`, expressed in `to_space`."""
        return np.asarray(vectors, dtype=np.float64) @ self.rotation.T

    def matrix(self) -> NDArray[np.float64]:
        """The (4, 4) homogeneous matrix."""
        out = np.eye(4)
        out[:3, :3] = self.rotation
        out[:3, 3] = self.translation_mm
        return out
