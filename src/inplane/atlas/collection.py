"""The atlas as one value, with a lookup for each kind of entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from inplane.atlas.agents import Agent
from inplane.atlas.needle import Mechanics, NeedleModel, NeedlePoint
from inplane.atlas.objects import ChecklistItem, Drug, ProbeModel, ScannerPreset, Threshold, Tissue
from inplane.atlas.procedure import Procedure
from inplane.atlas.values import AtlasValue
from inplane.atlas.vocabulary import LandmarkTerm, ScanningView, Statement, StructureTerm
from inplane.core import Citation, UnknownNameError

Entry = TypeVar("Entry")


def _find(kind: str, entries: Mapping[str, Entry], name: str) -> Entry:
    """The entry of that name, or an error that lists the known names."""
    if name not in entries:
        raise UnknownNameError(kind, name, entries)
    return entries[name]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Atlas:
    """Procedures, views, structures, landmarks, tissues, probes, needles, drugs, citations and so on, by name.

    Each is found by its name; a lookup raises `UnknownNameError`, listing the known names.
    """

    citations: Mapping[str, Citation]
    tissues: Mapping[str, Tissue]
    structures: Mapping[str, StructureTerm]
    landmarks: Mapping[str, LandmarkTerm]
    views: Mapping[str, ScanningView]
    probes: Mapping[str, ProbeModel]
    presets: Mapping[str, ScannerPreset]
    points: Mapping[str, NeedlePoint]
    needles: Mapping[str, NeedleModel]
    mechanics: Mapping[str, Mechanics]
    drugs: Mapping[str, Drug]
    agents: Mapping[str, Agent]
    thresholds: Mapping[str, Threshold]
    checklist_items: Mapping[str, ChecklistItem]
    statements: Mapping[str, Statement]
    procedures: Mapping[str, Procedure]

    def procedure(self, procedure_id: str) -> Procedure:
        """The procedure of that id."""
        return _find("procedure", self.procedures, procedure_id)

    def tissue(self, name: str) -> Tissue:
        """The tissue of that name."""
        return _find("tissue", self.tissues, name)

    def structure(self, name: str) -> StructureTerm:
        """The structure of that name."""
        return _find("structure", self.structures, name)

    def landmark(self, name: str) -> LandmarkTerm:
        """The palpable landmark of that name."""
        return _find("landmark", self.landmarks, name)

    def view(self, view_id: str) -> ScanningView:
        """The scanning plane of that id."""
        return _find("view", self.views, view_id)

    def probe(self, probe_id: str) -> ProbeModel:
        """The probe of that id."""
        return _find("probe", self.probes, probe_id)

    def preset(self, preset_id: str) -> ScannerPreset:
        """The preset of that id."""
        return _find("preset", self.presets, preset_id)

    def needle(self, needle_id: str) -> NeedleModel:
        """The needle of that id."""
        return _find("needle", self.needles, needle_id)

    def resistance(self, name: str) -> Mechanics:
        """How the kind of structure of that name resists a needle."""
        return _find("mechanics of", self.mechanics, name)

    def drug(self, drug_id: str) -> Drug:
        """The drug of that id."""
        return _find("drug", self.drugs, drug_id)

    def agent(self, agent_id: str) -> Agent:
        """The agent of that id."""
        return _find("agent", self.agents, agent_id)

    def threshold(self, name: str) -> AtlasValue:
        """The number behind a threshold, with unit and source."""
        return _find("threshold", self.thresholds, name).value

    def checklist_item(self, item_id: str) -> ChecklistItem:
        """The checklist item of that id."""
        return _find("checklist item", self.checklist_items, item_id)

    def statement(self, statement_id: str) -> Statement:
        """The statement of that id."""
        return _find("statement", self.statements, statement_id)

    def citation(self, key: str) -> Citation:
        """The source behind a citation key."""
        return _find("citation", self.citations, key)

    def checklist(self, procedure: Procedure) -> tuple[ChecklistItem, ...]:
        """The checklist of a procedure, in order."""
        return tuple(self.checklist_item(item_id) for item_id in procedure.checklist_ids)
