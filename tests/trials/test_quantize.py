"""A net in whole numbers says nearly what the net says, and its card is its own."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from inplane.perception.anatomy_input import CHANNELS
from inplane.trials.anatomy_course import anatomy_course, write_card
from inplane.trials.anatomy_net import anatomy_net
from inplane.trials.course import export
from inplane.trials.learning import MISSING, torch_there
from inplane.trials.quantize import quantize

pytestmark = pytest.mark.skipif(not torch_there(), reason=MISSING)


def answers(path: Path, shown: np.ndarray) -> Any:
    runtime: Any = onnxruntime
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(["maps"], {"shown": shown[None]})[0][0]


def test_whole_numbers_say_nearly_the_same_in_a_third_of_the_size(torch: Any, tmp_path: Path) -> None:
    net = anatomy_net(torch).train()
    rng = np.random.default_rng(4)
    pictures = [rng.normal(size=(CHANNELS, 64, 64)).astype(np.float32) for _ in range(6)]
    with torch.no_grad():
        for _ in range(8):
            net(torch.from_numpy(np.stack(pictures)))
    path = tmp_path / "anatomy.onnx"
    export(torch, net, path, channels=CHANNELS)
    write_card(path, anatomy_course(steps=20, seed=1), simulated=1, real=1)
    made = quantize(path, pictures[:5])
    assert made == tmp_path / "anatomy.int8.onnx"
    assert made.stat().st_size < 0.4 * path.stat().st_size
    exact, near = (answers(each, pictures[5]) for each in (path, made))
    assert np.abs(exact - near).mean() < 0.1 * exact.std() + 0.02
    card = json.loads((tmp_path / "anatomy.int8.json").read_text())
    assert card["sha256"] == hashlib.sha256(made.read_bytes()).hexdigest()
    assert card["whole_numbers_of"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert card["calibrated_on"] == 5
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "anatomy.int8.json",
        "anatomy.int8.onnx",
        "anatomy.json",
        "anatomy.onnx",
    ]
