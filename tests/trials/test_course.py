"""A short course on a few small pictures: it learns, goes on where it was stopped, and is written down as it is."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from inplane.core import FormatError
from inplane.perception.needle_input import CHANNELS
from inplane.trials import course as courses
from inplane.trials import needle_augment
from inplane.trials.begin import begin_with
from inplane.trials.course import Batches, Course, export, learn
from inplane.trials.learning import MISSING, torch_there, weights_of
from inplane.trials.needle_course import NEEDLE
from inplane.trials.needle_net import needle_net
from inplane.trials.needle_samples import Samples, loaded, save

pytestmark = pytest.mark.skipif(not torch_there(), reason=MISSING)

COURSE = Course(steps=12, batch=4, rate=4e-3, seed=1)


@pytest.fixture
def few(marked: Samples) -> tuple[Sequence[Samples], Sequence[Samples]]:
    """Two simulated clips and two real ones."""
    return [marked] * 2, [replace(marked, contrast_db=marked.contrast_db + 1)] * 2


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needle_augment, "SIDE", 64)
    monkeypatch.setattr(courses, "CHECK_EVERY", 5)


def test_a_short_course_lowers_the_loss_and_its_mean_is_logged(
    torch: Any, few: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs: list[list[dict[str, float]]] = []
    for every in (1, 5):
        monkeypatch.setattr(courses, "CHECK_EVERY", every)
        (folder := tmp_path / str(every)).mkdir()
        told: list[str] = []
        torch.manual_seed(3)
        learn(torch, NEEDLE, few, COURSE, folder, told=told.append)
        logs.append([json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()])
        assert logs[-1] == [json.loads(line) for line in told]
    losses = [line["loss"] for line in logs[0]]
    assert np.mean(losses[-3:]) < 0.7 * np.mean(losses[:3])
    assert [line["step"] for line in logs[1]] == [5, 10, 12]
    parts = (losses[:5], losses[5:10], losses[10:])
    assert [line["loss"] for line in logs[1]] == pytest.approx([np.mean(part) for part in parts], abs=2e-4)


def test_a_stopped_course_goes_on_from_its_checkpoint_to_the_same_net(torch: Any, few: Any, tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    torch.manual_seed(3)
    whole = weights_of(learn(torch, NEEDLE, few, COURSE, tmp_path / "whole", told=lambda _: None))

    def stop(line: str) -> None:
        if json.loads(line)["step"] == 10:
            raise KeyboardInterrupt

    torch.manual_seed(3)
    with pytest.raises(KeyboardInterrupt):
        learn(torch, NEEDLE, few, COURSE, tmp_path / "parts", told=stop)
    told: list[str] = []
    torch.manual_seed(4)  # what it begins with is not what it goes on with
    parts = weights_of(learn(torch, NEEDLE, few, COURSE, tmp_path / "parts", told=told.append))
    assert [json.loads(line)["step"] for line in told] == [10, 12]  # it was stopped before that of step 10 was kept
    for name, value in whole.items():
        assert parts[name] == pytest.approx(value, abs=1e-5), name


def test_a_course_that_is_done_is_not_repeated_and_another_begins_anew(torch: Any, few: Any, tmp_path: Path) -> None:
    course, told = replace(COURSE, steps=11, batch=2), list[str]()
    done = weights_of(learn(torch, NEEDLE, few, course, tmp_path, told=told.append))
    again = weights_of(learn(torch, NEEDLE, few, course, tmp_path, told=lambda _: pytest.fail("taught again")))
    assert all((again[name] == value).all() for name, value in done.items())
    told.clear()
    learn(torch, NEEDLE, few, replace(course, seed=2), tmp_path, told=told.append)
    assert json.loads(told[0])["step"] == 5


def test_batches_are_drawn_by_seed_and_step_from_both_kinds(few: Any) -> None:
    first = Batches(NEEDLE, few, COURSE, 0)
    first.take(0)
    shown, said = first.take(1)
    assert shown.shape == (4, CHANNELS, 64, 64)
    again = Batches(NEEDLE, few, COURSE, 1).take(1)
    np.testing.assert_array_equal(shown, again[0])
    np.testing.assert_array_equal(said, again[1])
    alone = Batches(NEEDLE, ([], few[1]), COURSE, 1).take(1)
    assert alone[0].shape == shown.shape


def test_samples_are_loaded_in_the_order_of_their_names(tmp_path: Path, marked: Samples) -> None:
    for number in (2, 0, 1):
        save(replace(marked, pixel_mm=0.1 + number), tmp_path / f"real-{number}.npz")
    save(marked, tmp_path / "simulated-0.npz")
    assert [each.pixel_mm for each in loaded(tmp_path, "real-*.npz")] == [0.1, 1.1, 2.1]


def test_the_onnx_file_says_what_the_net_says_for_pictures_of_any_size(torch: Any, tmp_path: Path) -> None:
    net = needle_net(torch).train()
    with torch.no_grad():
        for _ in range(5):
            net(torch.randn(2, CHANNELS, 64, 64))  # so that its normalizations are not those of no data
    export(torch, net, tmp_path / "needle.onnx", channels=CHANNELS)
    session: Any = onnxruntime.InferenceSession(str(tmp_path / "needle.onnx"), providers=["CPUExecutionProvider"])
    for rows, columns in ((160, 128), (48, 80)):
        shown = torch.randn(1, CHANNELS, rows, columns)
        with torch.no_grad():
            expected = net(shown).numpy()
        assert expected.std() > 0.1
        (maps,) = session.run(["maps"], {"shown": shown.numpy()})
        np.testing.assert_allclose(maps, expected, atol=1e-4)


def test_a_net_that_begins_with_anothers_weights_says_what_that_one_says(torch: Any, few: Any, tmp_path: Path) -> None:
    taught = learn(torch, NEEDLE, few, COURSE, tmp_path, told=lambda _: None)
    export(torch, taught, tmp_path / "needle.onnx", channels=CHANNELS)
    shown, _ = Batches(NEEDLE, few, COURSE, 0).make(0)
    net = needle_net(torch)
    begin_with(torch, net, tmp_path / "needle.onnx", shown)
    with torch.no_grad():
        expected = taught(torch.from_numpy(shown)).numpy()
        assert expected.std() > 0.1
        np.testing.assert_allclose(net.eval()(torch.from_numpy(shown)).numpy(), expected, atol=1e-3)
        learning_now = net.train()(torch.from_numpy(shown)).numpy()
    np.testing.assert_allclose(learning_now, expected, atol=1e-2 * np.abs(expected).max())


def test_a_course_begins_with_the_net_that_it_is_given(torch: Any, few: Any, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "next").mkdir()
    losses: dict[str, list[float]] = {}
    first = learn(torch, NEEDLE, few, replace(COURSE, steps=60), tmp_path / "first", told=lambda _: None)
    export(torch, first, tmp_path / "a.onnx", channels=CHANNELS)
    for name, begin in (("first", None), ("next", tmp_path / "a.onnx")):
        told: list[str] = []
        (folder := tmp_path / f"{name}-on").mkdir()
        learn(torch, NEEDLE, few, replace(COURSE, rate=1e-4), folder, told=told.append, begin=begin)
        losses[name] = [json.loads(line)["loss"] for line in told]
    assert losses["next"][0] < 0.7 * losses["first"][0]


def test_weights_of_another_net_are_refused(torch: Any, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    export(torch, needle_net(torch), tmp_path / "needle.onnx", channels=CHANNELS)
    model = onnx.load(str(tmp_path / "needle.onnx"))
    model.graph.node.remove(next(node for node in model.graph.node if node.op_type == "Conv"))
    onnx.save(model, str(tmp_path / "other.onnx"))
    (tmp_path / "none.onnx").write_text("no model")
    shown = np.zeros((1, CHANNELS, 64, 64), np.float32)
    with pytest.raises(FormatError, match=r"other\.onnx' holds convolutions of shapes"):
        begin_with(torch, needle_net(torch), tmp_path / "other.onnx", shown)
    with pytest.raises(FormatError, match=r"none\.onnx' is no ONNX file"):
        begin_with(torch, needle_net(torch), tmp_path / "none.onnx", shown)
