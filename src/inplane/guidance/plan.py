"""What was planned: procedure, side, drug and volumes, checked once on entry."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from inplane.core import FormatError, require_range

Side: TypeAlias = Literal["left", "right"]

SIDES: tuple[Side, ...] = ("left", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Solute:
    """One drug dissolved in the syringe.

    Args:
        drug_id: its id in the atlas.
        concentration_mg_ml: 0 to 1000.

    Raises:
        RangeError: the concentration is outside its range.
    """

    drug_id: str
    concentration_mg_ml: float

    def __post_init__(self) -> None:
        require_range("concentration_mg_ml", self.concentration_mg_ml, 0, 1000, "mg/ml")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenDose:
    """A dose that was given before this injection: skin infiltration, the other side, an hour ago.

    Args:
        drug_id: its id in the atlas.
        dose_mg: 0 to 100,000.

    Raises:
        RangeError: the dose is outside its range.
    """

    drug_id: str
    dose_mg: float

    def __post_init__(self) -> None:
        require_range("dose_mg", self.dose_mg, 0, 100_000, "mg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the operator set out to do.

    Args:
        procedure_id: its id in the atlas.
        side: the patient's side that is treated.
        drug_id, concentration_mg_ml: the main drug in the syringe; its id in the atlas, 0 to 1000 mg/ml.
        weight_kg: the patient's weight for dose limits (lean or ideal weight is preferred), 1 to 300.
        planned_ml: volume meant to be given in all, 0.1 to 100.
        adrenaline: whether the solution in the syringe holds adrenaline.
        mixed_with: further drugs in the same syringe.
        given_before: doses given before this injection; they count against the same sum.

    Raises:
        RangeError: a number is outside its range.
        FormatError: a side that is neither "left" nor "right".
    """

    procedure_id: str
    side: Side
    drug_id: str
    concentration_mg_ml: float
    weight_kg: float
    planned_ml: float
    adrenaline: bool = False
    mixed_with: tuple[Solute, ...] = ()
    given_before: tuple[GivenDose, ...] = ()

    def __post_init__(self) -> None:
        if self.side not in SIDES:
            raise FormatError(f"Plan has side {self.side!r}. Expected 'left' or 'right'.")
        require_range("concentration_mg_ml", self.concentration_mg_ml, 0, 1000, "mg/ml")
        require_range("weight_kg", self.weight_kg, 1, 300, "kg")
        require_range("planned_ml", self.planned_ml, 0.1, 100, "ml")

    @property
    def solutes(self) -> tuple[Solute, ...]:
        """Every drug in the syringe."""
        return (Solute(drug_id=self.drug_id, concentration_mg_ml=self.concentration_mg_ml), *self.mixed_with)
