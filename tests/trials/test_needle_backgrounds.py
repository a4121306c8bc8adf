"""Samples made of real pictures: their arrays agree, and no larger than what the net learns from."""

from pathlib import Path

import numpy as np
import pytest

from inplane.trials.needle_augment import SIDE
from inplane.trials.needle_backgrounds import backgrounds, pasted
from inplane.trials.needle_paste import Background
from inplane.trials.needle_samples import PATH_POINTS


@pytest.mark.parametrize("seed", range(6))
def test_arrays_agree_and_fit_into_what_the_net_is_shown(seed: int, speckle: Background) -> None:
    wide = Background(
        fine=np.tile(speckle.fine, (2, 2))[:501, :431], valid=np.tile(speckle.valid, (2, 2))[:250, :215], pixel_mm=0.15
    )
    made = pasted([speckle, wide], np.random.default_rng(seed), 3)
    count, rows, columns = made.fine.shape
    assert count == 3
    assert rows <= 2 * SIDE
    assert columns <= 2 * SIDE
    assert made.valid.shape == made.change.shape == (3, rows // 2, columns // 2)
    assert rows % 2 == columns % 2 == 0
    assert (made.fine.dtype, made.valid.dtype, made.change.dtype) == (np.uint8, np.uint8, np.int8)
    assert made.path.shape == (3, PATH_POINTS, 3)
    assert made.known.shape == (3,)
    again = pasted([speckle, wide], np.random.default_rng(seed), 3)
    np.testing.assert_array_equal(made.fine, again.fine)


def test_without_recordings_there_are_no_backgrounds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INPLANE_DATA", str(tmp_path))
    assert list(backgrounds()) == []
