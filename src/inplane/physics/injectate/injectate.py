"""The fluid given so far: where it lies, where it was carried, and how it pushes tissue apart."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Patient
from inplane.core import Deformation, InjectateField
from inplane.physics.injectate.front import FREE, TRIAL, Front, heap_push, march, soften
from inplane.physics.injectate.medium import MEDIUM_OF_KIND, Ground, Medium, resistance_table, survey
from inplane.physics.injectate.push import Push

SPACING_MM = 0.8
"""Voxels of the fluid. Chosen: half a millilitre is a thousand of them, and a bubble's edge is half a millimetre."""
SOFTENING = (0.14, 0.14, 0.14)
"""Share exchanged between neighbours in each round: the edge grows soft by a voxel and a half, so that it shows no
steps; a hundredth of a millilitre may so overlap the edge of a nerve. Chosen: below the stable 1/6."""
NEW_START_MM = 1.5
"""Movement of the tip after which fluid starts from the new place. Chosen: about the length of a bevel."""
LARGEST_SEARCH_MM = 3.2
"""How far from a tip that stands against something closed its fluid looks for room. Chosen: a bevel and its heel."""
DROP_ML = 0.04
"""Fluid that gathers before tissue gives way to it. Chosen: a twelfth of a second's flow moves nothing by 0.1 mm."""
HEAP_ENTRIES = 1 << 17
OUTSIDE = "outside the body"
PERINEURAL = "perineural tissue"
LOOSE = "loose tissue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Where fluid leaves the needle.

    Args:
        tip_mm: (3,) in resting tissue shifted by injectate only (before the probe presses), PATIENT mm.
        kind: what the opening lies in; None outside the body.
        structure: its name.
        carried_share: share of the opening in a vessel's lumen, 0 to 1; that share of the flow is carried off.
        vessel: name of that vessel.
    """

    tip_mm: NDArray[np.float64]
    kind: Kind | None
    structure: str
    carried_share: float = 0.0
    vessel: str = ""


class Injectate:
    """Fluid in one patient; volume in equals volume found, structure by structure."""

    def __init__(self, patient: Patient, *, spacing_mm: float = SPACING_MM) -> None:
        self._patient = patient
        self._spacing_mm = spacing_mm
        self._structures = {structure.label: structure for structure in patient.structures}
        self.reset()

    def reset(self) -> None:
        """As if nothing had been given."""
        self._volumes_ml: dict[str, float] = {}
        self._front: Front | None = None
        self._size = 0
        self._start_mm: NDArray[np.float64] | None = None
        self._start_kind: Kind | None = None
        self._push: Push | None = None
        self._low = np.full(3, np.iinfo(np.int64).max // 2)
        self._high = np.zeros(3, np.int64)
        self._pending: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        self._pending_ml = 0.0
        self._field: InjectateField | None = None
        self.displacement: Deformation | None = None
        self.carried_off_ml = 0.0

    @cached_property
    def ground(self) -> Ground:
        """The patient as fluid sees it; made when it is first needed, a fraction of a second of work."""
        return survey(self._patient, self._spacing_mm)

    def prepare(self) -> None:
        """Does the work of `ground` now, so that the first drop does not wait for it."""
        _ = self.ground

    @property
    def volumes_ml(self) -> dict[str, float]:
        """Volume by the structure that it went to, vessels and the outside included."""
        return dict(self._volumes_ml)

    @property
    def field(self) -> InjectateField | None:
        """Fluid that stays, where it lies before the probe presses; None before there is any."""
        if self._field is None and self._front is not None and self._high.any():
            self._field = self._soft_field(self._front)
        return self._field

    def inject(self, volume_ml: float, opening: Opening) -> None:
        """More fluid from the needle's opening.

        Args:
            volume_ml: how much.
            opening: where it leaves the needle.
        """
        carried = volume_ml * opening.carried_share
        if carried > 0:
            self.carried_off_ml += carried
            self._account(opening.vessel, carried)
        staying = volume_ml - carried
        if staying <= 0:
            return
        if opening.kind is None or not self._begin(opening):
            self._account(OUTSIDE, staying)
            return
        self._fill(staying, opening)

    def _account(self, name: str, volume_ml: float) -> None:
        self._volumes_ml[name] = self._volumes_ml.get(name, 0.0) + volume_ml

    def _begin(self, opening: Opening) -> bool:
        """Whether there is room at the opening; the front then starts there, unless it already does."""
        still = self._start_mm is not None and np.linalg.norm(opening.tip_mm - self._start_mm) < NEW_START_MM
        if still and opening.kind is self._start_kind:
            return True
        front = self._front or self._new_front()
        front.resistance[:] = resistance_table(opening.kind) * self._spacing_mm
        front.cost.fill(np.inf)
        front.status.fill(FREE)
        self._front = front
        start = self._nearest_open(front, opening.tip_mm)
        if start is None:
            self._start_mm = None
            return False
        front.cost[start], front.status[start] = 0, TRIAL
        item = int(np.ravel_multi_index(start, front.cost.shape))
        self._size = heap_push(front.keys, front.items, 0, 0.0, item)
        self._start_mm, self._start_kind = opening.tip_mm.copy(), opening.kind
        self._push = self._push or Push(self._patient, opening.tip_mm)
        return True

    def _new_front(self) -> Front:
        shape = self.ground.medium_zxy.shape
        return Front(
            fraction=np.zeros(shape, np.float32),
            cost=np.empty(shape, np.float32),
            status=np.empty(shape, np.uint8),
            keys=np.empty(HEAP_ENTRIES, np.float32),
            items=np.empty(HEAP_ENTRIES, np.int32),
            medium=self.ground.medium_zxy,
            resistance=np.empty(len(Medium), np.float32),
        )

    def _nearest_open(self, front: Front, tip_mm: NDArray[np.float64]) -> tuple[int, int, int] | None:
        """The voxel nearest to the tip that fluid can enter; None where there is none in reach."""
        at = ((tip_mm - self.ground.origin_mm) / self._spacing_mm)[[2, 0, 1]]
        reach = round(LARGEST_SEARCH_MM / self._spacing_mm)
        low = np.clip(np.rint(at).astype(int) - reach, 0, np.array(front.cost.shape) - 1)
        high = np.clip(np.rint(at).astype(int) + reach + 1, 1, front.cost.shape)
        window = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        is_open = np.isfinite(front.resistance)[front.medium[window]]
        found = np.argwhere(is_open) + low
        if not len(found):
            return None
        away = ((found - at) ** 2).sum(axis=1)
        z, x, y = (int(i) for i in found[np.argmin(away)])
        return (z, x, y) if away.min() <= reach * reach else None

    def _fill(self, volume_ml: float, opening: Opening) -> None:
        """Moves the front on by a volume and brings everything that depends on it up to date."""
        front = self._front
        if front is None:
            return
        voxel_ml = self._spacing_mm**3 / 1000
        room = int(volume_ml / voxel_ml) + 64
        filled, amounts = np.empty(room, np.int32), np.empty(room, np.float32)
        front = self._with_room(front, room)
        self._size, count, left = march(front, self._size, volume_ml / voxel_ml, filled, amounts)
        filled, volumes = filled[:count], amounts[:count].astype(np.float64) * voxel_ml
        self._share_out(filled, volumes, opening)
        if left > 1e-6:
            self._account(OUTSIDE, left * voxel_ml)
        place = np.stack(np.unravel_index(filled, front.cost.shape), axis=1)
        if self._push is not None and count:
            self._low, self._high = np.minimum(self._low, place.min(axis=0)), np.maximum(self._high, place.max(axis=0))
            self._field = None
            self._displace(self._push, place, volumes)

    def _displace(self, push: Push, place: NDArray[np.int64], volumes_ml: NDArray[np.float64]) -> None:
        """Lets tissue give way to fluid, a drop at a time."""
        self._pending.append((self.ground.origin_mm + place[:, [1, 2, 0]] * self._spacing_mm, volumes_ml * 1000))
        self._pending_ml += float(volumes_ml.sum())
        if self._pending_ml < DROP_ML:
            return
        points, volumes_mm3 = (np.concatenate(parts) for parts in zip(*self._pending, strict=True))
        push.add(points, volumes_mm3, self._spacing_mm)
        self._pending, self._pending_ml = [], 0.0
        self.displacement = push.deformation()

    def _with_room(self, front: Front, voxels: int) -> Front:
        """The front with a heap that has room for what `voxels` more can add."""
        if self._size + 6 * voxels + 8 < front.keys.size:
            return front
        grown = max(2 * front.keys.size, self._size + 6 * voxels + 8)
        keys, items = np.empty(grown, np.float32), np.empty(grown, np.int32)
        keys[: self._size], items[: self._size] = front.keys[: self._size], front.items[: self._size]
        self._front = front._replace(keys=keys, items=items)
        return self._front

    def _share_out(self, filled: NDArray[np.int32], volumes_ml: NDArray[np.float64], opening: Opening) -> None:
        """Accounts volumes to the structures whose places they fill; from within a joint, to the joint."""
        if opening.kind is Kind.JOINT_FLUID:
            self._account(opening.structure, float(volumes_ml.sum()))
            return
        labels, media = self.ground.label_zxy.ravel()[filled], self.ground.medium_zxy.ravel()[filled]
        for label, medium in sorted({(int(a), int(b)) for a, b in zip(labels, media, strict=True)}):
            share = float(volumes_ml[(labels == label) & (media == medium)].sum())
            self._account(self._place_name(label, Medium(medium)), share)

    def _place_name(self, label: int, medium: Medium) -> str:
        """What fluid is booked under: loose tissue where a voxel's middle lies in something that stayed closed."""
        if medium is Medium.PERINEURAL:
            return PERINEURAL
        structure = self._structures.get(label)
        if structure is None:
            return OUTSIDE
        closed = MEDIUM_OF_KIND.get(structure.kind, Medium.CLOSED) in (Medium.CLOSED, Medium.NERVE)
        return LOOSE if closed and medium is not Medium.NERVE else structure.name

    def _soft_field(self, front: Front) -> InjectateField:
        """The fluid with a soft edge, cut out of the grid."""
        margin = len(SOFTENING) + 1
        low = np.maximum(self._low - margin, 0)
        slices = [slice(int(a), int(b) + margin + 1) for a, b in zip(low, self._high, strict=True)]
        window = tuple(slices)
        fraction = np.ascontiguousarray(front.fraction[window])
        is_open = np.zeros(fraction.shape, np.float32)
        inner = (slice(1, -1),) * 3
        is_open[inner] = ((front.medium[window] != Medium.CLOSED) | (fraction > 0))[inner]
        for share in SOFTENING:
            softer = np.empty_like(fraction)
            soften(fraction, is_open, softer, share)
            fraction = softer
        corner = low[[1, 2, 0]].astype(np.float64)
        return InjectateField(
            origin_mm=self.ground.origin_mm + corner * self._spacing_mm,
            spacing_mm=self._spacing_mm,
            fraction_zxy=fraction,
            volume_ml=float(fraction.sum(dtype=np.float64)) * self._spacing_mm**3 / 1000,
        )
