"""The atlas's thresholds that guidance needs, looked up once when a procedure begins."""

from dataclasses import dataclass, fields

from inplane.atlas import load_atlas
from inplane.core import CitedValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every number that guidance decides with, each with unit and source; the field's name is the threshold's name.

    Args:
        vessel_margin_mm: nearer than this to a vessel, it is mentioned.
        vessel_danger_mm: nearer than this to a vessel's wall, an alarm of high priority.
        bone_margin_mm: nearer than this to bone, it is mentioned.
        time_to_contact_s: warn when contact is nearer in time than this.
        alarm_hysteresis_mm, alarm_hysteresis_fraction: how much farther than its limit before a condition has ended.
        path_length_mm: how far ahead the path is drawn.
        path_slice_sd_mm: what the slice thickness adds to the path.
        path_bending_sd_rad: how far a pushed needle bends off its line.
        advancing_speed_mm_s: slower than this, the needle is held still.
        needle_speed_max_mm_s: faster than this is mentioned.
        needle_steepness_max_rad: steeper than this against the probe's face is mentioned.
        tip_unseen_while_advancing_s: how long the tip may be out of sight while it was advancing.
        no_spread_volume_ml, no_spread_fraction_of_plan: volume without visible spread that says stop.
        no_spread_small_volume_ml, small_target_max_ml: the same for small targets, and what counts as one.
        pressure_stop_kpa: injection pressure that stops an injection.
        dose_fraction_warn, dose_fraction_max: of the summed dose limits.
        reposition_mm: a tip that has moved this far is at another place.
        alarm_persistence_s, path_persistence_s: how long a condition must last before it is raised.
        alarm_release_s: how long it must be gone before its alarm ends.
        alarm_gap_s: longest time that one frame may count for, so that a jump of the clock raises nothing.
        vessel_likely_confidence_fraction: confidence from which "likely" is said.
        vessel_alarm_confidence_fraction: confidence from which an alarm may be raised.
        vessel_remembered_s: how long a vessel that went out of sight is still asked after.
        contact_min_fraction: share of the probe's width with acoustic contact below which the view is poor.
    """

    vessel_margin_mm: CitedValue
    vessel_danger_mm: CitedValue
    bone_margin_mm: CitedValue
    time_to_contact_s: CitedValue
    alarm_hysteresis_mm: CitedValue
    alarm_hysteresis_fraction: CitedValue
    path_length_mm: CitedValue
    path_slice_sd_mm: CitedValue
    path_bending_sd_rad: CitedValue
    advancing_speed_mm_s: CitedValue
    needle_speed_max_mm_s: CitedValue
    needle_steepness_max_rad: CitedValue
    tip_unseen_while_advancing_s: CitedValue
    no_spread_volume_ml: CitedValue
    no_spread_fraction_of_plan: CitedValue
    no_spread_small_volume_ml: CitedValue
    small_target_max_ml: CitedValue
    pressure_stop_kpa: CitedValue
    dose_fraction_warn: CitedValue
    dose_fraction_max: CitedValue
    reposition_mm: CitedValue
    alarm_persistence_s: CitedValue
    path_persistence_s: CitedValue
    alarm_release_s: CitedValue
    alarm_gap_s: CitedValue
    vessel_likely_confidence_fraction: CitedValue
    vessel_alarm_confidence_fraction: CitedValue
    vessel_remembered_s: CitedValue
    contact_min_fraction: CitedValue


def settings_from_atlas() -> Settings:
    """The atlas's values.

    Raises:
        UnknownNameError: the atlas lacks one of them.
    """
    atlas = load_atlas()
    return Settings(**{field.name: atlas.threshold(field.name) for field in fields(Settings)})
