"""Real recordings, opened as a user opens them; what is none is passed over."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from inplane.trials.real_sets import frames_of, opened, paths_of


def test_what_holds_no_pictures_is_none(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture\n")
    assert opened(tmp_path / "notes.txt") is None
    assert opened(tmp_path / "missing.png") is None


def test_a_still_gives_one_frame_and_no_more_than_asked_for(tmp_path: Path) -> None:
    picture = np.random.default_rng(1).integers(30, 200, (120, 160)).astype(np.uint8)
    assert cv2.imwrite(str(tmp_path / "still.png"), picture)
    source = opened(tmp_path / "still.png")
    assert source is not None
    assert len(list(frames_of(source, 5))) == 1
    again = opened(tmp_path / "still.png")
    assert again is not None
    assert list(frames_of(again, 0)) == []


def test_paths_are_sorted_and_named_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INPLANE_DATA", str(tmp_path))
    for name in ("b.png", "a.png", "c.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in paths_of(("*.png", "a*"))] == ["a.png", "b.png"]
