"""How hard the plunger feels, and how fast it therefore moves.

In series: the cannula (Poiseuille), tissue that gives way at an opening pressure and then resists in proportion to
flow, and the back-pressure of a pocket that is full. The thumb gives what it is asked for, up to the pressure that it
can make.
"""

from dataclasses import dataclass
from math import exp, pi

from inplane.anatomy import Kind
from inplane.atlas import NeedleModel
from inplane.core import require_range
from inplane.physics.injectate.medium import POCKET_KINDS
from inplane.physics.injectate.mixture import SALINE

KPA_PER_PSI = 6.895

OPENING_KPA: dict[Kind, float] = {
    Kind.FAT: 8.0,
    Kind.FASCIA: 15.0,
    Kind.MUSCLE: 30.0,
    Kind.SKIN: 120.0,
    Kind.TENDON: 150.0,
    Kind.LABRUM: 200.0,
    Kind.CAPSULE: 100.0,
    Kind.JOINT_FLUID: 4.0,
    Kind.LYMPH_NODE: 30.0,
    Kind.ARTERY_LUMEN: 13.0,
    Kind.VEIN_LUMEN: 1.5,
    Kind.ARTERY_WALL: 90.0,
    Kind.VEIN_WALL: 60.0,
    Kind.NERVE: 20.9 * KPA_PER_PSI,
    Kind.FASCICLE: 25.0 * KPA_PER_PSI,
    Kind.CARTILAGE: 200.0,
    Kind.BONE: 250.0,
    Kind.PLEURA: 60.0,
    Kind.LUNG: 1.0,
    Kind.LIGAMENT: 150.0,
    Kind.BURSA: 4.0,
    Kind.TENDON_SHEATH: 15.0,
    Kind.DURA: 100.0,
    Kind.CEREBROSPINAL_FLUID: 1.5,
}
"""Pressure at which tissue at the tip gives way, kPa.
Nerve: mean peak 20.9 psi at needle-nerve contact, 8.2 psi at 1 mm (Gadsden JC et al. Anesthesiology 2014;120:1246).
Fascicle: 17.9 to 29.4 psi within three nerves of the arm (cadavers, PMC4493739), their middle.
Arterial blood pressure 100 mmHg, venous 11 mmHg. The others are chosen to keep the order that hands report: joint
space, loose fat and planes easy, muscle firm, ligament, capsule and bone hard, a lung no
hindrance at all, a bursa as a joint, a sheath as a plane, ligament and dura as tendon and capsule; the fluid of the
spine stands at about 15 cm of water. Disputed as an alarm for the nerve:
Mejia J et al. Reg Anesth Pain Med 2021."""

PERINEURAL_KPA = 8.2 * KPA_PER_PSI - 25.0
"""Beside a nerve: 8.2 psi in all at 1 mm (Gadsden 2014) less what the cannula took. Chosen: 25 kPa of it."""


RESISTANCE_KPA_S_ML: dict[Kind, float] = {
    Kind.FAT: 4.0,
    Kind.FASCIA: 3.0,
    Kind.MUSCLE: 10.0,
    Kind.NERVE: 60.0,
    Kind.FASCICLE: 120.0,
    Kind.JOINT_FLUID: 0.5,
    Kind.ARTERY_LUMEN: 0.2,
    Kind.VEIN_LUMEN: 0.2,
    Kind.LUNG: 0.2,
}
FIRM_KPA_S_ML = 150.0
"""Pressure of a watery flow in tissue, kPa for each ml/s, once the front is wide; FIRM for what is not named. Chosen:
in the order of the opening pressures; measured permeabilities of resting tissue would give far more, as injected fluid
makes its own way."""
FRONT_MM = 2.0
"""Radius of a front at which it resists by half of that: from a ball of radius a into tissue of even permeability k,
p = mu Q / (4 pi k) (1 / a - 1 / R) rises with R and levels off. Chosen: about the length of a bevel."""
HAND_KPA = {1: 363 * KPA_PER_PSI, 3: 177 * KPA_PER_PSI, 5: 73 * KPA_PER_PSI, 10: 53 * KPA_PER_PSI, 20: 32 * KPA_PER_PSI}
HAND_KPA[60] = 19 * KPA_PER_PSI
"""Greatest pressure that a hand made, by the syringe's size in ml, mean of twenty operators (Hayward WA et al. Scand J
Rheumatol 2011;40:379-382, abstract read)."""
LEAST_FLOW_ML_S = 1e-4
"""Flow that counts as none. Chosen: a twentieth of a millilitre in eight minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pocket:
    """A space that is slack up to a volume and then stretches, p = scale (exp((V - slack) / stretch) - 1).

    Args:
        slack_ml: volume that raises no pressure.
        scale_kpa, stretch_ml: how it rises beyond.
    """

    slack_ml: float
    scale_kpa: float
    stretch_ml: float

    def pressure_kpa(self, volume_ml: float) -> float:
        """Pressure at a volume within."""
        return self.scale_kpa * (exp(min(max(volume_ml - self.slack_ml, 0.0) / self.stretch_ml, 50.0)) - 1)


JOINT = Pocket(slack_ml=10.0, scale_kpa=1.3, stretch_ml=4.0)
"""The hip: in 52 cadaver hips in neutral position pressure stayed until 10 ml and then rose exponentially (Yen C-H et
al. J Orthop Surg Res 2009;4:8, abstract read). Scale and stretch are chosen: some 100 mmHg at 20 ml."""
BURSA = Pocket(slack_ml=5.0, scale_kpa=1.3, stretch_ml=3.0)
"""Chosen: a subacromial bursa takes the 5 to 10 ml that are usually given; no measurement was read."""
SHEATH = Pocket(slack_ml=1.5, scale_kpa=1.3, stretch_ml=1.0)
"""Of a tendon. Chosen: it is full with the 2 to 3 ml that are usually given; no measurement was read."""


def pocket_of(kind: str | None, name: str) -> Pocket | None:
    """The pocket that an opening lies in, by kind and name of its structure; None in open tissue."""
    if kind == "bursa" or (kind == Kind.JOINT_FLUID and "bursa" in name):
        return BURSA
    if kind == "tendon sheath" or (kind == Kind.JOINT_FLUID and "sheath" in name):
        return SHEATH
    return JOINT if kind == Kind.JOINT_FLUID else None


def _as_joint(kind: Kind) -> Kind:
    """Every space that holds fluid of its own opens and resists as a joint does."""
    return Kind.JOINT_FLUID if str(kind) in POCKET_KINDS else kind


def opening_pressure_kpa(kind: Kind) -> float:
    """Pressure at which tissue of a kind gives way; what is not named is as firm as a tendon."""
    return OPENING_KPA.get(_as_joint(kind), OPENING_KPA[Kind.TENDON])


def cannula_kpa_s_ml(model: NeedleModel, viscosity_pa_s: float = SALINE.viscosity_pa_s) -> float:
    """Resistance of a cannula by Poiseuille's law, 8 mu L / (pi r^4), kPa for each ml/s.

    What fluid needs to gain its speed, some 0.5 rho v^2 at the inlet, is left out: 7 kPa of 63 at 0.5 ml/s through 22
    G.
    """
    radius_m = model.inner_diameter_mm.value / 2000
    return 8 * viscosity_pa_s * model.length_mm.value * 1e-3 / (pi * radius_m**4) * 1e-9


def tissue_kpa_s_ml(kind: Kind | None, front_ml: float, viscosity_pa_s: float = SALINE.viscosity_pa_s) -> float:
    """Resistance of tissue to flow, growing with the front; in proportion to viscosity."""
    if kind is None:
        return 0.0
    radius_mm = (3000 * max(front_ml, 0.0) / (4 * pi)) ** (1 / 3)
    share = radius_mm / (radius_mm + FRONT_MM)
    return RESISTANCE_KPA_S_ML.get(_as_joint(kind), FIRM_KPA_S_ML) * share * viscosity_pa_s / SALINE.viscosity_pa_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """What fluid has to pass.

    Args:
        resistance_kpa_s_ml: of cannula and tissue together.
        threshold_kpa: pressure below which nothing flows: opening pressure and what a full pocket presses back.
    """

    resistance_kpa_s_ml: float
    threshold_kpa: float


def flow_of_hand(asked_ml_s: float, path: Path, most_kpa: float) -> tuple[float, float]:
    """Flow (ml/s) and pressure at the hub (kPa) when a thumb wants a flow and can make so much pressure.

    Raises:
        RangeError: a negative flow.
    """
    require_range("asked_ml_s", asked_ml_s, 0, 100, "ml/s")
    if asked_ml_s == 0:
        return 0.0, 0.0
    wanted = path.threshold_kpa + asked_ml_s * path.resistance_kpa_s_ml
    if wanted <= most_kpa:
        return asked_ml_s, wanted
    flow = max(most_kpa - path.threshold_kpa, 0.0) / max(path.resistance_kpa_s_ml, 1e-9)
    return (flow if flow >= LEAST_FLOW_ML_S else 0.0), most_kpa


def back_flow_mm(flow_ml_s: float, outer_diameter_mm: float, opening_kpa: float) -> float:
    """How far fluid comes back along the shaft.

    Grows with flow to 3/5 and with radius to 4/5, the scaling of Morrison PF et al. (Am J Physiol 1999;277:R1218-R1229,
    abstract read: x^5 ~ Q^3 R^4 r^4 G^-3 / mu). Their constant is that of brain at microlitres a minute and says
    nothing of tissue at 0.5 ml/s, so ours is chosen: 4 mm about a 22 G needle in muscle, less where tissue opens at
    less.
    """
    firm = min(opening_kpa / OPENING_KPA[Kind.MUSCLE], 2.0)
    scaled: float = (max(flow_ml_s, 0.0) / 0.5) ** 0.6 * (outer_diameter_mm / 0.7176) ** 0.8
    return 4.0 * firm * scaled
