"""`inplane doctor`: what is wrong with the machine or a source, what to do about it, and the exit status."""

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import inplane.cli._doctor_machine as machine
from inplane.cli import main
from inplane.core import FormatError, runtime


def run(*words: str) -> object:
    with pytest.raises(SystemExit) as stopped:
        main(["doctor", *words])
    return stopped.value.code


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    return json.loads(said)


def check(found: list[dict[str, str]], name: str) -> dict[str, str]:
    return next(entry for entry in found if entry["name"] == name)


@pytest.fixture
def still(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    grey = np.clip(90 * rng.rayleigh(0.8, (240, 300)), 0, 255).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "still.png"), cv2.GaussianBlur(grey, (0, 0), 1.0))
    return tmp_path / "still.png"


def test_a_sound_machine_is_told_so(capsys):
    assert run("--json") == 0
    found = told(capsys)
    assert found["fine"] is True
    assert found["source"] is None
    names = [entry["name"] for entry in found["machine"]]
    assert {"Python", "libraries", "video", "overlay video", "DICOM codecs"} <= set(names)
    assert {"needle model", "cores", "kernel cache", "disk", "port", "browser"} <= set(names)
    assert "numpy 2" in check(found["machine"], "libraries")["found"]
    assert "h264" in check(found["machine"], "video")["found"]


def test_a_table_for_people(capsys):
    assert run() == 0
    said = capsys.readouterr().out
    assert "This machine" in said
    assert said.rstrip().endswith("Nothing is wrong.")


def test_a_missing_library_is_wrong_and_says_what_to_do(capsys, monkeypatch):
    monkeypatch.setattr(machine, "requires", lambda _: ["numpy>=2", "no-such-library>=1", "other>=1; extra == 'dev'"])
    assert run("--json") == 2
    found = told(capsys)
    assert found["fine"] is False
    (wrong,) = [entry for entry in found["machine"] if entry["state"] == "wrong"]
    assert wrong["found"] == "no-such-library is missing"
    assert wrong["do"]


@pytest.mark.parametrize(("name", "lost"), [("needle", "no needle"), ("anatomy", "no nerve")])
def test_a_model_that_cannot_be_used_is_wrong_and_says_what_is_lost(capsys, monkeypatch, name, lost):
    def altered():
        raise FormatError(f"The model {name}.onnx is not the one that its card is of.")

    monkeypatch.setattr(f"inplane.perception.{name}_model.shipped", altered)
    assert run("--json") == 2
    wrong = check(told(capsys)["machine"], f"{name} model")
    assert wrong["state"] == "wrong"
    assert wrong["found"] == f"The model {name}.onnx is not the one that its card is of."
    assert f"{lost} is recognized" in wrong["do"]


def test_a_full_disk_and_a_taken_port_are_told(capsys, monkeypatch):
    usage = shutil.disk_usage(".")
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: usage._replace(free=10 << 20))
    with machine.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(machine, "IGTL_PORT", taken.getsockname()[1])
        assert run("--json") == 2
    found = told(capsys)["machine"]
    assert check(found, "disk")["state"] == "wrong"
    assert check(found, "port")["state"] == "note"
    assert "is taken" in check(found, "port")["found"]


def test_an_unwritable_kernel_cache_is_wrong(capsys, monkeypatch, tmp_path):
    def refuse(**_: Any) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "kernels"))

    monkeypatch.setattr(runtime, "start", refuse)
    assert run("--json") == 2
    cache = check(told(capsys)["machine"], "kernel cache")
    assert cache["state"] == "wrong"
    assert cache["do"] == "Set INPLANE_CACHE to a folder that can be written."


def test_a_source_without_a_scale_says_how_to_get_one(capsys, still):
    assert run(str(still), "--json") == 0
    found = told(capsys)["source"]
    assert check(found, "opened")["state"] == "fine"
    assert check(found, "scale")["state"] == "note"
    assert "--config PLUS.xml" in check(found, "scale")["do"]
    assert check(found, "orientation")["found"] == "assumed: marker at the left"
    assert "frames/s through the loop" in check(found, "speed")["found"]
    assert " mm" not in " ".join(entry["found"] for entry in found)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (None, "does not exist"),
        (b"", "is empty: 0 bytes"),
        (b"PK\x03\x04" + bytes(50), "is a Zip archive"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "thing"),
    ],
)
def test_a_source_that_cannot_be_used_is_wrong_with_its_reason(capsys, tmp_path, make, said):
    if make is not None:
        (tmp_path / "thing").write_bytes(make)
    assert run(str(tmp_path / "thing"), "--json") == 2
    found = told(capsys)
    (opened,) = found["source"]
    assert (opened["name"], opened["state"]) == ("opened", "wrong")
    assert said in opened["found"]
    assert opened["do"]
    assert found["fine"] is False


def test_a_server_that_is_not_there_is_wrong(capsys):
    with machine.socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    assert run(f"igtl://127.0.0.1:{port}", "--json") == 2
    (opened,) = told(capsys)["source"]
    assert opened["state"] == "wrong"
    assert "firewall" in opened["do"]


def test_a_black_picture_has_no_contact(capsys, tmp_path):
    grey = np.zeros((240, 300), np.uint8)
    grey[:12] = 90
    cv2.imwrite(str(tmp_path / "air.png"), grey)
    assert run(str(tmp_path / "air.png"), "--json") == 0
    contact = check(told(capsys)["source"], "contact")
    assert (contact["state"], contact["found"]) == ("note", "0% of the width")
