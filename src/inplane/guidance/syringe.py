"""What went in and what came back, followed from totals that only grow."""

from dataclasses import replace
from math import hypot

from inplane.core import AspirationResult, Point, Scene, Signals, SpreadState
from inplane.guidance.memory import Syringe
from inplane.guidance.settings import Settings


def next_syringe(syringe: Syringe, scene: Scene, signals: Signals, settings: Settings) -> Syringe:
    """The syringe after one more frame.

    A total that falls began again from zero (another syringe, a restarted pump): what it had reached is kept. Where the
    tip moved while nothing was injected, it is at another place, and earlier findings there no longer speak.
    """
    syringe = _counted(syringe, signals)
    tip = scene.needle.tip_mm if scene.calibration.in_mm else None
    given = syringe.given_ml or 0.0
    if not signals.injecting and _is_elsewhere(syringe.site_mm, tip, settings):
        syringe = replace(syringe, seen_spread_ml=given, site_mm=tip)
    elif syringe.site_mm is None and tip is not None:
        syringe = replace(syringe, site_mm=tip)
    if scene.spread.state == SpreadState.SPREAD:
        syringe = replace(syringe, seen_spread_ml=given)
    if syringe.blood and not signals.injecting and _is_elsewhere(syringe.blood_site_mm, tip, settings):
        syringe = replace(syringe, blood=False)
    return _aspirated(syringe, signals, tip)


def _counted(syringe: Syringe, signals: Signals) -> Syringe:
    """The volume signal's next value."""
    if signals.injected_ml is None or signals.injected_ml == syringe.counted_ml:
        return syringe
    if syringe.counted_ml is not None and signals.injected_ml < syringe.counted_ml:
        return replace(syringe, carried_ml=syringe.carried_ml + syringe.counted_ml, counted_ml=signals.injected_ml)
    return replace(syringe, counted_ml=signals.injected_ml)


def _aspirated(syringe: Syringe, signals: Signals, tip: Point | None) -> Syringe:
    """The plunger was pulled since the last frame, if its count changed."""
    if signals.aspirations is None or signals.aspirations == syringe.aspirations:
        return syringe
    if signals.aspirations == 0:
        return replace(syringe, aspirations=0)
    blood = signals.aspirated == AspirationResult.BLOOD
    return replace(
        syringe,
        aspirations=signals.aspirations,
        aspirated_at_ml=syringe.given_ml or 0.0,
        blood=blood,
        blood_site_mm=tip if blood else None,
    )


def _is_elsewhere(site: Point | None, tip: Point | None, settings: Settings) -> bool:
    """Whether the tip has left a place for good."""
    if site is None or tip is None:
        return False
    return hypot(tip[0] - site[0], tip[1] - site[1]) > settings.reposition_mm.value
