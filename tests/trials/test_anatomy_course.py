"""What the anatomy net learns from is apart from what judges it; a short course learns; a card is its model's."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.core import ResourceError
from inplane.perception.anatomy_input import CELL, CHANNELS, KINDS, anatomy_stack
from inplane.perception.onnx_net import read_card
from inplane.trials import anatomy_augment, anatomy_course
from inplane.trials import course as courses
from inplane.trials.anatomy_course import ANATOMY, make, write_card
from inplane.trials.anatomy_net import anatomy_net, loss
from inplane.trials.anatomy_samples import Outline, load, real_outlines, save
from inplane.trials.anatomy_views import FIRST_SEED, views
from inplane.trials.course import learn
from inplane.trials.learning import MISSING, parameter_count, torch_there
from inplane.trials.outlined import held_out, usgra_names
from inplane.trials.real_sets import data_folder

needs_torch = pytest.mark.skipif(not torch_there(), reason=MISSING)
needs_stills = pytest.mark.skipif(not (data_folder() / "usgra-seg").is_dir(), reason="the outlined stills are not here")


def square(number: int) -> Outline:
    """A nerve that is brighter than all else, somewhere."""
    rng = np.random.default_rng(number)
    fine, kinds = rng.integers(30, 60, (128, 128)).astype(np.uint8), np.zeros((64, 64), np.uint8)
    row, column = rng.integers(8, 36, 2)
    kinds[row : row + 18, column : column + 18] = 1
    fine[2 * row : 2 * row + 36, 2 * column : 2 * column + 36] += 120
    return Outline(fine=fine, valid=np.ones((64, 64), np.uint8), kinds=kinds, pixel_mm=0.15)


@needs_stills
def test_what_is_held_out_is_not_learned_from_and_there_is_no_third_part() -> None:
    learned = {name for name, _ in real_outlines()}
    held = {name for name, _ in real_outlines(held=True)}
    assert held == held_out()
    assert not learned & held
    assert learned | held == set(usgra_names())


def test_an_outline_is_kept_as_it_is(tmp_path: Path) -> None:
    save(square(1), tmp_path / "one.npz")
    kept = load(tmp_path / "one.npz")
    np.testing.assert_array_equal(kept.fine, square(1).fine)
    np.testing.assert_array_equal(kept.kinds, square(1).kinds)
    assert kept.pixel_mm == 0.15
    assert [path.name for path in tmp_path.iterdir()] == ["one.npz"]


def test_views_are_those_of_their_seed_and_show_what_they_say() -> None:
    one, other = (list(views(load_atlas(), seed=1, index=2, count=2)) for _ in range(2))
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first.fine, second.fine)
        np.testing.assert_array_equal(first.kinds, second.kinds)
    shown = one[0]
    assert shown.kinds.shape == shown.valid.shape == (shown.fine.shape[0] // 2, shown.fine.shape[1] // 2)
    vessel, other_tissue = shown.kinds == 2, shown.kinds == 0
    small = shown.fine.reshape(*shown.kinds.shape[:1], 2, shown.kinds.shape[1], 2).mean(axis=(1, 3))
    assert vessel.sum() > 100
    assert small[vessel].mean() < 0.6 * small[other_tissue].mean()


@needs_torch
def test_the_loss_is_least_where_the_net_says_what_is_there(torch: Any) -> None:
    there = torch.zeros(2, 3, 8, 8)
    there[:, 0, 2:5, 2:5], there[:, 2] = 1, 1
    right = 12 * there[:, :2] - 6
    values = [float(loss(torch, maps, there)) for maps in (right, 0 * right, -right)]
    assert values == sorted(values)
    unseen = there.clone()
    unseen[:, 2, 2:5, 2:5] = 0
    wrong = right.clone()
    wrong[:, :, 2:5, 2:5] *= -1
    assert float(loss(torch, wrong, unseen)) == pytest.approx(float(loss(torch, right, unseen)), abs=1e-4)


@needs_torch
def test_a_short_course_finds_what_is_plain(torch: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anatomy_augment, "SIDE", 64)
    monkeypatch.setattr(courses, "CHECK_EVERY", 8)
    told: list[str] = []
    course = anatomy_course.anatomy_course(steps=40, seed=2)
    samples = ([square(n) for n in range(8)], [square(n) for n in range(8, 16)])
    net = learn(torch, ANATOMY, samples, course, tmp_path, told=told.append)
    losses = [json.loads(line)["loss"] for line in told]
    assert losses[-1] < 0.75 * losses[0]
    unseen = square(99)
    with torch.no_grad():
        said = net(torch.from_numpy(anatomy_stack(unseen.fine, unseen.valid)[None]))[0, 0].numpy()
    nerve = unseen.kinds[::2, ::2] == 1
    assert said[nerve].mean() > said[~nerve].mean() + 1
    assert 0.5e6 < parameter_count(anatomy_net(torch)) < 1e6


@needs_torch
def test_without_outlined_stills_it_does_not_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INPLANE_DATA", str(tmp_path / "none"))
    course = anatomy_course.anatomy_course(steps=20, seed=1)
    with pytest.raises(ResourceError, match="outlined stills of usgra-seg are not here"):
        make(tmp_path / "course", patients=1, count=1, course=course, told=print)


def test_a_card_is_that_of_its_file_and_says_what_was_learned_from(tmp_path: Path) -> None:
    path = tmp_path / "anatomy.onnx"
    path.write_bytes(b"a net")
    write_card(path, anatomy_course.anatomy_course(steps=20, seed=3), simulated=7, real=5)
    card = read_card(tmp_path / "anatomy.json")
    assert card.sha256 == hashlib.sha256(b"a net").hexdigest()
    assert (card.name, card.channels, card.maps, card.cell) == ("anatomy", CHANNELS, len(KINDS), CELL)
    said = json.loads((tmp_path / "anatomy.json").read_text())
    assert said["simulated_patients_from"] == FIRST_SEED + 3000
    assert "Not a medical device." in said["limits"]
    assert said["learned_from"]
