"""Names that procedures and patients share: structures, landmarks, scanning planes; and statements on topics."""

from dataclasses import dataclass

from inplane.atlas.values import Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of a standard vocabulary: `system` is "SCT" (SNOMED CT), "FMA" or "TA2", `meaning` that system's words."""

    system: str
    code: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureTerm(Sourced):
    """A named part of the body: the vocabulary that procedures and patients share.

    Args:
        name: the field's term.
        regions: where it is met, such as "groin"; "body" for what is everywhere.
        kind: such as "artery", "vein", "nerve", "muscle", "bone".
        laterality: "paired", "midline" or "everywhere".
        tissue: name of its tissue, or None for a space or a vessel (wall and blood).
        description: where it lies, in words.
        codes: of standard vocabularies, where known.
    """

    name: str
    regions: tuple[str, ...]
    kind: str
    laterality: str
    tissue: str | None
    description: str
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LandmarkTerm(Sourced):
    """A place that a finger finds: the vocabulary of landmark techniques. Fields as of StructureTerm."""

    name: str
    regions: tuple[str, ...]
    laterality: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanningView(Sourced):
    """A named scanning plane.

    Args:
        id, name: identifier, and the name that a user reads.
        region: as procedures name it.
        probe: a probe's id.
        plane: "transverse", "sagittal", "coronal" or "oblique" of the body; "short axis" or "long axis" of the target.
        position: where the probe lies and how it is turned.
        must_show: structures that must be in the picture before a needle is.
    """

    id: str
    name: str
    region: str
    probe: str
    plane: str
    position: str
    must_show: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Sourced):
    """What the literature says of a topic that belongs to no single procedure, such as "systemic toxicity".

    Args:
        id: identifier.
        topic: see the schema.
        items: the statement, in one sentence or several.
    """

    id: str
    topic: str
    items: tuple[str, ...]
