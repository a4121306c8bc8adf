"""What is in a syringe: agents of the atlas drawn up together, how thick and how heavy the whole is, what it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log

from inplane.atlas import Atlas
from inplane.core import RangeError, require_range

LARGEST_PART_ML = 100.0


def _nothing() -> Mapping[str, float]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """A fluid to be injected.

    Args:
        contents_mg_ml: by content ("iodine", "ropivacaine"), mg in a millilitre of the whole.
        viscosity_pa_s, density_kg_m3: of the whole, in the syringe.
        text: what it is, for people.

    Raises:
        RangeError: a number outside what fluids have.
    """

    contents_mg_ml: Mapping[str, float] = field(default_factory=_nothing)
    viscosity_pa_s: float = 1.002e-3  # water at 20 degrees, CRC Handbook of Chemistry and Physics
    density_kg_m3: float = 1005.0
    text: str = "saline"

    def __post_init__(self) -> None:
        require_range("mixture viscosity_pa_s", self.viscosity_pa_s, 1e-4, 1.0, "Pa s")
        require_range("mixture density_kg_m3", self.density_kg_m3, 1, 2000, "kg/m3")
        for content, strength in self.contents_mg_ml.items():
            require_range(f"mixture {content}", strength, 0, 2000, "mg/ml")


SALINE = Mixture()
"""Watery fluid in which nothing is counted."""


def mix(atlas: Atlas, parts_ml: Mapping[str, float]) -> Mixture:
    """Agents drawn up into one syringe: volumes add up, contents are diluted.

    Viscosity by Arrhenius' rule, ln mu = sum of shares times ln mu_i (Arrhenius S. Z Phys Chem 1887;1:285-298, from
    memory); density is the mean by volume.

    Args:
        atlas: where agents are found.
        parts_ml: millilitres by agent id, each above 0 and at most 100.

    Raises:
        UnknownNameError: the atlas has no such agent; the message lists those it has.
        RangeError: no part, or a volume outside its range.
    """
    agents = {name: atlas.agent(name) for name in parts_ml}
    if not parts_ml:
        raise RangeError("mixture has no parts. Expected at least one agent with its volume in ml.")
    for name, part in parts_ml.items():
        require_range(f"mixture part {name}", part, 0.001, LARGEST_PART_ML, "ml")
    whole = sum(parts_ml.values())
    contents: dict[str, float] = {}
    thick = heavy = 0.0
    for name, agent in agents.items():
        share = parts_ml[name] / whole
        contents[agent.content] = contents.get(agent.content, 0.0) + share * agent.strength_mg_ml.value
        thick += share * log(agent.viscosity_pa_s.value)
        heavy += share * agent.density_kg_m3.value
    text = ", ".join(f"{parts_ml[name]:g} ml {agent.name}" for name, agent in agents.items())
    return Mixture(contents_mg_ml=contents, viscosity_pa_s=exp(thick), density_kg_m3=heavy, text=text)
