"""Other pictures of the same needle: whatever is done to them, picture, change and targets stay together."""

import numpy as np
import pytest

from inplane.perception.needle_input import CHANNELS
from inplane.trials import needle_augment
from inplane.trials.needle_augment import SIDE, affine, drawn, greys, halved
from inplane.trials.needle_samples import Samples
from inplane.trials.needle_targets import TARGETS

DRAWS = 60


def test_a_turned_and_stretched_needle_stays_with_its_picture(marked: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needle_augment, "WARPED", 1.0)
    rng, seen = np.random.default_rng(8), set()
    for number in range(DRAWS):
        shown, said = drawn(marked, number % 2, rng)
        if not said[0].max() > 0.99:  # it left the picture
            continue
        at = np.array(np.unravel_index(np.argmax(said[0]), said[0].shape))
        cells = shown[:4].sum(axis=0).reshape(SIDE // 2, 2, SIDE // 2, 2).sum(axis=(1, 3))
        brightest = np.array(np.unravel_index(np.argmax(cells), cells.shape))
        assert np.abs(brightest - at).max() <= 1, number
        seen.add(tuple(at))
    assert len(seen) > 10


def test_half_of_a_move_moves_cells_as_the_whole_moves_pixels() -> None:
    move = affine(np.random.default_rng(1), (200, 160))
    pixel = np.array([37.0, 81.0])
    moved = move[:, :2] @ pixel + move[:, 2]
    half = halved(move)
    np.testing.assert_allclose(half[:, :2] @ ((pixel - 0.5) / 2) + half[:, 2], (moved - 0.5) / 2)


def test_the_needle_moves_with_the_picture(marked: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needle_augment, "WARPED", 0.0)
    rng, columns = np.random.default_rng(5), []
    for number in range(DRAWS):
        shown, said = drawn(marked, number % 2, rng)
        assert shown.shape == (CHANNELS, SIDE, SIDE)
        assert said.shape == (TARGETS, SIDE // 2, SIDE // 2)
        at = np.array(np.unravel_index(np.argmax(said[0]), said[0].shape))
        cells = shown[:4].sum(axis=0).reshape(SIDE // 2, 2, SIDE // 2, 2).sum(axis=(1, 3))
        brightest = np.array(np.unravel_index(np.argmax(cells), cells.shape))
        assert np.abs(brightest - at).max() <= 1, number
        if shown[5].any():
            changed = np.array(np.unravel_index(np.argmax(shown[4]), shown[4].shape)) // 2
            assert np.abs(changed - at).max() <= 1, number
        columns.append((number % 2, int(at[1])))
    for tip, usual, mirrored in ((0, 7, 17), (1, 15, 9)):
        found = [column for which, column in columns if which == tip]
        assert set(found) == {usual, mirrored}
        assert DRAWS / 8 < found.count(mirrored) < DRAWS * 3 / 8


def test_what_is_unknown_is_never_shown_and_what_is_known_not_always(marked: Samples) -> None:
    rng = np.random.default_rng(6)
    known = [bool(drawn(marked, 0, rng)[0][5].any()) for _ in range(DRAWS)]
    assert 0.5 < np.mean(known) < 0.9
    for _ in range(10):
        assert not drawn(marked, 1, rng)[0][4:6].any()


def test_beyond_the_picture_nothing_is_shown(marked: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needle_augment, "WARPED", 0.0)
    shown, said = drawn(marked, 0, np.random.default_rng(7))
    assert shown[6, :60, :50].all()
    assert not shown[:, 60:].any()
    assert not shown[:, :, 50:].any()
    assert not said[[0, 4, 5], 30:].any()


@pytest.mark.parametrize("seed", range(25))
def test_greys_are_other_greys_of_the_same_picture(seed: int, marked: Samples) -> None:
    fine = marked.fine[0]
    before = fine.copy()
    first, second = (greys(fine, np.random.default_rng(seed)) for _ in range(2))
    assert (first.dtype, first.shape) == (np.uint8, fine.shape)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(fine, before)


def test_most_greys_differ(marked: Samples) -> None:
    made = [greys(marked.fine[0], np.random.default_rng(seed)) for seed in range(25)]
    assert sum(bool((each != marked.fine[0]).any()) for each in made) > 15
