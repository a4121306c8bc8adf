"""A session in the words of the atlas, as the page presents it."""

import inplane
from inplane.anatomy import Patient, staged
from inplane.atlas import Atlas, ChecklistItem, NeedleModel, ProbeModel, Procedure, Sourced, load_atlas
from inplane.console.page_info import (
    CheckLine,
    Landmark,
    LessonPage,
    NamedChoice,
    NeedleInfo,
    PlanInfo,
    ProbeInfo,
    SessionInfo,
)
from inplane.guidance import Plan


def probe_info(probe: ProbeModel) -> ProbeInfo:
    """The probe and its limits."""
    return ProbeInfo(
        id=probe.id,
        name=probe.name,
        width_mm=probe.width_mm.value,
        frequency_min_mhz=probe.frequency_min_hz.value / 1e6,
        frequency_max_mhz=probe.frequency_max_hz.value / 1e6,
        depth_min_mm=max(20.0, probe.depth_min_mm.value),
        depth_max_mm=min(150.0, probe.depth_max_mm.value),
    )


def needle_info(needle: NeedleModel) -> NeedleInfo:
    """The needle."""
    return NeedleInfo(id=needle.id, name=needle.name, length_mm=needle.length_mm.value)


def plan_info(atlas: Atlas, procedure: Procedure, plan: Plan) -> PlanInfo:
    """The syringe: it holds the most that the procedure allows."""
    injectate = procedure.injectate
    return PlanInfo(
        drug=f"{atlas.drug(plan.drug_id).name} {plan.concentration_mg_ml:g} mg/ml",
        planned_ml=plan.planned_ml,
        test_dose_ml=injectate.test_dose_ml.value,
        aliquot_ml=injectate.aliquot_ml.value,
        syringe_ml=max(injectate.max_ml.value, plan.planned_ml),
    )


def check_line(item: ChecklistItem) -> CheckLine:
    """A line of the checklist, with its source, its grade and whether a clinician has reviewed it."""
    return CheckLine(id=item.id, text=item.text, source=told_source(item), review=item.review.value)


def told_source(entry: Sourced) -> str:
    """Sources and grade in a few words."""
    return f"{', '.join(entry.source)}; grade {entry.grade.value}{' (in part)' if entry.partial else ''}"


def aftercare_lines(procedure: Procedure) -> tuple[CheckLine, ...]:
    """What to do and to tell afterwards: the atlas's text, sentence by sentence, and the complications to watch for."""
    care, trouble = procedure.aftercare, procedure.complications
    sentences = [part.strip().rstrip(".") for part in care.text.replace(";", ".").split(".") if part.strip()]
    lines = [
        CheckLine(
            id=f"care-{number}",
            text=f"{text[0].upper()}{text[1:]}.",
            source=told_source(care),
            review=care.review.value,
        )
        for number, text in enumerate(sentences)
    ]
    watch = f"Told what to watch for: {', '.join(trouble.items)}."
    return (*lines, CheckLine(id="watch", text=watch, source=told_source(trouble), review=trouble.review.value))


def about(procedure: Procedure) -> tuple[NamedChoice, ...]:
    """Target, what to keep clear of, approach and the sign of success."""
    at_risk = ", ".join(critical.structure for critical in procedure.critical_structures)
    return (
        NamedChoice(id="Target", name=procedure.target.text),
        NamedChoice(id="At risk", name=at_risk),
        NamedChoice(id="Approach", name=f"{procedure.approach.plane}: {procedure.approach.text}"),
        NamedChoice(id="Spread", name=procedure.expected_spread_sign.text),
    )


def choices(atlas: Atlas) -> tuple[NamedChoice, ...]:
    """Procedures that have a virtual patient, by name."""
    known = sorted((atlas.procedure(procedure_id) for procedure_id in staged()), key=lambda procedure: procedure.name)
    return tuple(NamedChoice(id=procedure.id, name=procedure.name) for procedure in known)


def landmarks(patient: Patient) -> tuple[Landmark, ...]:
    """What a hand can feel."""
    places = patient.landmarks_mm.items()
    return tuple(Landmark(name=name, x_mm=float(place[0]), z_mm=float(place[2])) for name, place in places)


def session_info(
    patient: Patient,
    plan: Plan,
    *,
    probe: ProbeModel,
    needle: NeedleModel,
    level: int,
    lesson: tuple[LessonPage, ...],
    lesson_title: str,
) -> SessionInfo:
    """All that the page presents of a case on a simulated patient."""
    atlas = load_atlas()
    procedure = atlas.procedure(plan.procedure_id)
    return SessionInfo(
        source="SIMULATION",
        version=inplane.__version__,
        patient=f"Simulated patient {patient.seed}, {plan.weight_kg:g} kg",
        seed=patient.seed,
        level=level,
        region=patient.region,
        side=patient.side,
        procedure_id=procedure.id,
        procedure_name=procedure.name,
        family=procedure.family,
        indication=patient.indication[procedure.id],
        about=about(procedure),
        procedures=choices(atlas),
        probe=probe_info(probe),
        needle=needle_info(needle),
        plan=plan_info(atlas, procedure, plan),
        checklist=tuple(check_line(item) for item in atlas.checklist(procedure) if item.id != "time_out"),
        aftercare=aftercare_lines(procedure),
        landmarks=landmarks(patient),
        lesson=lesson,
        lesson_title=lesson_title,
    )
