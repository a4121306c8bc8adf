"""A model file is trusted only if it is the one that its card is of."""

import hashlib
import json
import shutil

import numpy as np
import pytest

from inplane.core import FormatError, NeedleState, ResourceError
from inplane.perception import Perceiver, needle_model
from inplane.perception.needle_input import CHANNELS
from inplane.perception.needle_model import FOLDER, NeedleModel, read_card, shipped
from inplane.perception.prepare import prepare


@pytest.fixture
def copy(tmp_path):
    """The shipped model and its card, to be spoiled."""
    for ending in ("onnx", "json"):
        shutil.copy(FOLDER / f"needle.{ending}", tmp_path)
    return tmp_path / "needle.onnx"


def carded(path, **changed):
    """Writes another card."""
    card = path.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | changed))


def test_the_shipped_model_is_the_one_of_its_card_and_small():
    data = (FOLDER / "needle.onnx").read_bytes()
    assert hashlib.sha256(data).hexdigest() == read_card(FOLDER / "needle.json").sha256
    assert len(data) < 2e6


def test_its_card_says_what_it_learned_from_and_what_it_cannot(copy):
    card = json.loads(copy.with_suffix(".json").read_text())
    assert card["learned_from"]
    assert all(licence for licence in card["learned_from"].values())
    assert "Not a medical device" in card["limits"]


def test_a_missing_card_is_told_by_name(tmp_path):
    with pytest.raises(ResourceError, match=r"The model's card other.json cannot be read: No such file"):
        NeedleModel(tmp_path / "other.onnx")


def test_a_missing_model_is_told_by_name(copy):
    copy.unlink()
    with pytest.raises(ResourceError, match=r"The model needle.onnx cannot be read: No such file"):
        NeedleModel(copy)


def test_an_altered_model_is_refused_with_both_hashes(copy):
    right = read_card(copy.with_suffix(".json")).sha256
    copy.write_bytes(copy.read_bytes() + b"\0")
    with pytest.raises(FormatError, match=rf"needle.onnx is not the one that its card is of.* Expected {right}"):
        NeedleModel(copy)


@pytest.mark.parametrize("name", ["channels", "maps", "cell"])
def test_a_model_of_another_shape_is_refused(copy, name):
    carded(copy, **{name: 3})
    with pytest.raises(FormatError, match=rf"Expected {CHANNELS}, 7 and 4"):
        NeedleModel(copy)


def test_what_is_no_onnx_is_refused(copy):
    copy.write_bytes(b"not a net")
    carded(copy, sha256=hashlib.sha256(b"not a net").hexdigest())
    with pytest.raises(FormatError, match=r"needle.onnx is no ONNX file that can be run"):
        NeedleModel(copy)


@pytest.mark.parametrize("text", ["", "[]", '{"name": "needle"}'])
def test_a_card_that_is_none_is_refused(copy, text):
    copy.with_suffix(".json").write_text(text)
    with pytest.raises(FormatError, match=r"card needle.json is not one .* Expected JSON with name, sha256"):
        NeedleModel(copy)


def test_the_same_picture_gives_the_same_maps(phantom):
    prepared = prepare(phantom(seed=1).frame(0))
    one, other = (shipped().look(prepared, None) for _ in range(2))
    assert np.array_equal(one.heat, other.heat)
    assert np.array_equal(one.shaft, other.shaft)
    assert one.heat.shape == (prepared.fine.shape[0] // 4, prepared.fine.shape[1] // 4)


def test_without_its_model_no_needle_is_said_and_every_scene_says_why(phantom, monkeypatch):
    def missing():
        raise ResourceError("The model needle.onnx cannot be read: No such file or directory.")

    monkeypatch.setattr("inplane.perception.perceiver.shipped", missing)
    perceiver = Perceiver()
    for k in range(4):
        scene = perceiver.step(phantom(seed=1).frame(k))
        assert scene.needle.state is NeedleState.NONE
        assert [c.reason for c in scene.cannot_tell if c.subject == "needle"] == [
            "The model needle.onnx cannot be read: No such file or directory."
        ]
    assert needle_model.NAME == "needle"
