"""Procedures, tissues, probes, presets, needles, drugs, checklists, thresholds, each with source, grade, review status.

`data/objects` defines each thing once, `data/procedures` says how things are used, `data/rules` holds what must be true
of both, and `data/schema.yaml` the shape of every file. No clinical fact sits in Python.
"""

from inplane.atlas.agents import Agent
from inplane.atlas.collection import Atlas
from inplane.atlas.load import find_problems, load_atlas, procedure_text
from inplane.atlas.needle import Mechanics, NeedleModel, NeedlePoint
from inplane.atlas.objects import ChecklistItem, DoseLimit, Drug, ProbeModel, ScannerPreset, Threshold, Tissue
from inplane.atlas.procedure import (
    Approach,
    BleedingRisk,
    CriticalStructure,
    Injectate,
    LandmarkTechnique,
    Modality,
    NeedleChoice,
    Preset,
    ProbeChoice,
    Procedure,
    ProcedureStep,
    Staging,
    Target,
)
from inplane.atlas.table import Row, counts, kinds, rows
from inplane.atlas.values import AtlasValue, CitedList, CitedNumbers, CitedRange, CitedText, Sourced
from inplane.atlas.vocabulary import Code, LandmarkTerm, ScanningView, Statement, StructureTerm

__all__ = [
    "Agent",
    "Approach",
    "Atlas",
    "AtlasValue",
    "BleedingRisk",
    "ChecklistItem",
    "CitedList",
    "CitedNumbers",
    "CitedRange",
    "CitedText",
    "Code",
    "CriticalStructure",
    "DoseLimit",
    "Drug",
    "Injectate",
    "LandmarkTechnique",
    "LandmarkTerm",
    "Mechanics",
    "Modality",
    "NeedleChoice",
    "NeedleModel",
    "NeedlePoint",
    "Preset",
    "ProbeChoice",
    "ProbeModel",
    "Procedure",
    "ProcedureStep",
    "Row",
    "ScannerPreset",
    "ScanningView",
    "Sourced",
    "Staging",
    "Statement",
    "StructureTerm",
    "Target",
    "Threshold",
    "Tissue",
    "counts",
    "find_problems",
    "kinds",
    "load_atlas",
    "procedure_text",
    "rows",
]
