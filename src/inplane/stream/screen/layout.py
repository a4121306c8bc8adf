"""Where the picture lies on the screen, and how long its pixels are."""

from dataclasses import dataclass

from inplane.core import Calibration, FieldOfView


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What was found out about the pictures of one source.

    Args:
        x0, y0, x1, y1: the part of the stored picture that is ultrasound, in stored pixels, the last not included.
        field: the field of view within it, in stored pixels (x right, y down, (0, 0) = corner of the stored picture);
            None where it fills the part.
        pixel_mm: (x, y) size of a stored pixel; None where not known.
        calibration: how `pixel_mm` is known.
        notes: one sentence each on how it was found, and what is in doubt.
    """

    x0: int
    y0: int
    x1: int
    y1: int
    field: FieldOfView | None
    pixel_mm: tuple[float, float] | None
    calibration: Calibration
    notes: tuple[str, ...] = ()
