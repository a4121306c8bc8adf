"""From a case's journal and its source's truth to the one-page result."""

from collections.abc import Sequence
from dataclasses import dataclass

from inplane.atlas import load_atlas
from inplane.case import Case, Event
from inplane.training.result import Item, Origin, Result, Section, measured, told
from inplane.training.truth_log import Nearest, TruthLog
from inplane.world import TruthEvent

REACHED_MM = 3.0
"""Chosen: fluid this near to the target surrounds it soon; the picture cannot tell less apart."""
HARM = ("vessel puncture", "nerve contact", "fascicle puncture", "labrum puncture", "tendon puncture")
"""What a needle should not have done, by the model's words for it."""
INJECTED_INTO = ("intravascular injection", "intraneural injection")
UNSEEN_SHARE = 0.2
"""Chosen: a beginner's way in sight for less than four fifths is worth a remark."""
FOOTER = (
    "Simulated patient. Not a medical record, not an assessment of competence: numbers from a model hold for the model."
)


@dataclass(frozen=True, slots=True)
class _Journal:
    """A case's events, asked for by kind."""

    events: Sequence[Event]

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    def last_number(self, kind: str, field: str) -> float | None:
        for event in reversed(self.of(kind)):
            value = event.fields.get(field)
            if isinstance(value, (int, float)):
                return float(value)
        return None

    def least(self, kind: str, field: str) -> float | None:
        found = [event.fields.get(field) for event in self.of(kind)]
        return min((float(value) for value in found if isinstance(value, (int, float))), default=None)

    def total(self, kind: str, field: str) -> float:
        found = [event.fields.get(field) for event in self.of(kind)]
        return sum(float(value) for value in found if isinstance(value, (int, float)))


def score(case: Case, truth_log: TruthLog) -> Result:
    """The one-page result of a case.

    Args:
        case: with its journal; it may be closed or not.
        truth_log: that watched it; without any truth where the source knows none.
    """
    journal = _Journal(case.journal.events)
    sections = (
        Section(title="What was done", items=_done(case, journal)),
        Section(title="Needle", items=_needle(journal, truth_log)),
        Section(title="Clearances kept", items=_clearances(journal, truth_log)),
        Section(title="Contacts", items=_contacts(journal, truth_log)),
        Section(title="Volumes", items=_volumes(journal, truth_log)),
    )
    raised = journal.of("alarm_raised")
    return Result(
        title=f"{case.procedure.name}, {case.plan.side}",
        sections=sections,
        alarms=tuple(f"{event.time_s:.1f} s, {event.priority}: {event.fields['what']}" for event in raised),
        remarks=_remarks(journal, truth_log, sections),
        picture=truth_log.picture,
        picture_truth=truth_log.picture_truth,
        footer=FOOTER,
    )


def _done(case: Case, journal: _Journal) -> tuple[Item, ...]:
    plan, drug = case.plan, load_atlas().drug(case.plan.drug_id)
    steps = [str(event.fields["step"]) for event in journal.of("step")]
    planned = f"{plan.planned_ml:g} ml of {drug.name} {plan.concentration_mg_ml:g} mg/ml, {plan.weight_kg:g} kg"
    first, last = journal.of("needle_pass"), journal.of("needle_out")
    in_skin_s = last[-1].time_s - first[0].time_s if first and last else None
    return (
        told("steps", "Steps", ", ".join(dict.fromkeys(steps)) or "none", Origin.HANDS),
        told("plan", "Plan", planned, Origin.HANDS),
        measured("time_s", "Time in all", case.time_s, "s", Origin.HANDS, digits=0),
        measured("needle_time_s", "From first puncture to last withdrawal", in_skin_s, "s", Origin.HANDS, digits=0),
        measured("alarms", "Alarms raised", len(journal.of("alarm_raised")), "", Origin.PICTURE, digits=0),
    )


def _needle(journal: _Journal, log: TruthLog) -> tuple[Item, ...]:
    advancing_s = _sum_of_summaries(journal, "advancing_s")
    seen_s = _sum_of_summaries(journal, "advancing_seen_s")
    recognised = 100 * seen_s / advancing_s if advancing_s > 0 else None
    unseen_mm = None if log.last is None else log.last.advance_unseen_mm
    in_plane = None
    if unseen_mm is not None and log.advanced_mm > 0:
        in_plane = 100 * (1 - min(1.0, unseen_mm / log.advanced_mm))
    target = None if log.target is None else log.target.distance_mm
    return (
        measured("passes", "Needle passes", len(journal.of("needle_pass")), "", Origin.HANDS, digits=0),
        measured("seen_percent", "Advancing with the tip recognised", recognised, "%", Origin.PICTURE, digits=0),
        measured("in_plane_percent", "Advancing with the tip in plane", in_plane, "%", Origin.MODEL, digits=0),
        measured("target_mm", "Nearest to the target", target, "mm", Origin.MODEL),
    )


def _sum_of_summaries(journal: _Journal, field: str) -> float:
    """Of the whole case: its totals once it is closed, else of the seconds so far."""
    totals = journal.last_number("totals", field)
    return journal.total("summary", field) if totals is None else totals


def _clearances(journal: _Journal, log: TruthLog) -> tuple[Item, ...]:
    def nearest(group: str) -> float | None:
        found: Nearest | None = log.nearest.get(group)
        return None if found is None else found.distance_mm

    vessel_seen = _least(journal.least("totals", "nearest_vessel_mm"), journal.least("summary", "nearest_vessel_mm"))
    nerve_seen = _least(journal.least("totals", "nearest_nerve_mm"), journal.least("summary", "nearest_nerve_mm"))
    bone_seen = _least(journal.least("totals", "nearest_bone_mm"), journal.least("summary", "nearest_bone_mm"))
    return (
        measured("vessel_mm", "Tip to vessel, least", nearest("vessel"), "mm", Origin.MODEL),
        measured("vessel_seen_mm", "Tip to vessel, least, as recognised", vessel_seen, "mm", Origin.PICTURE),
        measured("nerve_mm", "Tip to nerve, least", nearest("nerve"), "mm", Origin.MODEL),
        measured("nerve_seen_mm", "Tip to nerve, least, as recognised", nerve_seen, "mm", Origin.PICTURE),
        measured("bone_mm", "Tip to bone, least", nearest("bone"), "mm", Origin.MODEL),
        measured("bone_seen_mm", "Tip to bone, least, as recognised", bone_seen, "mm", Origin.PICTURE),
    )


def _contacts(journal: _Journal, log: TruthLog) -> tuple[Item, ...]:
    events = _truth_events(log)
    blood = sum(event.fields.get("result") == "blood" for event in journal.of("aspirated"))
    items = [measured("blood", "Aspirations that brought blood", blood, "", Origin.HANDS, digits=0)]
    if log.last is None:
        return (*items, told("contacts", "Contacts and punctures", "unknown", Origin.MODEL))
    met = [event for event in events if event.kind in (*HARM, *INJECTED_INTO, "bone contact", "joint entered")]
    words = "; ".join(f"{event.kind}: {event.structure} at {event.time_s:.1f} s" for event in met) or "none"
    vessels = sum(event.kind == "vessel puncture" for event in events)
    nerves = sum(event.kind in ("nerve contact", "fascicle puncture") for event in events)
    return (
        *items,
        measured("vessel_punctures", "Vessel punctures", vessels, "", Origin.MODEL, digits=0),
        measured("nerve_contacts", "Nerve contacts", nerves, "", Origin.MODEL, digits=0),
        told("contacts", "Contacts and punctures", words, Origin.MODEL),
    )


def _volumes(journal: _Journal, log: TruthLog) -> tuple[Item, ...]:
    given_ml = journal.last_number("injection_ended", "given_ml")
    aspirations = len(journal.of("aspirated"))
    seen = any(event.fields.get("state") == "spread" for event in journal.of("spread"))
    items = [
        measured("given_ml", "Volume given", given_ml or 0.0, "ml", Origin.HANDS, digits=2),
        measured("dose_fraction", "Local anesthetic, share of its limit", _dose(journal), "", Origin.HANDS, digits=2),
        measured("aspirations", "Aspirations", aspirations, "", Origin.HANDS, digits=0),
        told("spread_seen", "Spread", "seen" if seen else "not seen", Origin.PICTURE),
    ]
    if log.last is None:
        return (*items, told("went_to", "Where it went", "unknown", Origin.MODEL))
    went = sorted(log.last.injected_ml.items(), key=lambda pair: -pair[1])
    words = ", ".join(f"{name} {volume:.2f} ml" for name, volume in went if volume >= 0.005) or "nowhere"
    return (
        *items,
        told("went_to", "Where it went", words, Origin.MODEL),
        measured("spread_mm", "Fluid to target, least, in the plane", log.spread_to_target_mm, "mm", Origin.MODEL),
    )


def _dose(journal: _Journal) -> float | None:
    return journal.last_number("summary", "dose_fraction")


def _truth_events(log: TruthLog) -> tuple[TruthEvent, ...]:
    return () if log.last is None else log.last.events


def _remarks(journal: _Journal, log: TruthLog, sections: tuple[Section, ...]) -> tuple[str, ...]:
    """Sentences for the learner: harm first, then habits, then what went well."""
    numbers = {item.id: item.number for section in sections for item in section.items}
    found = [f"Avoid: {event.kind}, {event.structure}." for event in _truth_events(log) if event.kind in HARM]
    found += [f"Grave: {e.kind}, {e.structure}, {e.detail}." for e in _truth_events(log) if e.kind in INJECTED_INTO]
    in_plane = numbers.get("in_plane_percent")
    if in_plane is not None and in_plane < 100 * (1 - UNSEEN_SHARE):
        found.append("The needle was pushed while its tip was out of the plane: stop, find the tip, then go on.")
    if numbers.get("given_ml") and not numbers.get("aspirations"):
        found.append("Nothing was aspirated before injecting: aspirate before the test dose and each aliquot.")
    spread_mm = numbers.get("spread_mm")
    if spread_mm is not None:
        reached = spread_mm <= REACHED_MM
        found.append("The spread reached the target." if reached else "The spread did not reach the target.")
    if log.last is not None and not any(event.kind in (*HARM, *INJECTED_INTO) for event in _truth_events(log)):
        found.append("No vessel, nerve or tendon was touched.")
    unanswered = len(journal.of("alarm_raised")) - len(journal.of("alarm_acknowledged"))
    if unanswered > 0:
        found.append(f"Alarms that were not acknowledged: {unanswered}.")
    return tuple(dict.fromkeys(found))


def _least(a: float | None, b: float | None) -> float | None:
    known = [value for value in (a, b) if value is not None]
    return min(known, default=None)
