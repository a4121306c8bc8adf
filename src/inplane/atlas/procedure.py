"""A procedure: what is aimed at, what is kept clear of, how it is done, and what is not agreed upon."""

from dataclasses import dataclass

from inplane.atlas.values import AtlasValue, CitedList, CitedRange, CitedText, Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Sourced):
    """What the needle's tip should reach.

    Args:
        structure: a name of the vocabulary.
        text: the place, in words.
        depth_mm: usual depth below the skin.
        unseen: why ultrasound mostly does not show it, where that is so.
    """

    structure: str
    text: str
    depth_mm: CitedRange
    unseen: CitedText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalStructure(Sourced):
    """What the needle must keep clear of.

    Args:
        structure: a name of the vocabulary.
        text: why, or where it lies.
        unseen: why it is mostly not told apart in a picture, where that is so: kept clear of by its place alone.
    """

    structure: str
    text: str
    unseen: CitedText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach(Sourced):
    """How the needle comes: `plane` is "in-plane" or "out-of-plane"."""

    plane: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LandmarkTechnique(Sourced):
    """How it is done by touch alone: `landmarks` are names of the vocabulary, from which `text` counts."""

    text: str
    landmarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging(Sourced):
    """What a virtual patient is given.

    Args:
        patient: region of the patient that shows the procedure.
        pathology: what the patient comes with, and how that is graded.
        grades: from none or least to most.
        like: another procedure whose patient and view show this one too; None where it has its own or none.
    """

    patient: str
    pathology: str
    grades: tuple[str, ...]
    like: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Modality(Sourced):
    """A gate with a reason: `suitability` is "first_choice", "alternative", "adjunct" or "not_suited"."""

    modality: str
    suitability: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BleedingRisk(Sourced):
    """Bleeding risk by a guideline: `risk` is "low", "intermediate" or "high"."""

    risk: str
    basis: str
    guideline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeChoice(Sourced):
    """Which probe the sources ask for, and the one that is used by default (`default` is a probe's id)."""

    default: str
    text: str
    frequency_hz: CitedRange


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedleChoice(Sourced):
    """Which needle the sources ask for, and the one that is used by default (`default` is a needle's id)."""

    default: str
    gauge: CitedRange
    length_mm: CitedRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """Scanner settings to begin with."""

    depth_mm: AtlasValue
    frequency_hz: AtlasValue
    focus_mm: AtlasValue
    gain_db: AtlasValue
    dynamic_range_db: AtlasValue
    speckle_reduction: AtlasValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Injectate(Sourced):
    """What is injected and how much; `text` describes it.

    Args:
        drug_ids: on offer; the first is the default.
        min_ml, max_ml: whole volume.
        planned_ml: default plan.
        test_dose_ml: first, after an aspiration.
        aliquot_ml: most between two aspirations.
    """

    text: str
    drug_ids: tuple[str, ...]
    min_ml: AtlasValue
    max_ml: AtlasValue
    planned_ml: AtlasValue
    test_dose_ml: AtlasValue
    aliquot_ml: AtlasValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureStep(Sourced):
    """One step of the procedure, in the order in which it is done."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A procedure named by its target; every field carries source, grade and review.

    Args:
        id, name, family, region: identifier, the name that a user reads, such as "nerve_block" or "joint", body region.
        side_required: whether left or right has to be chosen and checked.
        indications: why it is done.
        target, critical_structures: see there.
        patient_position: how the patient lies.
        views: ids of the scanning planes, the one that the needle is brought into first.
        landmark_technique, staging: see there.
        approach, probe, needle, preset, injectate: how it is done.
        expected_spread_sign: what success looks like while injecting.
        modalities: ultrasound, C-arm and CT, each a gate with a reason.
        contrast, bleeding_risk, complications, aftercare: see there.
        steps: in order.
        checklist_ids: checklist items, in order.
        published_accuracy, disagreements: what was found, and where sources contradict each other.
    """

    id: str
    name: str
    family: str
    region: str
    side_required: bool
    indications: CitedList
    target: Target
    critical_structures: tuple[CriticalStructure, ...]
    patient_position: CitedText
    views: tuple[str, ...]
    landmark_technique: LandmarkTechnique
    staging: Staging
    approach: Approach
    probe: ProbeChoice
    needle: NeedleChoice
    preset: Preset
    injectate: Injectate
    expected_spread_sign: CitedText
    modalities: tuple[Modality, ...]
    contrast: CitedText
    bleeding_risk: BleedingRisk
    complications: CitedList
    aftercare: CitedText
    steps: tuple[ProcedureStep, ...]
    checklist_ids: tuple[str, ...]
    published_accuracy: tuple[CitedText, ...]
    disagreements: tuple[CitedText, ...]

    @property
    def probe_id(self) -> str:
        """The probe that is used by default."""
        return self.probe.default

    @property
    def needle_id(self) -> str:
        """The needle that is used by default."""
        return self.needle.default

    @property
    def drug_ids(self) -> tuple[str, ...]:
        """Drugs on offer; the first is the default."""
        return self.injectate.drug_ids
