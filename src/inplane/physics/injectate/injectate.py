"""The fluid given so far: where it lies, where it was carried, and how it pushes tissue apart."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Patient
from inplane.core import Deformation, InjectateField, require_range
from inplane.physics.injectate.front import FREE, TRIAL, Front, heap_push, march
from inplane.physics.injectate.medium import (
    MEDIUM_OF_KIND,
    POCKET_KINDS,
    Ground,
    Medium,
    capacity_table,
    is_same_ground,
    resistance_table,
    survey,
)
from inplane.physics.injectate.mixture import SALINE, Mixture
from inplane.physics.injectate.pools import Pools
from inplane.physics.injectate.push import Push

SPACING_MM = 0.8
"""Voxels of the fluid. Chosen: half a millilitre is a thousand of them, and a bubble's edge is half a millimetre."""
NEW_START_MM = 1.5
"""Movement of the tip after which fluid starts from the new place. Chosen: about the length of a bevel."""
STILL_MM = 0.3
"""Movement below which the tip stays in the fluid that it began, whatever that fluid pushes to and fro about it.
Chosen: less than an opening is wide; without it a nerve that is pushed onto a resting needle would be injected."""
LARGEST_SEARCH_MM = 3.2
"""How far from a tip that stands against something closed its fluid looks for room. Chosen: a bevel and its heel."""
SHAFT_COST = 1.2
"""Cost of a millimetre back along the shaft, relative to fat. Chosen: the track closes about the steel, so that fluid
comes back along it only where tissue ahead is firmer."""
SINK_PER_KG_M3 = 1e-4
SINK_MOST = 0.2
"""Share by which the way down costs less for each kg/m3 that a fluid is heavier than saline, and the most of it.
Chosen: 350 kg/m3 (contrast) weigh 3.4 Pa on a millimetre, a thirtieth of the 0.1 kPa that a millimetre of loose tissue
takes."""
HEAP_ENTRIES = 1 << 17
LARGEST_STEP_ML = 100.0
OUTSIDE = "outside the body"
PERINEURAL = "perineural tissue"
LOOSE = "loose tissue"


def _no_way() -> NDArray[np.float64]:
    return np.zeros(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Where fluid leaves the needle.

    Args:
        tip_mm: (3,) in resting tissue shifted by injectate only (before the probe presses), PATIENT mm.
        kind: what the opening lies in; None outside the body.
        structure: its name.
        carried_share: share of the opening in a vessel's lumen, 0 to 1; that share of the flow is carried off.
        vessel: name of that vessel.
        back_mm: (3,) from the tip back along the shaft, as far as fluid comes back along it.
    """

    tip_mm: NDArray[np.float64]
    kind: Kind | None
    structure: str
    carried_share: float = 0.0
    vessel: str = ""
    back_mm: NDArray[np.float64] = field(default_factory=_no_way)


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
        self._pools: Pools | None = None
        self._size = 0
        self._start: Opening | None = None
        self._mixture: Mixture | None = None
        self._push: Push | None = None
        self._field: InjectateField | None = None
        self.displacement: Deformation | None = None
        self.front_ml = 0.0
        self.carried_off_ml = 0.0
        self.gone_mg: dict[str, float] = {}

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
        if self._field is None and self._pools is not None:
            self._field = self._pools.field()
        return self._field

    def inject(self, volume_ml: float, opening: Opening, mixture: Mixture = SALINE) -> None:
        """More fluid from the needle's opening.

        Args:
            volume_ml: how much, 0 to 100.
            opening: where it leaves the needle.
            mixture: what it is.

        Raises:
            RangeError: a volume outside its range; nothing has moved then.
        """
        require_range("injected volume_ml", volume_ml, 0, LARGEST_STEP_ML, "ml")
        carried = volume_ml * min(max(opening.carried_share, 0.0), 1.0)
        if carried > 0:
            self.carried_off_ml += carried
            self._leave(opening.vessel, carried, mixture)
        staying = volume_ml - carried
        if staying <= 0:
            return
        if opening.kind is None or not self._begin(opening, mixture):
            self._leave(OUTSIDE, staying, mixture)
            return
        self._fill(staying, opening, mixture)

    def settle(self) -> None:
        """Lets tissue give way to fluid a little more; to be called once a step, whatever was injected in it."""
        if self._push is not None and self._push.step():
            self.displacement = self._push.deformation()

    def _leave(self, name: str, volume_ml: float, mixture: Mixture) -> None:
        """Books fluid that does not stay in tissue, and what it holds."""
        self._account(name, volume_ml)
        for content, strength in mixture.contents_mg_ml.items():
            self.gone_mg[content] = self.gone_mg.get(content, 0.0) + volume_ml * strength

    def _account(self, name: str, volume_ml: float) -> None:
        self._volumes_ml[name] = self._volumes_ml.get(name, 0.0) + volume_ml

    def _begin(self, opening: Opening, mixture: Mixture) -> bool:
        """Whether there is room at the opening; the front then starts there, unless it already does."""
        start = self._start
        if start is not None and mixture is self._mixture:
            moved_mm = float(np.linalg.norm(opening.tip_mm - start.tip_mm))
            near = moved_mm < NEW_START_MM and is_same_ground(opening.kind, start.kind)
            if near or moved_mm < STILL_MM:
                return True
        front = self._front or self._new_front()
        front.resistance[:] = resistance_table(opening.kind) * self._spacing_mm
        sinking = SINK_PER_KG_M3 * (mixture.density_kg_m3 - SALINE.density_kg_m3)
        front.sinking[0] = min(max(sinking, -SINK_MOST), SINK_MOST)
        front.cost.fill(np.inf)
        front.status.fill(FREE)
        self._front, self._size, self.front_ml = front, 0, 0.0
        first = self._nearest_open(front, opening.tip_mm)
        if first is None:
            self._start = None
            return False
        self._seed(front, first, 0.0)
        self._seed_shaft(front, opening)
        self._start, self._mixture = opening, mixture
        self._pools = self._pools or Pools(self.ground)
        self._pools.begin()
        if self._push is None or not self._push.reaches(opening.tip_mm):
            self._push = self._new_push(opening.tip_mm)
        return True

    def _new_push(self, middle_mm: NDArray[np.float64]) -> Push:
        """A displacement about another place, by all fluid that was given before."""
        push, field = Push(self._patient, middle_mm), self.field
        if field is not None:
            place = np.argwhere(field.fraction_zxy > 0)
            volumes_mm3 = field.fraction_zxy[tuple(place.T)] * field.spacing_mm**3
            push.add(field.origin_mm + place[:, [1, 2, 0]] * field.spacing_mm, volumes_mm3.astype(np.float64))
            push.catch_up()
            self.displacement = push.deformation()
        return push

    def _seed(self, front: Front, at: tuple[int, int, int], cost: float) -> None:
        """Puts a voxel at the front, unless something cheaper did so."""
        if cost < front.cost[at]:
            front.cost[at], front.status[at] = cost, TRIAL
            item = int(np.ravel_multi_index(at, front.cost.shape))
            self._size = heap_push(front.keys, front.items, self._size, cost, item)

    def _seed_shaft(self, front: Front, opening: Opening) -> None:
        """Lets fluid also leave the track of the shaft, the later the further back."""
        reach = float(np.linalg.norm(opening.back_mm))
        for step in range(1, int(reach / self._spacing_mm) + 1):
            way = step * self._spacing_mm
            place = opening.tip_mm + opening.back_mm * (way / reach)
            z, x, y = np.rint((place - self.ground.origin_mm) / self._spacing_mm).astype(int)[[2, 0, 1]]
            inside = all(0 <= i < n for i, n in zip((z, x, y), front.cost.shape, strict=True))
            if inside and np.isfinite(front.resistance[front.medium[z, x, y]]):
                self._seed(front, (int(z), int(x), int(y)), SHAFT_COST * way)

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
            capacity=capacity_table(),
            sinking=np.zeros(1, np.float32),
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

    def _fill(self, volume_ml: float, opening: Opening, mixture: Mixture) -> None:
        """Moves the front on by a volume and brings everything that depends on it up to date."""
        if self._front is None or self._pools is None or self._push is None:
            return
        voxel_ml = self._spacing_mm**3 / 1000
        room = int(volume_ml / voxel_ml / float(self._front.capacity.min())) + 64
        filled, amounts = np.empty(room, np.int32), np.empty(room, np.float32)
        front = self._with_room(self._front, room)
        self._size, count, left = march(front, self._size, volume_ml / voxel_ml, filled, amounts)
        filled, amounts = filled[:count], amounts[:count]
        volumes = amounts.astype(np.float64) * voxel_ml
        self._share_out(filled, volumes, self._start or opening)
        self.front_ml += float(volumes.sum())
        if left > 1e-6:
            self._leave(OUTSIDE, left * voxel_ml, mixture)
        place = self._pools.fill(filled, amounts, mixture)
        self._field = None
        self._push.add(self.ground.origin_mm + place[:, [1, 2, 0]] * self._spacing_mm, volumes * 1000)
        self.settle()

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
        """Accounts volumes to the structures whose places they fill; from within a joint or the like, all to that."""
        if str(opening.kind) in POCKET_KINDS:
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
