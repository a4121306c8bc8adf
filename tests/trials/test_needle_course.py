"""The course as a whole: a card that is the model's, samples that are not made twice, workers that make the same."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.core import InputError
from inplane.perception.needle_input import CHANNELS
from inplane.perception.needle_maps import CELL, MAPS
from inplane.perception.onnx_net import read_card
from inplane.trials import needle_course
from inplane.trials.course import Course, require_same
from inplane.trials.needle_backgrounds import SETS
from inplane.trials.needle_clips import FIRST_SEED, samples
from inplane.trials.needle_course import LEARNED_FROM, REAL_CLIPS, SET_SHARES, paste, simulate, write_card
from inplane.trials.needle_samples import load

COURSE = Course(steps=40, seed=3)


def test_a_card_is_that_of_its_file_and_says_what_was_learned_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needle_course, "paths_of", list)
    path = tmp_path / "needle.onnx"
    path.write_bytes(b"a net")
    write_card(path, COURSE, simulated=7, real=5)
    card = read_card(tmp_path / "needle.json")
    assert card.sha256 == hashlib.sha256(b"a net").hexdigest()
    assert (card.name, card.channels, card.maps, card.cell) == ("needle", CHANNELS, MAPS, CELL)
    said = json.loads((tmp_path / "needle.json").read_text())
    assert set(said["learned_from"]) == set(SETS)
    assert (said["simulated_clips"], said["real_batches"], said["course"]) == (7, 5, asdict(COURSE))
    assert said["simulated_patients_from"] == FIRST_SEED + 3000
    assert "Not a medical device." in said["limits"]
    write_card(path, COURSE, simulated=7, real=0)
    assert json.loads((tmp_path / "needle.json").read_text())["learned_from"] == {}


def test_a_card_names_no_set_that_was_not_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needle_course, "paths_of", lambda patterns: [p for p in patterns if "carotids" in p])
    path = tmp_path / "needle.onnx"
    path.write_bytes(b"a net")
    write_card(path, COURSE, simulated=7, real=5)
    assert list(json.loads((tmp_path / "needle.json").read_text())["learned_from"]) == ["ctu-carotids"]


def test_a_folder_of_another_course_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    kept = tmp_path / "words.json"
    require_same(kept, {"clips": 3})
    require_same(kept, {"clips": 3})
    with pytest.raises(InputError, match=r'holds a course of {"clips": 3}. Expected the same, not {"clips": 4}'):
        require_same(kept, {"clips": 4})
    assert kept.read_text() == '{"clips": 3}'


def test_every_set_has_its_licence_and_its_share() -> None:
    assert set(LEARNED_FROM) == set(SET_SHARES) == set(SETS)
    assert sum(SET_SHARES.values()) == pytest.approx(1)


def test_without_recordings_it_says_that_simulation_is_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INPLANE_DATA", str(tmp_path / "none"))
    told: list[str] = []
    paste(tmp_path, seed=1, told=told.append)
    assert told == ["no real recordings here (set INPLANE_DATA): learning from simulation alone"]
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_made_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(needle_course, "backgrounds", lambda: pytest.fail("pasted again"))
    (tmp_path / f"real-{REAL_CLIPS - 1:04d}.npz").touch()
    for patient in range(2):
        (tmp_path / f"simulated-{patient:04d}-02.npz").touch()
    paste(tmp_path, seed=1, told=pytest.fail)
    simulate(tmp_path, seed=1, patients=2, clips=3, told=pytest.fail)


@pytest.mark.slow
def test_a_worker_makes_what_this_process_makes(tmp_path: Path) -> None:
    told: list[str] = []
    simulate(tmp_path, seed=98, patients=1, clips=1, told=told.append)
    assert told == ["patient 1 of 1 simulated"]
    made = load(tmp_path / "simulated-0000-00.npz")
    (expected,) = samples(load_atlas(), seed=98, index=0, clips=1)
    for name in ("valid", "known", "path", "contrast_db", "pixel_mm"):
        np.testing.assert_array_equal(getattr(made, name), getattr(expected, name), err_msg=name)
    for name in ("fine", "change"):  # sums in another order, on other threads, may round a grey otherwise
        apart = np.abs(getattr(made, name).astype(int) - getattr(expected, name).astype(int))
        assert apart.max() <= 1, name
        assert np.count_nonzero(apart) < 1e-3 * apart.size, name
