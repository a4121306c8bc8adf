"""What is drawn up into a syringe, as it comes from its vial: what it holds, how thick and how heavy it is."""

from dataclasses import dataclass

from inplane.atlas.values import AtlasValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A fluid as it comes from its vial.

    Args:
        id, name: identifier, and the name that a user reads.
        family: "local anesthetic", "steroid", "contrast", "diluent", "blood product" or "gas".
        content: what is counted in it, such as "ropivacaine" or "iodine".
        strength_mg_ml: of that content, mg/ml.
        viscosity_pa_s: in the syringe, at room temperature, Pa s.
        density_kg_m3: kg/m3.
    """

    id: str
    name: str
    family: str
    content: str
    strength_mg_ml: AtlasValue
    viscosity_pa_s: AtlasValue
    density_kg_m3: AtlasValue
