"""What every session says alike of a turn of the loop."""

from inplane.case.loop import StageCpu
from inplane.core import NerveSeen, VesselSeen
from inplane.guidance import Settings
from inplane.guidance.clearance import nerve_words, vessel_words


def vessel_name(vessel: VesselSeen, settings: Settings) -> str:
    """Guidance's own words of a vessel, without what led to them: there is little room on a picture."""
    return vessel_words(vessel, settings).split(": ")[-1].removeprefix("dark and round, ")


def nerve_name(nerve: NerveSeen, settings: Settings) -> str:
    """Guidance's own words of a nerve, in short."""
    return nerve_words(nerve, settings).removeprefix("texture of a nerve, ")


def cpu_ms(cpu_s: StageCpu, *, source: str) -> dict[str, float]:
    """CPU time by stage in ms; the first stage has the name of what the source does."""
    return {
        source: 1e3 * cpu_s.simulate,
        "perceive": 1e3 * cpu_s.perceive,
        "guide": 1e3 * cpu_s.guide,
        "record": 1e3 * cpu_s.record,
    }
