"""What a scene means: projected path, clearances, alarms, hints, dose. Pure: values in, values out.

    memory = begin(plan, procedure)
    advice, memory = advise(scene, signals, procedure, memory)     # once a frame

Every number comes from the atlas with its source; every alarm carries its reason, its measurement and its threshold.
"""

from inplane.guidance.advise import advise, begin
from inplane.guidance.conditions import CONDITIONS
from inplane.guidance.memory import Memory
from inplane.guidance.plan import SIDES, GivenDose, Plan, Side, Solute
from inplane.guidance.settings import Settings, settings_from_atlas

__all__ = [
    "CONDITIONS",
    "SIDES",
    "GivenDose",
    "Memory",
    "Plan",
    "Settings",
    "Side",
    "Solute",
    "advise",
    "begin",
    "settings_from_atlas",
]
