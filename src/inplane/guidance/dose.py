"""Local anesthetic given so far against its limits.

Milligrams of different drugs do not add: the sum over everything given of dose_i / limit_i must stay <= 1, where
limit_i is the smaller of the limit by weight and the absolute cap of local anesthetic i. The sum is taken from the
total volume, never from the steps in which it was given, so that splitting or reordering cannot change it.
"""

from dataclasses import dataclass
from math import fsum

from inplane.atlas import load_atlas
from inplane.core import DoseStatus
from inplane.guidance.plan import Plan

LOCAL_ANESTHETIC = "local anesthetic"
NO_PLAN = "nothing was planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLimits:
    """A plan's doses, as shares of their limits.

    Args:
        fraction_per_ml: sum over the syringe's drugs of concentration / limit; only local anesthetics count.
        fraction_before: the same sum over the doses given before.
        text: the limits in words, with source and grade.
        source: citation keys of the limits.
        unknown: local anesthetics for which no limit is stated.
    """

    fraction_per_ml: float
    fraction_before: float
    text: str
    source: tuple[str, ...]
    unknown: tuple[str, ...]


def dose_limits(plan: Plan | None) -> DoseLimits:
    """The plan's limits from the atlas; none without a plan.

    Raises:
        UnknownNameError: a drug is not in the atlas.
    """
    if plan is None:
        return DoseLimits(fraction_per_ml=0.0, fraction_before=0.0, text=NO_PLAN, source=(), unknown=(NO_PLAN,))
    atlas = load_atlas()
    per_ml: list[float] = []
    before: list[float] = []
    texts: list[str] = []
    sources: list[str] = []
    unknown: list[str] = []
    entries = [(solute.drug_id, solute.concentration_mg_ml, per_ml, plan.adrenaline) for solute in plan.solutes]
    entries += [(given.drug_id, given.dose_mg, before, False) for given in plan.given_before]
    for drug_id, amount_mg, into, adrenaline in entries:
        drug = atlas.drug(drug_id)
        if drug.family != LOCAL_ANESTHETIC:
            continue
        limit = drug.limit(weight_kg=plan.weight_kg, adrenaline=adrenaline)
        if limit is None:
            unknown.append(drug.name)
            continue
        into.append(amount_mg / limit.limit_mg)
        basis = limit.basis
        provisional = ", provisional" if basis.provisional else ""
        told = f"{basis.value:g} {basis.unit}; source {', '.join(basis.source)}, grade {basis.grade}{provisional}"
        texts.append(f"{drug.name} {limit.limit_mg:.0f} mg ({told})")
        sources += basis.source
    return DoseLimits(
        fraction_per_ml=fsum(per_ml),
        fraction_before=fsum(before),
        text="; ".join(dict.fromkeys(texts)) or "no local anesthetic in this plan",
        source=tuple(dict.fromkeys(sources)),
        unknown=tuple(dict.fromkeys(unknown)),
    )


def dose_status(limits: DoseLimits, given_ml: float | None) -> DoseStatus:
    """Where the dose stands; its fraction is None where the volume or a limit is unknown."""
    known = given_ml is not None and not limits.unknown
    fraction = limits.fraction_before + limits.fraction_per_ml * given_ml if known and given_ml is not None else None
    return DoseStatus(fraction=fraction, given_ml=given_ml, limit=limits.text)
