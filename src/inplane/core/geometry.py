"""Where each pixel of a frame lies in the imaging plane.

Frames are held as MF: image x grows to the marked side of the probe, image y away from the probe. A page that shows the
marker at the top left therefore draws line `n_lines - 1` first (see docs/decisions).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inplane.core.errors import require_range


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearGeometry:
    """A linear array's picture: parallel scan lines, line by line, sample by sample.

    Args:
        n_lines: scan lines, 16 to 1024.
        n_samples: samples a line, 32 to 4096.
        width_mm: from the first to the last line's outer edges (n_lines * pitch), 5 to 200.
        depth_mm: from the probe face to the end of the last sample, 5 to 300.

    Raises:
        RangeError: a number is outside its range.
    """

    n_lines: int
    n_samples: int
    width_mm: float
    depth_mm: float

    def __post_init__(self) -> None:
        require_range("n_lines", self.n_lines, 16, 1024)
        require_range("n_samples", self.n_samples, 32, 4096)
        require_range("width_mm", self.width_mm, 5, 200)
        require_range("depth_mm", self.depth_mm, 5, 300)

    @property
    def line_pitch_mm(self) -> float:
        """Distance between neighbouring scan lines."""
        return self.width_mm / self.n_lines

    @property
    def sample_pitch_mm(self) -> float:
        """Distance between neighbouring samples of a line."""
        return self.depth_mm / self.n_samples

    def to_mm(self, line_sample: ArrayLike) -> NDArray[np.float64]:
        """Image points (..., 2) as (x, y) in mm, of indices (line, sample); pixel centres are whole numbers."""
        index = np.asarray(line_sample, dtype=np.float64)
        x_mm = (index[..., 0] - (self.n_lines - 1) / 2) * self.line_pitch_mm
        y_mm = (index[..., 1] + 0.5) * self.sample_pitch_mm
        return np.stack((x_mm, y_mm), axis=-1)

    def to_index(self, image_mm: ArrayLike) -> NDArray[np.float64]:
        """Indices (..., 2) as (line, sample), not rounded, of image points (x, y) in mm; the inverse of `to_mm`."""
        point = np.asarray(image_mm, dtype=np.float64)
        line = point[..., 0] / self.line_pitch_mm + (self.n_lines - 1) / 2
        sample = point[..., 1] / self.sample_pitch_mm - 0.5
        return np.stack((line, sample), axis=-1)

    def contains(self, image_mm: ArrayLike) -> NDArray[np.bool_]:
        """Whether image points (..., 2) in mm lie within the picture."""
        point = np.asarray(image_mm, dtype=np.float64)
        inside_x = np.abs(point[..., 0]) <= self.width_mm / 2
        return inside_x & (point[..., 1] >= 0) & (point[..., 1] <= self.depth_mm)
