"""The other half of the room: the syringe on the needle, the fluid that left it, and what the plunger feels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Patient
from inplane.atlas import NeedleModel, load_atlas
from inplane.core import InjectateField, NeedleShape, PlungerControl, UnknownNameError, require_range
from inplane.core.control import MOST_SYRINGES
from inplane.physics.injectate import (
    HAND_KPA,
    SALINE,
    STILL_MM,
    Injectate,
    Mixture,
    Opening,
    Path,
    Uptake,
    back_flow_mm,
    cannula_kpa_s_ml,
    covered_share,
    flow_of_hand,
    mix,
    nerve_rings,
    pocket_of,
    tissue_kpa_s_ml,
)
from inplane.world.motion import Motion
from inplane.world.syringe import (
    NERVES,
    NOWHERE,
    Syringe,
    follow_pressure,
    look,
    require_growing,
    step_syringe,
)
from inplane.world.tissue import Tissue

BLOCKING = "ropivacaine"
"""The content whose uptake is followed; its constants are those of this drug."""
LOOK_S = 1.0
"""How often it is looked how much of a nerve lies in fluid. Chosen: blocks come in minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSyringe:
    """A syringe that was drawn up.

    Args:
        mixture: what is in it.
        barrel_ml: its size, one of HAND_KPA; a thumb makes the more pressure the smaller it is.

    Raises:
        UnknownNameError: no such size.
    """

    mixture: Mixture = SALINE
    barrel_ml: int = 20

    def __post_init__(self) -> None:
        if self.barrel_ml not in HAND_KPA:
            raise UnknownNameError("syringe size in ml", str(self.barrel_ml), map(str, sorted(HAND_KPA)))


@cache
def usual_syringes() -> tuple[PreparedSyringe, ...]:
    """What lies ready unless told otherwise: a local anesthetic, and saline to open a way. Chosen."""
    return tuple(PreparedSyringe(mixture=mix(load_atlas(), {name: 20.0})) for name in ("ropivacaine_5", "saline"))


class Injection:
    """Syringe and fluid of one room.

    Args:
        patient: who gets it.
        needle: what it goes through.
        syringes: the prepared ones.
        absorbs: whether absorption and block are followed.

    Attributes:
        fluid: the injectate.
        syringe: what it did so far.
        uptake: the drug on its way into blood and nerve, where that is followed.
    """

    def __init__(
        self, patient: Patient, needle: NeedleModel, *, syringes: Sequence[PreparedSyringe], absorbs: bool
    ) -> None:
        require_range("number of syringes", len(syringes), 1, MOST_SYRINGES)
        self._needle, self._syringes, self._absorbs = needle, tuple(syringes), absorbs
        self.fluid = Injectate(patient)
        self.fluid.prepare()
        self._rings = nerve_rings(self.fluid.ground) if absorbs else ()
        self.reset()

    def reset(self) -> None:
        """Nothing given, nothing asked."""
        self.syringe = Syringe()
        self._mouth = self._began_in = NOWHERE
        self._began_mm: NDArray[np.float64] | None = None
        self.uptake = Uptake()
        self._waited_s, self._covered = LOOK_S, 0.0
        self.fluid.reset()

    def require_possible(self, plunger: PlungerControl) -> None:
        """Refuses what this syringe cannot do.

        Raises:
            RangeError: a total that falls, or a syringe that was not prepared.
        """
        require_growing(self.syringe, plunger)
        require_range("plunger syringe", plunger.syringe, 0, len(self._syringes) - 1)

    def step(
        self,
        plunger: PlungerControl,
        dt_s: float,
        *,
        tissue: Tissue,
        motion: Motion,
        shape: NeedleShape | None,
        press_n: float,
    ) -> bool:
        """A moment more; whether fluid left the needle.

        Args:
            plunger: what is asked.
            dt_s: how long.
            tissue, motion: where everything is now.
            shape: the needle; None while it is out.
            press_n: of the probe.
        """
        syringe = self.syringe
        busy = syringe.pulling_s is not None or plunger != syringe.asked or syringe.injecting
        if shape is None:
            self._mouth, self._began_mm = NOWHERE, None
        elif syringe.pulling_s is not None or plunger.aspirations > syringe.aspirations:
            self._mouth = look(tissue, motion, shape, press_n)
        elif busy or plunger.injected_ml > syringe.delivered_ml:
            self._begin(tissue, motion, shape, press_n)
        prepared = self._syringes[plunger.syringe]
        path = self._path(prepared.mixture)
        most, _ = flow_of_hand(plunger.rate_ml_s, path, HAND_KPA[prepared.barrel_ml])
        self.syringe, volume_ml = step_syringe(syringe, plunger, dt_s, self._mouth, most_ml_s=most)
        if volume_ml > 0:
            self.fluid.inject(volume_ml, self._opening(tissue, motion, shape, most), prepared.mixture)
        else:
            self.fluid.settle()
        self._feel(plunger, dt_s, path, HAND_KPA[prepared.barrel_ml])
        if self._absorbs:
            self._absorb(prepared.mixture, volume_ml, dt_s)
        return volume_ml > 0

    def _begin(self, tissue: Tissue, motion: Motion, shape: NeedleShape, press_n: float) -> None:
        """Looks where the opening lies, once for as long as the tip rests: fluid then pushes away what lay about it."""
        tip_mm = tissue.unpressed(motion, shape.tip_mm)
        if self._began_mm is None or np.linalg.norm(tip_mm - self._began_mm) >= STILL_MM:
            self._began_mm, self._began_in = tip_mm, look(tissue, motion, shape, press_n)
        self._mouth = self._began_in

    def field(self, tissue: Tissue, motion: Motion) -> InjectateField | None:
        """Fluid where it lies now: moved as a whole with the tissue about its middle."""
        field = self.fluid.field
        if field is None:
            return None
        size = np.array(field.fraction_zxy.shape)[[1, 2, 0]]
        middle: NDArray[np.float64] = field.origin_mm + (size - 1) / 2 * field.spacing_mm
        return replace(field, origin_mm=field.origin_mm + tissue.pressed(motion, middle) - middle)

    def _path(self, mixture: Mixture) -> Path:
        """What fluid has to pass now."""
        mouth = self._mouth
        kind, name = mouth.place
        pocket = pocket_of(kind, name)
        full = 0.0 if pocket is None else pocket.pressure_kpa(self.fluid.volumes_ml.get(name, 0.0))
        thick = mixture.viscosity_pa_s
        resistance = cannula_kpa_s_ml(self._needle, thick) + tissue_kpa_s_ml(kind, self.fluid.front_ml, thick)
        return Path(resistance_kpa_s_ml=resistance, threshold_kpa=mouth.opening_kpa + full)

    def _feel(self, plunger: PlungerControl, dt_s: float, path: Path, most_kpa: float) -> None:
        """Lets the pressure at the hub follow what the thumb does."""
        pushing = self.syringe.pulling_s is None and plunger.injected_ml > self.syringe.delivered_ml + 1e-9
        asked = plunger.rate_ml_s if pushing or self.syringe.injecting else 0.0
        _, goal = flow_of_hand(asked, path, most_kpa)
        pressure = follow_pressure(self.syringe.pressure_kpa, goal, dt_s)
        self.syringe = replace(self.syringe, pressure_kpa=pressure)

    def _opening(self, tissue: Tissue, motion: Motion, shape: NeedleShape | None, flow_ml_s: float) -> Opening:
        """The needle's opening as the injectate asks for it."""
        mouth = self._mouth
        kind, name = mouth.place
        if shape is None:
            return Opening(tip_mm=np.zeros(3), kind=None, structure="")
        along = shape.points_mm[-2] - shape.points_mm[-1]
        reach = back_flow_mm(flow_ml_s, self._needle.outer_diameter_mm.value, mouth.opening_kpa)
        sealed = kind in NERVES or pocket_of(kind, name) is not None
        return Opening(
            tip_mm=tissue.unpressed(motion, shape.tip_mm),
            kind=kind,
            structure=name,
            carried_share=mouth.lumen_share,
            vessel=mouth.vessel,
            back_mm=np.zeros(3) if sealed else along / np.linalg.norm(along) * reach,
        )

    def _absorb(self, mixture: Mixture, volume_ml: float, dt_s: float) -> None:
        """Follows the drug into blood and nerve; what a vessel took is in the blood at once."""
        strength = mixture.contents_mg_ml.get(BLOCKING, 0.0)
        carried = self._mouth.lumen_share if volume_ml > 0 else 0.0
        self._waited_s += dt_s
        if self._waited_s >= LOOK_S:
            field = self.fluid.field
            self._covered = max((covered_share(field, ring) for ring in self._rings), default=0.0)
            self._waited_s = 0.0
        later = self.uptake.later(dt_s, dose_mg=volume_ml * (1 - carried) * strength, covered=self._covered)
        self.uptake = replace(later, absorbed_mg=later.absorbed_mg + volume_ml * carried * strength)
