"""The patient's tissue as it lies now: what presses and pulses, as one `Motion`, and what lies where."""

from math import exp, sin, sqrt, tau
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as scipy_ndimage

from inplane.anatomy import Kind, Patient
from inplane.core import Deformation, Pose, ProbeControl
from inplane.world.grid import grid_shifts
from inplane.world.mapping import nearest_labels, points_now, points_rest, points_unpressed
from inplane.world.motion import Motion, press_depth, skin_shift
from inplane.world.vessels import SLICE_MM, Vessels

ndimage: Any = scipy_ndimage  # its stubs leave most types unknown

FACE_HALF_THICKNESS_MM = 5.0
"""Of the probe's face across the imaging plane, housing included. Chosen: linear probes measure 9 to 12 mm there."""
SKIN_SLOPE_MM = 9.0
"""Width over which the skin beside the probe comes back up. Chosen by eye on images of a pressed forearm."""
STILL_DEPTH_MM = 70.0
"""Depth below which pressing moves nothing. Chosen: strain under a plate fades within some twice its length."""
YIELD_MM = 3.0
YIELD_PER_FAT = 0.5
STIFFENING_N = 8.0
"""Indentation = (YIELD_MM + YIELD_PER_FAT fat) (1 - exp(-F / STIFFENING_N)). Chosen: tissue stiffens as it is pressed,
and light pressure on 9 mm of fat gives 0.9 mm/N, a little more than the 0.6 mm/N of a half space of 20 kPa under a face
of 38 x 10 mm (Sneddon IN. Int J Eng Sci 1965;3:47-57), fat being softer."""
CONVEX_DEEPER = 2.0
"""How much deeper a convex face sinks in at the same force. Chosen: it bears on half of its length only."""
LUNG_SLIDE_MM = 6.0
"""Half of a lung's way under the ribs in quiet breathing. Chosen: one to two centimetres in all at its base."""
GRID_SPACINGS_MM = (1.0, 1.25, 1.5, 2.0, 2.5)
GRID_NODES = 24_000
"""Most nodes of the grid that an engine gets; its spacing follows. Chosen: about a millisecond of one core."""
BESIDE_PLANE_MM = 5.0
"""How far beside the imaging plane the grid reaches. Chosen: the beam's thickness near the face, and a margin."""
NO_DRAG = np.zeros(8)
NO_BOX = np.ones(4)


class Tissue:
    """A patient's tissue and how it yields to a probe whose face has a certain length and, if convex, radius."""

    def __init__(self, patient: Patient, *, face_length_mm: float, face_radius_mm: float = 0.0) -> None:
        self.patient = patient
        self._radius_mm = face_radius_mm
        self.vessels = Vessels(patient)
        self._half_length_mm = face_length_mm / 2 + 1.0
        self._fat_mm = _fat_thickness_mm(patient)
        self._indented: tuple[ProbeControl, float] | None = None
        self._pulsed: tuple[float, ProbeControl, NDArray[np.float64], NDArray[np.float64]] | None = None

    def indentation_mm(self, probe: ProbeControl) -> float:
        """How deep the middle of the face stands below the resting skin; asked for several times a frame."""
        if self._indented is None or self._indented[0] != probe:
            self._indented = (probe, self._indentation_mm(probe))
        return self._indented[1]

    def _indentation_mm(self, probe: ProbeControl) -> float:
        patient = self.patient
        at = (np.array([probe.z_mm, probe.x_mm]) - patient.origin_mm[[2, 0]]) / patient.spacing_mm
        fat = float(ndimage.map_coordinates(self._fat_mm, at[:, None], order=1, mode="nearest")[0])
        flat_mm = (YIELD_MM + YIELD_PER_FAT * fat) * (1 - exp(-probe.press_n / STIFFENING_N))
        return flat_mm * (CONVEX_DEEPER if self._radius_mm > 0 else 1.0)

    def motion(
        self,
        time_s: float,
        probe: ProbeControl,
        *,
        displacement: Deformation | None = None,
        drag: NDArray[np.float64] = NO_DRAG,
    ) -> Motion:
        """How everything is shifted at one moment.

        Args:
            time_s: since the start, for the heartbeat.
            probe: how it is held.
            displacement: by injected fluid.
            drag: (8,) as `Motion.drag`.
        """
        press, vessels = self._vessels_now(time_s, probe)
        none = np.zeros((1, 1, 1, 3), np.float32)
        return Motion(
            press=press,
            vessels=vessels,
            levels=np.array([self.vessels.first_z_mm, SLICE_MM]),
            push_box=NO_BOX if displacement is None else np.append(displacement.origin_mm, displacement.spacing_mm),
            push_to_rest=none if displacement is None else displacement.to_rest_zxy_mm,
            push_to_now=none if displacement is None else displacement.to_now_zxy_mm,
            drag=drag,
        )

    def _vessels_now(self, time_s: float, probe: ProbeControl) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`press` and `vessels` of a Motion; a frame asks twice for those of one moment."""
        if self._pulsed is None or self._pulsed[:2] != (time_s, probe):
            press = self._press(probe)
            self._pulsed = (time_s, probe, press, self.vessels.now(time_s, press, probe.press_n))
        return self._pulsed[2:]

    def lung_slide_mm(self, time_s: float) -> float:
        """How far a lung has slid under the chest wall, mm; 0 at the middle of a breath."""
        return LUNG_SLIDE_MM * sin(tau * self.patient.physiology.breathing_rate_hz * time_s)

    def labels_at(self, motion: Motion, points_mm: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Labels (n,) of what lies now at points (n, 3)."""
        return self.labels_at_rest(points_rest(motion, np.ascontiguousarray(points_mm, np.float64)))

    def labels_at_rest(self, points_mm: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Labels (n,) at resting points (n, 3); 0 outside the volume."""
        patient = self.patient
        out = np.empty(len(points_mm), np.uint8)
        nearest_labels(patient.labels_zxy, patient.origin_mm, patient.spacing_mm, points_mm, out)
        return out

    def skin_y_mm(self, motion: Motion, x_mm: float, z_mm: float) -> float:
        """Depth of the skin now at (x, z)."""
        return float(skin_shift(motion.press, x_mm, z_mm))

    def unpressed(self, motion: Motion, point_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """(3,) what lies at a point now, before the probe pressed: where the injectate is kept."""
        return points_unpressed(motion, np.ascontiguousarray(point_mm[None], np.float64))[0]

    def pressed(self, motion: Motion, point_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """(3,) where the probe's pressure puts what lies at a point before it presses."""
        skin = skin_shift(motion.press, float(point_mm[0]), float(point_mm[2]))
        return np.array([point_mm[0], press_depth(float(point_mm[1]), skin, STILL_DEPTH_MM), point_mm[2]])

    def now(self, motion: Motion, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) where what lay at resting points lies now."""
        return points_now(motion, np.ascontiguousarray(points_mm, np.float64))

    def deformation(self, motion: Motion, T_patient_image: Pose, width_mm: float, depth_mm: float) -> Deformation:
        """The motion on a grid about an imaging plane.

        Args:
            motion: at this moment.
            T_patient_image: where the plane lies.
            width_mm, depth_mm: of the picture.
        """
        half, beside = width_mm / 2 + 2, BESIDE_PLANE_MM
        corners = [[x, y, z] for x in (-half, half) for y in (-2.0, depth_mm + 2) for z in (-beside, beside)]
        placed = T_patient_image.apply(np.array(corners))
        low, high = placed.min(axis=0), placed.max(axis=0)
        low[1] -= motion.press[6]
        spacing = next((size for size in GRID_SPACINGS_MM if _nodes(low, high, size).prod() <= GRID_NODES), 3.0)
        nx, ny, nz = _nodes(low, high, spacing)
        origin = np.floor(low / spacing) * spacing
        to_rest = np.empty((nz, nx, ny, 3), np.float32)
        to_now = np.empty_like(to_rest)
        grid_shifts(motion, origin, spacing, to_rest, to_now)
        return Deformation(origin_mm=origin, spacing_mm=spacing, to_rest_zxy_mm=to_rest, to_now_zxy_mm=to_now)

    def _press(self, probe: ProbeControl) -> NDArray[np.float64]:
        """The `press` entry of a Motion; a lifted probe holds nothing down, however it is rocked."""
        x_axis = probe.pose().rotation[:, 0]
        flat = max(sqrt(x_axis[0] ** 2 + x_axis[2] ** 2), 1e-6)
        place = [probe.x_mm, probe.z_mm, x_axis[0] / flat, x_axis[2] / flat]
        size = [self._half_length_mm * flat, FACE_HALF_THICKNESS_MM]
        slope = x_axis[1] / flat if probe.press_n > 0 else 0.0
        return np.array(
            [*place, *size, self.indentation_mm(probe), slope, SKIN_SLOPE_MM, STILL_DEPTH_MM, self._radius_mm]
        )


def _nodes(low: NDArray[np.float64], high: NDArray[np.float64], spacing_mm: float) -> NDArray[np.int64]:
    """(3,) nodes of a grid along x, y, z that covers a box."""
    return (np.ceil(high / spacing_mm) - np.floor(low / spacing_mm)).astype(np.int64) + 1


def _fat_thickness_mm(patient: Patient) -> NDArray[np.float64]:
    """(nz, nx) fat in each column, over the neighbourhood that a probe's face covers."""
    fat = np.zeros(256, np.float32)
    for structure in patient.structures:
        fat[structure.label] = structure.kind is Kind.FAT
    thickness = fat[patient.labels_zxy].sum(axis=2) * patient.spacing_mm
    return ndimage.gaussian_filter(thickness.astype(np.float64), 8 / patient.spacing_mm, mode="nearest")
