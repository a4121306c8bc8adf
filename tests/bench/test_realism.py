"""Measuring of realism against answers that are written down here; the bench itself is run by make bench."""

import numpy as np
import pytest

from inplane.bench._realism_statistics import (
    SHOWN_DB,
    contrast,
    gcnr,
    histogram_distance,
    view_statistics,
    window_statistics,
    windows,
)
from inplane.bench._realism_still import (
    PATCH,
    PIXEL_MM,
    Still,
    apart,
    auc,
    matched,
    on_scale,
    patches,
)
from inplane.bench._realism_table import Sets, mask_of, table_figures
from inplane.bench._realism_transfer import SIDE, SIDE_PIXEL_MM, as_seen, varied
from inplane.trials.look_alikes import folds, look_alikes

RNG = np.random.default_rng(4)


def still(grey: np.ndarray, kinds: np.ndarray | None = None, group: int = 0) -> Still:
    there = np.zeros(grey.shape, np.uint8) if kinds is None else kinds
    return Still(name="made here", group=group, grey=grey.astype(np.float32), kinds=there)


def speckle(shape: tuple[int, int], *, smooth: tuple[float, float] = (0.0, 0.0), seed: int = 1) -> np.ndarray:
    """Grey of fully developed speckle, log-compressed as SHOWN_DB says, its complex field smoothed by Gaussians."""
    from scipy import ndimage

    rng = np.random.default_rng(seed)
    real, imaginary = (ndimage.gaussian_filter(rng.normal(size=shape), smooth, mode="wrap") for _ in range(2))
    envelope = np.hypot(real, imaginary)
    decibels = 20 * np.log10(envelope / envelope.max())
    return np.clip(255 * (1 + decibels / SHOWN_DB), 0, 255).astype(np.float32)


def test_auc_has_its_known_answers() -> None:
    assert auc(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 1.0
    assert auc(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == 0.0
    assert apart(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == 1.0
    assert auc(np.ones(3), np.ones(5)) == 0.5
    assert auc(np.array([1.0, 3.0]), np.array([2.0])) == 0.5
    one, other = RNG.normal(1, 1, 40_000), RNG.normal(0, 1, 40_000)
    assert auc(one, other) == pytest.approx(0.7602, abs=0.006)  # Phi(1 / sqrt 2)


def test_rayleigh_speckle_has_the_snr_of_theory() -> None:
    found = [window_statistics(window)["speckle_snr"] for window in windows(speckle((320, 320)))]
    assert np.median(found) == pytest.approx(1.91, abs=0.06)


@pytest.mark.parametrize("pixels", [1.5, 2.5])
def test_autocorrelation_is_as_wide_as_the_field_was_smoothed(pixels: float) -> None:
    found = [window_statistics(window) for window in windows(speckle((640, 640), smooth=(1.0, pixels)))]
    axial = np.median([one["axial_width"] for one in found])
    lateral = np.median([one["lateral_width"] for one in found])
    # a Gaussian of sigma s smooths the field; the intensity's autocorrelation exp(-x²/(2 s²)) is 2.355 s wide at half
    # height, that of the logarithm somewhat narrower
    assert lateral / axial == pytest.approx(pixels, rel=0.12)
    assert 0.75 * 2.355 * pixels * PIXEL_MM < lateral < 1.05 * 2.355 * pixels * PIXEL_MM


def test_a_smoother_picture_has_a_steeper_spectrum() -> None:
    rough, smooth = (view_statistics(speckle((256, 256), smooth=(s, s))) for s in (0.5, 2.0))
    assert smooth["axial_slope"] < rough["axial_slope"] < 0.3
    assert smooth["lateral_fine_share"] < rough["lateral_fine_share"]


def test_layers_are_told_from_columns() -> None:
    lines = np.zeros((200, 200), np.float32) + 60
    lines[::20] = 220
    assert view_statistics(lines)["layering"] > 0.99
    assert view_statistics(lines.T)["layering"] < -0.99
    assert view_statistics(lines)["row_banding"] > 10 * view_statistics(lines)["column_banding"]


def test_gcnr_is_one_of_apart_and_none_of_alike() -> None:
    low, high = np.full(500, 10, np.float32), np.full(500, 200, np.float32)
    assert gcnr(low, high) == 1.0
    assert gcnr(low, low) == 0.0
    assert gcnr(low, np.concatenate((low, high))) == pytest.approx(0.5)


def test_contrast_is_taken_against_the_ring() -> None:
    grey, kinds = np.full((200, 200), 100, np.float32), np.zeros((200, 200), np.uint8)
    kinds[80:120, 80:120] = 2
    grey[80:120, 80:120] = 5
    assert contrast(still(grey, kinds), 2) == 1.0
    assert contrast(still(grey, kinds), 1) is None


def test_histogram_distance_is_what_has_to_be_moved() -> None:
    grey = RNG.uniform(0, 200, (50, 50)).astype(np.float32)
    assert histogram_distance([grey], [grey]) == 0.0
    assert histogram_distance([grey], [grey + 7]) == pytest.approx(7, abs=1e-3)


def test_matched_patches_have_one_histogram_and_keep_their_order() -> None:
    patch = speckle((PATCH, PATCH))
    twin = matched(patch, np.random.default_rng(1))
    other = matched(np.round(patch**1.7 / 90), np.random.default_rng(2))
    assert np.array_equal(np.sort(twin, axis=None), np.sort(other, axis=None))
    order = np.argsort(patch, axis=None)
    assert (np.diff(twin.ravel()[order]) >= 0)[np.diff(patch.ravel()[order]) > 0].all()


def test_patches_are_lit_and_know_their_depth() -> None:
    grey = np.zeros((400, 100), np.float32)
    grey[:150] = 90
    found, depths = patches(still(grey), 8, np.random.default_rng(0))
    assert len(found) == len(depths) == 8
    assert max(depths) / PIXEL_MM <= 150 + 0.25 * PATCH - 0.5 * PATCH + 1
    nothing, _ = patches(still(np.zeros((40, 40), np.float32)), 8, np.random.default_rng(0))
    assert nothing.shape == (0, PATCH, PATCH)


def test_parts_never_divide_a_group_and_are_about_equal() -> None:
    groups = [int(g) for g in np.random.default_rng(3).integers(0, 30, 150)] + [99] * 20
    for seed in range(5):
        part = folds(groups, 4, np.random.default_rng(seed))
        for group in set(groups):
            assert len({int(p) for p, g in zip(part, groups, strict=True) if g == group}) == 1
        sizes = np.bincount(part)
        assert sizes.max() - sizes.min() <= 10
    assert not np.array_equal(folds(groups, 4, np.random.default_rng(0)), folds(groups, 4, np.random.default_rng(1)))


def test_look_alikes_are_found_mirrored_and_under_another_gain() -> None:
    from scipy import ndimage

    one, other = (
        np.exp(4 + 0.5 * ndimage.zoom(np.random.default_rng(s).normal(size=(20, 20)), 10)).astype(np.float32)
        for s in (0, 1)
    )
    group = look_alikes([one, other, one[:, ::-1].copy(), 0.6 * one])
    assert group == [0, 1, 0, 0]


def test_scale_is_that_of_the_rectangle() -> None:
    picture = np.zeros((400, 534), np.uint8)
    picture[200:] = 200
    grey, kinds = on_scale(picture, (picture[::2] > 0).astype(np.uint8), (38.4, 30.0))
    assert grey.shape == kinds.shape == (300, 384)
    assert (grey[:149] == 0).all()
    assert grey[151:] == pytest.approx(200, abs=1e-3)
    assert np.array_equal(kinds[152:] > 0, grey[152:] > 100)


def test_the_net_sees_a_fixed_scale() -> None:
    kinds = np.zeros((300, 384), np.uint8)
    kinds[100:140, 180:220] = 2
    kinds[200:, :] = 3
    grey, seen = as_seen(still(np.full((300, 384), 128), kinds))
    assert grey.shape == seen.shape == (SIDE, SIDE)
    assert set(np.unique(seen)) == {0, 2}
    assert (seen == 2).sum() * SIDE_PIXEL_MM**2 == pytest.approx(16, rel=0.05)
    assert grey[160:].max() == 0


def test_another_day_moves_picture_and_outline_together() -> None:
    grey, kinds = np.full((SIDE, SIDE), 0.1, np.float32), np.zeros((SIDE, SIDE), np.int64)
    grey[60:110, 80:130], kinds[60:110, 80:130] = 0.9, 1
    for seed in range(10):
        moved, outline = varied((grey, kinds), np.random.default_rng(seed))
        bright = moved > 0.4
        assert (bright & (outline == 1)).sum() / (bright | (outline == 1)).sum() > 0.9
        assert 0 <= moved.min() <= moved.max() <= 1


def test_the_table_says_what_is_missing() -> None:
    kinds = np.zeros((200, 200), np.uint8)
    kinds[60:120, 60:140] = 3
    views = [still(speckle((200, 200), seed=n), kinds) for n in range(2)]
    real = {"usgra_seg": [still(speckle((200, 200), seed=5))], "timtrack_muscle": [still(speckle((320, 200), seed=6))]}
    figures = {f.name: f for f in table_figures(Sets(views=views, blocks={}, real=real))}
    assert figures["view_speckle_snr_simulated"].n == 2
    assert figures["muscle_speckle_snr_groin"].value == pytest.approx(1.91, abs=0.15)
    assert figures["muscle_grey_distance_groin"].value is not None
    missing = figures["tendon_speckle_snr_real"]
    assert missing.value is None
    assert "nothing that could be measured" in str(missing.why)


def test_of_bone_the_surface_counts() -> None:
    kinds = np.zeros((100, 40), np.uint8)
    kinds[50:, 10:30] = 4
    mask = mask_of(still(np.zeros((100, 40)), kinds), "bone")
    assert mask[45:56, 10:30].all()
    assert mask.sum() == 11 * 20
    assert np.array_equal(mask_of(still(np.zeros((100, 40)), kinds // 4 * 3), "muscle"), kinds > 0)
