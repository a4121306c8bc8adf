"""A model file is trusted only if it is the one that its card is of."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from inplane.core import FormatError, NeedleState, ResourceError
from inplane.perception import AnatomyModel, NeedleModel, Perceiver, anatomy_model, needle_model
from inplane.perception.onnx_net import FOLDER, read_card
from inplane.perception.prepare import prepare

MODELS = {
    "needle": (NeedleModel, needle_model.SHAPE, 2e6),
    "anatomy": (AnatomyModel, anatomy_model.SHAPE, 3.5e6),
}


@dataclass(frozen=True)
class Copy:
    """A shipped model and its card in a folder, to be spoiled."""

    name: str
    path: Path

    @property
    def model(self):
        return MODELS[self.name][0]

    def carded(self, **changed):
        """Writes another card."""
        card = self.path.with_suffix(".json")
        card.write_text(json.dumps(json.loads(card.read_text()) | changed))


@pytest.fixture(params=list(MODELS))
def copy(tmp_path, request):
    for ending in ("onnx", "json"):
        shutil.copy(FOLDER / f"{request.param}.{ending}", tmp_path)
    return Copy(request.param, tmp_path / f"{request.param}.onnx")


def test_the_shipped_model_is_the_one_of_its_card_and_small(copy):
    data = copy.path.read_bytes()
    assert hashlib.sha256(data).hexdigest() == read_card(copy.path.with_suffix(".json")).sha256
    assert len(data) < MODELS[copy.name][2]


def test_its_card_says_what_it_learned_from_and_what_it_cannot(copy):
    card = json.loads(copy.path.with_suffix(".json").read_text())
    assert card["name"] == copy.name
    assert card["learned_from"]
    assert all(licence for licence in card["learned_from"].values())
    assert "Not a medical device" in card["limits"]


def test_a_missing_card_is_told_by_name(copy):
    with pytest.raises(ResourceError, match=r"The model's card other.json cannot be read: No such file"):
        copy.model(copy.path.with_name("other.onnx"))


def test_a_missing_model_is_told_by_name(copy):
    copy.path.unlink()
    with pytest.raises(ResourceError, match=rf"The model {copy.name}.onnx cannot be read: No such file"):
        copy.model(copy.path)


def test_an_altered_model_is_refused_with_both_hashes(copy):
    right = read_card(copy.path.with_suffix(".json")).sha256
    copy.path.write_bytes(copy.path.read_bytes() + b"\0")
    with pytest.raises(FormatError, match=rf"{copy.name}.onnx is not the one that its card is of.* Expected {right}"):
        copy.model(copy.path)


@pytest.mark.parametrize("name", ["channels", "maps", "cell"])
def test_a_model_of_another_shape_is_refused(copy, name):
    copy.carded(**{name: 3})
    shape = MODELS[copy.name][1]
    with pytest.raises(FormatError, match=rf"Expected {shape.channels}, {shape.maps} and {shape.cell}"):
        copy.model(copy.path)


def test_one_net_is_not_taken_for_another(tmp_path):
    shutil.copy(FOLDER / "anatomy.onnx", tmp_path / "needle.onnx")
    card = json.loads((FOLDER / "needle.json").read_text())
    card["sha256"] = hashlib.sha256((tmp_path / "needle.onnx").read_bytes()).hexdigest()
    (tmp_path / "needle.json").write_text(json.dumps(card))
    with pytest.raises(FormatError, match=r"Expected shown with 7 channels, and maps with 7"):
        NeedleModel(tmp_path / "needle.onnx")


def test_what_is_no_onnx_is_refused(copy):
    copy.path.write_bytes(b"not a net")
    copy.carded(sha256=hashlib.sha256(b"not a net").hexdigest())
    with pytest.raises(FormatError, match=rf"{copy.name}.onnx is no ONNX file that can be run"):
        copy.model(copy.path)


@pytest.mark.parametrize("text", ["", "[]", '{"name": "needle"}'])
def test_a_card_that_is_none_is_refused(copy, text):
    copy.path.with_suffix(".json").write_text(text)
    with pytest.raises(FormatError, match=rf"card {copy.name}.json is not one .* Expected JSON with name, sha256"):
        copy.model(copy.path)


def test_the_same_picture_gives_the_same_maps(phantom):
    prepared = prepare(phantom(seed=1).frame(0))
    one, other = (needle_model.shipped().look(prepared, None) for _ in range(2))
    assert np.array_equal(one.heat, other.heat)
    assert np.array_equal(one.shaft, other.shaft)
    assert one.heat.shape == (prepared.fine.shape[0] // 4, prepared.fine.shape[1] // 4)
    first, second = (anatomy_model.shipped().look(prepared) for _ in range(2))
    assert np.array_equal(first, second)
    assert first.shape == (2, *prepared.valid_coarse.shape)


def reasons(scene, subject):
    """Why something cannot be told."""
    return [each.reason for each in scene.cannot_tell if each.subject == subject]


@pytest.mark.parametrize(("name", "subject"), [("needle", "needle"), ("anatomy", "nerve")])
def test_without_its_model_nothing_is_said_and_every_scene_says_why(phantom, monkeypatch, name, subject):
    why = f"The model {name}.onnx cannot be read: No such file or directory."

    def missing():
        raise ResourceError(why)

    monkeypatch.setattr(f"inplane.perception.{name}_model.shipped", missing)
    perceiver = Perceiver()
    for k in range(4):
        scene = perceiver.step(phantom(seed=1).frame(k))
        assert reasons(scene, subject) == [why]
        assert scene.nerves == ()
        assert scene.needle.state is NeedleState.NONE
