"""The bench of realism as a whole: what it says and when it says nothing, what it keeps, and its nets on textures."""

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from inplane.bench import _realism_draw as draw
from inplane.bench import _realism_net as nets
from inplane.bench import _realism_sim as sim
from inplane.bench import realism
from inplane.bench._realism_classifier import Told, told_apart
from inplane.bench._realism_draw import Drawn
from inplane.bench._realism_keys import key_figures, keys, properties, rank_correlation
from inplane.bench._realism_still import PATCH, Still, matched
from inplane.bench._realism_transfer import Dices, transfer
from inplane.store.cache import Cache
from inplane.trials import learning
from inplane.trials.learning import MISSING, Training, load_torch, torch_there

RNG = np.random.default_rng(4)


def texture(shape: tuple[int, int], *, lateral: float = 1.0, seed: int = 1) -> np.ndarray:
    """Noise that is smooth along rows over so many pixels, 0 to 255."""
    field = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), (1.0, lateral))
    return np.clip(128 + 60 * field / field.std(), 5, 255).astype(np.float32)


def still(grey: np.ndarray, kinds: np.ndarray | None = None, group: int = 0) -> Still:
    there = np.zeros(grey.shape, np.uint8) if kinds is None else kinds
    return Still(name="made here", group=group, grey=grey.astype(np.float32), kinds=there)


def two_textures() -> Told:
    """Patches of two sets that differ in how fine they are across, and a score that says so."""
    first = [matched(texture((PATCH, PATCH), lateral=3, seed=n), RNG) for n in range(30)]
    second = [matched(texture((PATCH, PATCH), seed=100 + n), RNG) for n in range(30)]
    found = np.array(first + second, np.float32)
    fine, _ = properties(found)["lateral_power_2.4_to_5_per_mm"]
    return Told(
        by_picture=1.0,
        by_patch=1.0,
        pictures=(30, 30),
        scores=-fine,
        patches=found,
        patch_scores=-fine,
        depths_mm=np.full(60, 12.0),
        first=np.arange(60) < 30,
    )


def test_keys_name_what_differs() -> None:
    told = two_textures()
    found = {key.name: key for key in keys(told)}
    fine = found["lateral_power_2.4_to_5_per_mm"]
    assert fine.apart == 0.0
    assert fine.first < fine.second - 3
    assert fine.followed == pytest.approx(-1)
    assert abs(found["axial_power_1.2_to_2.4_per_mm"].apart - 0.5) < abs(fine.apart - 0.5)
    figures = {figure.name: figure for figure in key_figures(told)}
    assert figures["keys_lateral_power_2.4_to_5_per_mm"].value == 1.0
    assert figures["keys_depth_10_to_20_mm"].value == 1.0
    assert "keys_depth_3_to_10_mm" not in figures


def test_rank_correlation_of_opposites() -> None:
    values = np.array([3.0, 1.0, 2.0])
    assert rank_correlation(values, np.exp(values)) == pytest.approx(1)
    assert rank_correlation(values, -values) == pytest.approx(-1)
    assert rank_correlation(np.array([1.0]), np.array([2.0])) == 0.0


def proven(value: float) -> Told:
    return replace(two_textures(), by_picture=value, by_patch=value, pictures=(3, 4))


def test_a_classifier_that_misses_the_first_engine_says_nothing() -> None:
    good = realism.classifier_figures(proven(0.7), proven(0.97), "")
    assert [figure.value for figure in good] == [0.7, 0.7, 0.97]
    weak = realism.classifier_figures(proven(0.7), proven(0.9), "")
    assert weak[0].value is None
    assert "reached only 0.900 on the first engine" in str(weak[0].why)
    alone = realism.classifier_figures(proven(0.7), None, "no history")
    assert (alone[0].value, alone[2].value) == (None, None)
    assert "no history" in str(alone[0].why)


def test_transfer_is_the_ratio_of_mean_dice() -> None:
    real = Dices(nerve=0.6, vessel=0.8, nerves=5, vessels=4)
    figures = realism.transfer_figures(real, Dices(nerve=0.3, vessel=0.6, nerves=7, vessels=7))
    assert figures[0].value == pytest.approx(0.45 / 0.7)
    assert figures[0].n == 14
    nothing = realism.transfer_figures(Dices(nerve=0, vessel=0, nerves=0, vessels=0), real)
    assert nothing[0].value is None


def test_without_recordings_the_figures_are_null(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INPLANE_DATA", str(tmp_path / "none"))
    figures = realism.run(quick=False, seed=0, progress=lambda *_: None)
    assert [(f.name, f.value) for f in figures] == [("transfer_ratio", None), ("classifier_auc", None)]
    assert "INPLANE_DATA" in str(figures[0].why)


def test_without_torch_the_figures_are_null(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INPLANE_DATA", str(tmp_path))
    monkeypatch.setenv("INPLANE_CACHE", str(tmp_path))
    monkeypatch.setattr(realism, "drawn_views", lambda *_: iter(()))
    monkeypatch.setattr(realism, "blocks", lambda *_, **__: None)
    monkeypatch.setattr(realism, "_real", lambda: ())
    monkeypatch.setattr(realism, "torch_there", lambda: False)
    monkeypatch.setattr(sim, "_extracted", lambda _: None)
    figures = {f.name: f for f in realism.run(quick=False, seed=0, progress=lambda *_: None)}
    assert figures["transfer_ratio"].value is None
    assert figures["classifier_auc"].why == MISSING


def test_no_history_means_no_first_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(*_: object, **__: object) -> None:
        raise subprocess.CalledProcessError(128, "git")

    monkeypatch.setattr(sim.subprocess, "run", fails)
    engine = sim.FirstEngine(seed=0, patients=1, folder=tmp_path)
    assert engine.stills() == []
    assert "no git history" in engine.why
    engine.stop()


def test_drawn_views_are_kept_as_they_were(tmp_path: Path) -> None:
    kinds = np.zeros((20, 30), np.uint8)
    kinds[:10] = 1
    view = Drawn(patient=7, picture=np.full((40, 50), 9, np.uint8), kinds=kinds, width_mm=5.0, depth_mm=4.0)
    draw.save([view], tmp_path / "views.npz")
    (again,) = draw.load(tmp_path / "views.npz")
    assert (again.patient, again.width_mm, again.depth_mm) == (7, 5.0, 4.0)
    assert np.array_equal(again.kinds, view.kinds)
    (made,) = sim.as_stills([again], "kept")
    assert made.grey.shape == (40, 50)
    assert np.array_equal(made.kinds[:, :25], np.ones((40, 25)))
    assert not made.kinds[:, 25:].any()


needs_torch = pytest.mark.skipif(not torch_there(), reason=MISSING)


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "THREADS", 1)


@needs_torch
@pytest.mark.usefixtures("one_thread")
def test_nets_are_as_large_as_they_say() -> None:
    torch = load_torch(0)
    assert 0.5e6 <= learning.parameter_count(nets.segmenter(torch)) <= 1.05e6
    assert learning.parameter_count(nets.patch_classifier(torch)) < 0.1e6
    assert nets.segment(torch, nets.segmenter(torch).eval(), torch.zeros(2, 1, 64, 64)).shape == (2, 3, 64, 64)


@needs_torch
@pytest.mark.usefixtures("one_thread")
def test_the_classifier_tells_textures_apart_and_nothing_from_itself() -> None:
    fine = [still(texture((120, 120), lateral=1, seed=n), group=n) for n in range(8)]
    broad = [still(texture((120, 120), lateral=3, seed=50 + n), group=n) for n in range(8)]
    more = [still(texture((120, 120), lateral=1, seed=90 + n), group=n) for n in range(8)]
    training = Training(steps=25, batch=16, rate=3e-3)
    assert told_apart(broad, fine, seed=0, parts=2, training=training).by_picture == 1.0
    assert told_apart(more, fine, seed=0, parts=2, training=training).by_patch < 0.75


@needs_torch
@pytest.mark.usefixtures("one_thread")
def test_a_second_run_takes_the_weights_of_the_first(tmp_path: Path) -> None:
    pictures: list[Still] = []
    for number in range(8):
        grey, kinds = texture((384, 384), seed=number), np.zeros((384, 384), np.uint8)
        kinds[100:220, 60:180], kinds[100:220, 220:340] = 1, 2
        grey[100:220, 60:180], grey[100:220, 220:340] = 250, 5
        pictures.append(still(grey, kinds, group=number))
    cache, steps = Cache(folder=tmp_path, limit_bytes=10**8), Training(steps=6, batch=2, rate=3e-3)
    told: list[float] = []
    first = transfer(pictures, pictures, seed=1, training=steps, cache=cache, told=told.append)
    second = transfer(pictures, pictures, seed=1, training=steps, cache=cache, told=lambda _: pytest.fail("trained"))
    assert told == [0.0]
    assert first[1].vessels == 8
    assert second[1].nerve == pytest.approx(first[1].nerve, abs=1e-3)
