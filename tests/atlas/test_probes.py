"""Probes and presets against what geometry and physics ask of them."""

from dataclasses import fields
from math import asin, pi, sin

import pytest

from inplane.atlas import ProbeModel, ScannerPreset, load_atlas
from inplane.core import CurvedGeometry, GreyMap, LinearGeometry, Mode, ScannerControl

ATLAS = load_atlas()
PROBES, PRESETS = list(ATLAS.probes.values()), list(ATLAS.presets.values())
SOUND_MM_S = 1.54e6


def _wavelength_mm(frequency_hz: float) -> float:
    return SOUND_MM_S / frequency_hz


@pytest.fixture(params=PROBES, ids=lambda probe: probe.id)
def probe(request: pytest.FixtureRequest) -> ProbeModel:
    return request.param


@pytest.fixture(params=PRESETS, ids=lambda preset: preset.id)
def preset(request: pytest.FixtureRequest) -> ScannerPreset:
    return request.param


def test_every_class_of_probe_is_there() -> None:
    assert {"linear_12_4", "linear_15_6", "linear_12_3", "linear_22_10"} <= set(ATLAS.probes)
    assert {"curved_5_1", "curved_6_2", "micro_convex_8_5", "phased_4_2"} <= set(ATLAS.probes)


def test_a_face_is_as_long_as_its_shape_says(probe: ProbeModel) -> None:
    """Arc = radius times angle; sources round both to about 0.1 %."""
    radius, angle = probe.radius_mm.value, probe.field_of_view_rad.value
    if probe.shape == "curved":
        assert probe.width_mm.value == pytest.approx(radius * angle, rel=0.005)
    else:
        assert radius == 0


def test_elements_are_neither_slivers_nor_planks(probe: ProbeModel) -> None:
    """A pitch of 0.3 to 2 wavelengths at the default frequency: from a phased array's half to a coarse linear one's."""
    middle = _wavelength_mm(probe.frequency_default_hz.value)
    assert 0.3 <= probe.pitch_mm / middle <= 2.0


def test_lines_of_its_fan_are_a_geometry(probe: ProbeModel) -> None:
    """What a scan asks for: depths on offer fit the geometry, and every line of a sector can be steered to."""
    for depth_mm in (probe.depth_min_mm.value, probe.depth_max_mm.value):
        if probe.shape == "linear":
            LinearGeometry(n_lines=192, n_samples=512, width_mm=probe.width_mm.value, depth_mm=depth_mm)
        else:
            CurvedGeometry(
                n_lines=192,
                n_samples=512,
                radius_mm=probe.radius_mm.value,
                angle_rad=probe.field_of_view_rad.value,
                depth_mm=depth_mm,
            )
    if probe.shape == "phased":
        assert probe.steer_max_rad.value == pytest.approx(probe.field_of_view_rad.value / 2, abs=1e-3)
    if probe.shape == "linear":
        assert probe.field_of_view_rad.value / 2 <= probe.steer_max_rad.value


def test_the_deepest_picture_can_still_be_received(probe: ProbeModel) -> None:
    """2 alpha f d of muscle at most 100 dB, at the lowest frequency and at the default one."""
    alpha = ATLAS.tissue("muscle").attenuation_db_cm_mhz.value
    for frequency in (probe.frequency_min_hz, probe.frequency_default_hz):
        assert 2 * alpha * frequency.value / 1e6 * probe.depth_max_mm.value / 10 <= 100


GRATING_FREE = {"micro_convex_8_5", "phased_4_2"}
"""Those that send no grating lobe at any steering and frequency that they offer. Linear and large curved arrays are
made with a pitch above a wavelength at the top of their band, as those that they are modelled on: their lobes are
kept down by how little single elements look aside, and by short pulses."""


def test_which_probes_steer_without_grating_lobes(probe: ProbeModel) -> None:
    free = probe.grating_free_rad(_wavelength_mm(probe.frequency_max_hz.value)) >= probe.steer_max_rad.value
    assert free == (probe.id in GRATING_FREE)


@pytest.mark.parametrize(
    ("pitches", "allowed"), [(0.9, 0.0), (1.0, 0.0), (1.5, asin(0.5)), (2.0, pi / 2), (3.0, pi / 2)]
)
def test_grating_free_angle_is_its_closed_form(pitches: float, allowed: float) -> None:
    probe = ATLAS.probe("linear_12_4")
    assert probe.grating_free_rad(pitches * probe.pitch_mm) == pytest.approx(allowed, abs=1e-6)


def test_at_the_grating_free_angle_the_first_lobe_lies_along_the_face() -> None:
    """sin(lobe) = sin(steer) - wavelength / pitch = -1."""
    probe = ATLAS.probe("phased_4_2")
    wavelength = 1.6 * probe.pitch_mm
    assert sin(probe.grating_free_rad(wavelength)) - wavelength / probe.pitch_mm == pytest.approx(-1.0)


def test_a_preset_is_what_its_scanner_is_set_to(preset: ScannerPreset) -> None:
    """Every knob that the entry holds arrives; the others are the scanner's own."""
    scanner = preset.scanner()
    assert isinstance(scanner.grey_map, GreyMap)
    assert scanner.mode is Mode.B
    own = {"id", "name", "probe", "region", "text", "source", "grade", "review", "partial", "note", "also"}
    knobs = {field.name for field in fields(ScannerPreset)} - own
    assert knobs <= {field.name for field in fields(ScannerControl)}
    for knob in knobs:
        held = getattr(preset, knob)
        held = getattr(held, "value", getattr(held, "values", held))
        assert getattr(scanner, knob) == held


def test_a_preset_asks_only_for_what_its_probe_can_do(preset: ScannerPreset) -> None:
    """Beyond ranges: second harmonics within the band, no compounding of phased arrays, a fan of linear arrays only."""
    probe = ATLAS.probe(preset.probe)
    if preset.harmonic:
        assert 2 * preset.frequency_hz.value <= probe.frequency_max_hz.value
    if probe.shape == "phased":
        assert preset.compound_angles.value == 1
    assert probe.shape == "linear" or not preset.virtual_convex


def test_presets_cover_probes_and_regions() -> None:
    assert {preset.probe for preset in PRESETS} == set(ATLAS.probes)
    regions = {preset.region for preset in PRESETS}
    assert {"neck", "hip", "abdomen", "lumbar", "chest", "heart", "limb_tendon"} <= regions
