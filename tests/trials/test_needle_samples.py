"""Samples come back from a file as they were, and a shaft is cut into equal steps."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from inplane.trials.needle_samples import PATH_POINTS, Samples, along, load, save


def test_what_is_kept_comes_back(tmp_path: Path, marked: Samples) -> None:
    path = marked.path.copy()
    path[1] = np.nan
    kept = replace(
        marked, path=path, contrast_db=np.array([[4.5], [np.nan]], np.float32).repeat(PATH_POINTS, 1), pixel_mm=0.1875
    )
    save(kept, tmp_path / "clip.npz")
    again = load(tmp_path / "clip.npz")
    assert again.pixel_mm == 0.1875
    for name in [each.name for each in fields(Samples) if each.name != "pixel_mm"]:
        before, after = getattr(kept, name), getattr(again, name)
        assert before.dtype == after.dtype, name
        np.testing.assert_array_equal(before, after, err_msg=name)
    assert [found.name for found in tmp_path.iterdir()] == ["clip.npz"]


def test_a_bent_line_is_cut_into_equal_steps_along_itself() -> None:
    bent = np.array([[0.0, 0, 0], [3, 0, 0], [3, 4, 0], [3, 4, 1]])
    expected = [(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0), (3, 1, 0), (3, 2, 0), (3, 3, 0), (3, 4, 0), (3, 4, 1)]
    assert along(bent, 9) == pytest.approx(np.array(expected, float))
    assert along(bent, 2) == pytest.approx(bent[[0, -1]])
