"""Grating lobes against their closed form, against PyMUST, and in the picture."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from inplane.atlas import ProbeModel, load_atlas
from inplane.bench import _fidelity_pymust as peer
from inplane.bench._fidelity_needle import laid, needle_view
from inplane.bench._fidelity_phantoms import SILENT_DB, at, db, look, rms, scan
from inplane.core import NeedleShape
from inplane.physics.ultrasound import Scan, grating
from inplane.physics.ultrasound.compound import STEERS_RAD
from inplane.physics.ultrasound.grating import NONE, Face, Lobes, closed_form_db, lobes, lobes_of, spots
from inplane.physics.ultrasound.phantom import phantom

Floats = NDArray[np.float64]
ATLAS = load_atlas()
LINEAR = [probe for probe in ATLAS.probes.values() if probe.shape == "linear"]
STEER_RAD = 0.3
SAMPLE_MM = 40.0 / 1024


@pytest.fixture(scope="module")
def quiet() -> Scan:
    return scan(phantom({"water": (None, SILENT_DB, 1.5)}, seed=5), seed=5, n_samples=1024)


def face_of(probe: ProbeModel, frequency_hz: float, focus_mm: float, steer_rad: float) -> Face:
    """What its lobes depend on, in water."""
    pitch, most = probe.pitch_mm, probe.width_mm.value
    wavelength, band = grating.SOUND_MM_S / frequency_hz, probe.bandwidth_fraction.value
    return Face(pitch, most, wavelength, focus_mm, band, steer_rad, loss=0.0)


@pytest.mark.parametrize("probe", ATLAS.probes.values(), ids=lambda probe: probe.id)
def test_straight_looks_have_none_and_curved_and_phased_arrays_need_none(probe: ProbeModel) -> None:
    """Elements of curved and phased arrays are taken to lie flat, which makes them look aside more than they do."""
    scanner = probe.default_scanner()
    assert lobes_of(probe, scanner, 0.0) is NONE
    if probe.shape != "linear":
        for frequency in (probe.frequency_default_hz.value, probe.frequency_max_hz.value):
            for steer in STEERS_RAD if scanner.compound_angles > 1 else (0.0,):
                assert lobes(face_of(probe, frequency, scanner.focus_mm, steer)._replace(loss=0.5)) is NONE


def test_fans_and_harmonics_have_none() -> None:
    probe = ATLAS.probe("linear_12_4")
    scanner = replace(probe.default_scanner(), frequency_hz=6e6, compound_angles=1)
    assert lobes_of(probe, replace(scanner, frequency_hz=10e6), STEER_RAD).aside.size > 0
    assert lobes_of(probe, replace(scanner, harmonic=True), STEER_RAD) is NONE
    assert lobes_of(probe, replace(scanner, virtual_convex=True), STEER_RAD) is NONE


@pytest.mark.parametrize("steer_rad", [STEER_RAD, -STEER_RAD])
def test_ghosts_lie_where_the_equation_puts_them(steer_rad: float) -> None:
    """sin(t_g) = sin(t_s) -+ wavelength / pitch; at range r they are shown r (sin(t_s) - sin(t_g)) aside."""
    face = face_of(ATLAS.probe("linear_12_4"), 9e6, 20.0, steer_rad)
    found = lobes(face)
    apart = np.sin(steer_rad) - found.sine
    shares = np.abs(apart) * face.pitch / face.wavelength
    assert (shares.min(), shares.max()) == pytest.approx((0.7, 1.3), rel=1e-4)
    assert (np.sign(apart) == np.sign(steer_rad)).all()
    assert np.allclose(found.aside, apart / found.cosine, atol=1e-5)
    assert np.allclose(found.deeper, np.cos(steer_rad) / found.cosine, atol=1e-5)
    assert np.allclose(found.sine**2 + found.cosine**2, 1.0, atol=1e-5)
    mirrored = lobes(face._replace(steer=-steer_rad))
    assert np.allclose(np.sort(mirrored.aside), np.sort(-found.aside), atol=1e-5)


@pytest.mark.parametrize("probe", LINEAR, ids=lambda probe: probe.id)
def test_levels_follow_the_closed_form(probe: ProbeModel) -> None:
    """At the focus, n/N and the directivity of the middle element: within 6 dB, a factor of two, for elements see the
    place under angles that differ by 28 degrees; and twice as many elements halve it, within 1.5 dB."""
    frequency = probe.frequency_default_hz.value
    levels: list[float] = []
    for focus_mm in (10.0, 20.0):
        face = face_of(probe, frequency, focus_mm, STEER_RAD)
        shares = np.linspace(0.7, 1.2, 11)
        sine = np.sin(STEER_RAD) - shares * face.wavelength / face.pitch
        there = np.abs(sine) < 0.95
        level = spots(face, sine[there], 1.0 / shares[there], np.array([focus_mm]))[0]
        levels.append(float(db(level.max())))
    formula_db = closed_form_db(face_of(probe, frequency, 40.0, STEER_RAD), 1)  # of half this focus, 20 mm
    assert levels[1] == pytest.approx(formula_db, abs=6.0)
    assert levels[0] - levels[1] == pytest.approx(6.0, abs=1.5)


def theirs(face: Face, probe: ProbeModel, source_mm: tuple[float, float], depths_mm: Floats) -> Floats:
    """PyMUST's envelope over depth on a line from x = 0, over its echo of a point on the line at the same depth."""
    frequency, (x, y) = grating.SOUND_MM_S / face.wavelength, source_mm
    made = peer.array(
        probe, frequency_hz=frequency, focus_mm=face.focus, depth_mm=30.0, window_s=80e-6, steer_rad=face.steer
    )
    on_line = np.array([[y * np.tan(face.steer), y, 0.0]])
    main, ghost = (
        np.abs(peer.line(made, place, np.ones(1), depths_mm)) for place in (on_line, np.array([[x, y, 0.0]]))
    )
    return ghost / main.max()


@pytest.mark.peer("pymust")
@pytest.mark.parametrize(
    ("name", "frequency_hz", "depth_mm", "focus_mm"),
    [
        ("linear_15_6", 12e6, 20.0, 20.0),
        ("linear_15_6", 12e6, 20.0, 12.0),
        ("linear_12_4", 9e6, 20.0, 20.0),
        ("linear_12_4", 9e6, 10.0, 20.0),
        ("linear_12_4", 12e6, 20.0, 20.0),
    ],
)
def test_pymust_finds_the_same_ghosts(name: str, frequency_hz: float, depth_mm: float, focus_mm: float) -> None:
    """Level within 3 dB, since PyMUST's elements have another directivity at each frequency and its receive focus
    moves; middle and length within 0.6 mm, four pulses of the twenty that a ghost is long."""
    probe = ATLAS.probe(name)
    face, shares = face_of(probe, frequency_hz, focus_mm, STEER_RAD), np.array([0.8, 0.9, 1.0, 1.1])
    sine = np.sin(STEER_RAD) - shares * face.wavelength / face.pitch
    level, late, half = spots(face, sine, 1.0 / shares, np.array([depth_mm]))
    depths = np.arange(depth_mm - 6.0, depth_mm + 6.0, 0.01)
    for i, cosine in enumerate(np.sqrt(1.0 - sine**2)):
        ghost = theirs(face, probe, (depth_mm * sine[i] / cosine, depth_mm), depths)
        upright = np.cos(STEER_RAD)
        middle = (ghost**2 @ depths) / (ghost**2).sum() - depth_mm * upright / cosine
        assert float(db(level[i, 0])) == pytest.approx(float(db(ghost.max())), abs=3.0)
        assert late[i, 0] * upright == pytest.approx(middle, abs=0.6)
        assert half[i, 0] * upright == pytest.approx(1.5 * (ghost**2).sum() * 0.01 / ghost.max() ** 2, abs=0.6)


@pytest.mark.peer("pymust")
def test_a_dots_ghost_is_seen_where_pymust_sees_it(quiet: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A needle through the plane is a dot. Its ghost's level within 4 dB, as a mean of twelve: 3 dB as above and the
    error of a mean of powers; its depth within 0.5 mm; beside it, at half of the way, there is nothing."""
    probe, pitch = quiet.probe, quiet.probe.width_mm.value / 192
    face = face_of(probe, 10e6, 20.0, STEER_RAD)
    monkeypatch.setattr("inplane.physics.ultrasound.scan.lobes_of", only(lobes(face)))
    view, aside_mm = needle_view(laid(0.0, 22, turn_rad=float(np.pi / 2))), np.array([9.0, 10.0, 11.0])
    assert view.needle is not None
    ours: list[Floats] = []
    for x in np.arange(-10.0, -4.0, 0.5):
        moved = replace(view.needle, points_mm=view.needle.points_mm + np.array([x, 0.0, 0.65 * x]))
        shown = quiet.envelope(replace(view, needle=moved), steer_rad=STEER_RAD).astype(np.float64)
        line = int(np.argmax(shown[:, 460:540].max(axis=1)))
        ours.append(shown[line + np.rint(aside_mm / pitch).astype(int), 410:640] / shown[line].max())
        assert shown[line + round(5.0 / pitch), 410:640].max() < 0.01 * shown[line].max()
    level = rms(np.array(ours))
    middle = (np.argmax(level, axis=1) + 410.5) * SAMPLE_MM
    depth, depths = 19.64, np.arange(14.0, 26.0, 0.01)
    for i, aside in enumerate(aside_mm):
        ghost = theirs(face, probe, (depth * np.tan(STEER_RAD) - aside, depth), depths)
        assert float(db(level[i].max())) == pytest.approx(float(db(ghost.max())), abs=4.0)
        assert middle[i] == pytest.approx(depths[int(np.argmax(ghost))], abs=0.5)


def block(x: Floats, y: Floats, z: Floats) -> NDArray[np.bool_]:
    """3 mm wide, from 20 mm down."""
    return (np.abs(x + 6.0) < 1.5) & (y > 20.0) & np.isfinite(z)


def only(found: Lobes) -> Callable[..., Lobes]:
    """These lobes for every transmit."""

    def lobes_of(*_: object) -> Lobes:
        return found

    return lobes_of


def test_bone_has_a_ghost_aside_of_its_shadow_when_the_beam_is_steered() -> None:
    """A block 3 mm wide: its ghosts lie 7 to 13 mm aside of it; there are none when the beam is straight. A point's is
    26 dB fainter; some ten cells of rough bone add up as power, 10 dB. Within 6 dB, for a few cells are chance's."""
    parts = {
        "water": (None, SILENT_DB, 1.5),
        "cortical_bone": (block, SILENT_DB, 6.7),
    }
    made = scan(phantom(parts, seed=5), seed=5, n_samples=1024)
    view, pitch = look(at(), focus_mm=20.0), made.probe.width_mm.value / 192
    straight, steered = (made.envelope(view, steer_rad=steer).astype(np.float64) for steer in (0.0, STEER_RAD))
    aside = range(round((-6.0 + 8.5) / pitch + 95.5), round((-6.0 + 11.5) / pitch + 95.5))
    ghost = rms(steered[aside, 440:560].max(axis=1)) / steered[:, 440:560].max()
    assert float(db(ghost)) == pytest.approx(-16.0, abs=6.0)
    assert straight[aside, 440:560].max() < 1e-3 * straight[:, 440:560].max()


def test_a_shaft_that_faces_the_lobe_has_the_louder_ghost(quiet: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the beam at 17 degrees the lobe looks 12 degrees to the other side: of two mirrored shafts the one that
    faces it is 24 degrees squarer to it, 15 dB by the law of visibility."""

    def ghost_of(needle: NeedleShape) -> float:
        shown: list[Floats] = []
        for found in (NONE, lobes(face_of(quiet.probe, 10e6, 20.0, STEER_RAD))):
            monkeypatch.setattr("inplane.physics.ultrasound.scan.lobes_of", only(found))
            shown.append(quiet.envelope(needle_view(needle), steer_rad=STEER_RAD).astype(np.float64))
        return float(np.abs(shown[1] - shown[0]).max())

    towards, away = (ghost_of(laid(float(np.deg2rad(degrees)), 22)) for degrees in (20.0, -20.0))
    assert towards > 3.0 * away
