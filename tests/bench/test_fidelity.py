"""The bench of fidelity: its list of checks, its closed forms, and the same scatterers before PyMUST."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inplane.bench import _fidelity_peer as peer_check
from inplane.bench import _fidelity_pymust as pymust
from inplane.bench import fidelity
from inplane.bench._fidelity_field import field
from inplane.bench._fidelity_phantoms import at, look, probe, scan, shade
from inplane.bench._fidelity_speckle import overlap_free, rayleigh_gcnr
from inplane.bench.fidelity import CHECKS, Check
from inplane.bench.report import Figure
from inplane.physics.ultrasound.phantom import phantom

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "fidelity.md"


def silent(text: str, fraction: float | None = None, /) -> None:
    """A progress that tells nobody."""


def check(name: str, **told: object) -> Check:
    """A check that measures what it is told."""
    measure: Callable[[int, bool], tuple[float | None, int, bool]] = lambda _s, _q: told["found"]  # type: ignore # noqa: E731
    extra = {key: value for key, value in told.items() if key != "found"}
    return Check(name=name, unit="", holds="so it is", measure=measure, **extra)  # type: ignore[arg-type]


def test_checks_are_in_order_and_each_has_its_section() -> None:
    numbers = [int(re.match(r"check_(\d\d)_", each.name)[1]) for each in CHECKS]  # type: ignore[index]
    assert numbers == sorted(set(numbers))
    sections = re.findall(r"^## (\d+)\. ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sections == [str(number) for number in range(1, 17)]


def test_what_holds_is_counted_and_what_was_not_measured_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = (
        check("check_01_a", found=(1.0, 3, True), parts=lambda _s, _q: [Figure("check_01_part", 2.0)]),
        check("check_02_b", found=(2.0, 3, False)),
        check("check_03_c", found=(None, 0, False), without="no peer here"),
    )
    monkeypatch.setattr(fidelity, "CHECKS", checks)
    told = {figure.name: figure for figure in fidelity.run(quick=True, seed=1, progress=silent)}
    assert (told["checks_passed"].value, told["checks_passed"].n) == (1, 3)
    assert [told[name].why for name in ("check_01_a", "check_02_b", "check_03_c")] == [
        "holds: so it is",
        "DOES NOT HOLD: so it is",
        "no peer here",
    ]
    assert told["check_01_part"].value == 2.0


def test_gcnr_of_rayleigh_densities() -> None:
    assert rayleigh_gcnr(10.0) == pytest.approx(0.697, abs=5e-4)
    assert rayleigh_gcnr(100.0) == pytest.approx(0.945, abs=5e-4)
    rng = np.random.default_rng(1)
    a, b = rng.rayleigh(1.0, 200_000), rng.rayleigh(10.0**-0.5, 200_000)
    assert overlap_free(a, b) == pytest.approx(rayleigh_gcnr(10.0), abs=0.01)
    assert overlap_free(a, a) == 0.0


def test_a_slab_is_shaded() -> None:
    block = phantom({"water": (None, 0.0, 1.5)}, seed=1, size_mm=(10.0, 10.0, 2.0))
    loud = shade(block, (1.0, 3.0), -10.0).echogenicity_zxy != block.echogenicity_zxy
    x = block.origin_mm[0] + np.arange(loud.shape[1]) * block.spacing_mm
    assert (loud == ((x > 1.0) & (x < 3.0))[None, :, None]).all()


def test_the_field_is_what_the_engine_images() -> None:
    """Summed as theory says, carrier and all, it gives the baseband's magnitude at the focus of a coarse picture."""
    block = phantom({"water": (None, 0.0, 1.5)}, seed=4, size_mm=(30.0, 24.0, 6.0))
    made, view, n = scan(block, seed=4, n_lines=384, n_samples=1024), look(at(), depth_mm=20.0, focus_mm=17.0), 1024
    shown = made.envelope(view)[167:217].astype(np.float64)
    places, strength = field(made, view, (384, n), (np.array([-4.5, 15.0, -0.8]), np.array([4.5, 19.0, 0.8])))
    x = (np.arange(384) - 191.5)[167:217] * 39.0 / 384
    rows = np.arange(836, 908)
    depth = (rows + 0.5) * 20.0 / n
    wavelength = 0.154
    lens = np.exp(-(places[:, 2] ** 2) / (2.0 * 0.24**2))
    along = np.exp(-((depth[:, None] - places[:, 1]) ** 2) / (2.0 * 0.0412**2))
    carried = along * (strength * lens * np.exp(-4j * np.pi * places[:, 1] / wavelength))
    across = np.exp(-((x[:, None] - places[:, 0]) ** 2) / (2.0 * (0.3762 * wavelength * 2.0) ** 2))
    expected = np.abs(across @ carried.T)
    assert np.corrcoef(shown[:, rows].ravel(), expected.ravel())[0, 1] > 0.97


def test_without_pymust_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pymust, "is_there", lambda: False)
    assert peer_check.against_pymust(1, True) == (None, 0, False)
    assert peer_check.parts(1, True) == []


@pytest.mark.peer("pymust")
def test_a_point_before_pymust_lies_where_it_is_and_is_as_wide_as_theory() -> None:
    made = pymust.array(probe(), frequency_hz=10e6, focus_mm=16.0, depth_mm=18.0, window_s=16e-6)
    depth = np.arange(14.0, 18.0, 0.005)
    aside = np.arange(0.0, 0.4, 0.02)
    shots = np.abs([pymust.line(made, np.array([[x, 16.0, 0.0]]), np.ones(1), depth) for x in aside])
    assert depth[shots[0].argmax()] == pytest.approx(16.0, abs=0.02)
    assert 2.0 * (depth[shots[0] > shots[0].max() / 2.0][-1] - 16.0) == pytest.approx(0.097, rel=0.1)
    half = np.interp(-0.5, -shots.max(axis=1) / shots.max(), aside)
    assert 2.0 * half == pytest.approx(0.886 * 0.154 * 2.0, rel=0.12)  # a 70 % pulse's lobe is a tenth wider


@pytest.mark.slow
@pytest.mark.peer("pymust")
def test_speckle_and_points_are_pymusts() -> None:
    """Check 16, the quick part: each comparison is told, and the same scatterers make the same speckle."""
    told = {name: (pair, share) for name, pair, share in peer_check.compare(5, True)}
    assert {name.split("_")[0] for name in told} == {"axial", "lateral", "side", "speckle"}
    (alike, _), _ = told["speckle_correlation"]
    assert alike > 0.5
    assert max(share for _, share in told.values()) <= 1.0
