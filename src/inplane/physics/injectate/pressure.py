"""How hard the plunger feels: pressure at the hub from flow in the cannula and from the tissue at the tip."""

from math import pi

from inplane.anatomy import Kind
from inplane.atlas import NeedleModel

KPA_PER_PSI = 6.895
VISCOSITY_PA_S = 1.0e-3
"""Of a watery drug at 20 °C (water: 1.002 mPa s, CRC Handbook of Chemistry and Physics)."""

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


def flow_pressure_kpa(flow_ml_s: float, model: NeedleModel) -> float:
    """Poiseuille: delta p = 8 mu L Q / (pi r^4), kPa."""
    radius_m = model.inner_diameter_mm.value / 2000
    flow_m3_s = flow_ml_s * 1e-6
    return 8 * VISCOSITY_PA_S * model.length_mm.value * 1e-3 * flow_m3_s / (pi * radius_m**4) / 1000


def hub_pressure_kpa(flow_ml_s: float, model: NeedleModel, opening_kpa: float) -> float:
    """Pressure at the hub while fluid flows: cannula and tissue in series; 0 where nothing flows."""
    return 0.0 if flow_ml_s <= 0 else flow_pressure_kpa(flow_ml_s, model) + opening_kpa
