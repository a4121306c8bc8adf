"""What a scan is asked, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.core import (
    ColorFlow,
    Deformation,
    FormatError,
    InjectateField,
    LinearGeometry,
    NeedleShape,
    PictureGeometry,
    Pose,
    ScannerControl,
    Space,
    SpaceError,
    SpectralDoppler,
)

SHORTEST_S = 1e-4
"""Frames closer than this say nothing of a speed. chosen: no scanner takes 10,000 pictures a second."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """What the probe is held over and how the scanner is set, at one moment.

    Args:
        T_patient_probe: where the probe is.
        scanner: the knobs.
        time_s: now.
        sequence: of the frame; steering and noise follow from it.
        needle: where it lies now, or None.
        deformation: how tissue has moved from rest, or None.
        injectate: where fluid lies now, or None.
        flow_m_s: by label of a lumen, mean blood speed now along its centreline.
        flowed_mm: by label of a lumen, how far blood has flowed along its centreline, on whole and however often it
            turned.
        contact: (lines,) acoustic contact, 0 to 1; None is full contact.
        slide_mm: how far the lung has slid under the chest wall.
    """

    T_patient_probe: Pose
    scanner: ScannerControl
    time_s: float
    sequence: int
    needle: NeedleShape | None = None
    deformation: Deformation | None = None
    injectate: InjectateField | None = None
    flow_m_s: Mapping[int, float] | None = None
    flowed_mm: Mapping[int, float] | None = None
    contact: NDArray[np.float64] | None = None
    slide_mm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """What the scanner shows.

    Args:
        pixels: (line, sample) uint8; of a fan the converted picture, (column, row).
        color: colour or power Doppler, where its mode is on.
        geometry: where each pixel lies, IMAGE mm.
        top_mm: y of the picture's upper edge in the PROBE plane, not above 0.
        spectral: spectral Doppler, where its mode is on.
    """

    pixels: NDArray[np.uint8]
    color: ColorFlow | None
    geometry: LinearGeometry | PictureGeometry
    top_mm: float = 0.0
    spectral: SpectralDoppler | None = None


def require_pose(view: View) -> None:
    """The view's pose maps the probe to the patient.

    Raises:
        SpaceError: it maps something else.
    """
    spaces = (view.T_patient_probe.to_space, view.T_patient_probe.from_space)
    if spaces != (Space.PATIENT, Space.PROBE):
        raise SpaceError(f"View has T_{spaces[0]}_{spaces[1]}. Expected T_patient_probe.")


def contact_of(view: View, n_lines: int) -> NDArray[np.float32]:
    """(lines,) contact within 0 to 1.

    Raises:
        FormatError: of another shape, or not finite.
    """
    if view.contact is None:
        return np.ones(n_lines, np.float32)
    values = np.asarray(view.contact, np.float32)
    if values.shape != (n_lines,) or not np.isfinite(values).all():
        raise FormatError(f"contact has shape {values.shape}. Expected ({n_lines},), finite.")
    return np.clip(values, 0.0, 1.0)
