"""`inplane patient`: who a patient is, and files that other programs can read."""

import json
import struct
from pathlib import Path

import pytest
from PIL import Image

from inplane.anatomy import staged
from inplane.cli import main


def run(*words: str) -> object:
    with pytest.raises(SystemExit) as stopped:
        main(["patient", *words])
    return stopped.value.code


def test_every_procedure_with_a_patient_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    told = capsys.readouterr().out
    assert all(name in told for name in staged())


def test_a_patient_is_told_and_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert run("show", "de_quervain_sheath_injection", "--seed", "3", "--side", "left", "--out", str(folder)) == 0
    told = capsys.readouterr().out
    for word in ("Patient 3, left radial wrist", "radial artery", "target of de_quervain", "skin_mm", "triangles"):
        assert word in told
    with Image.open(folder / "view.png") as picture:
        colors = picture.convert("RGB").getcolors(1 << 16)
    assert colors is not None
    assert len(colors) > 8
    data = (folder / "scene.glb").read_bytes()
    magic, version, length = struct.unpack("<4sII", data[:12])
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size = struct.unpack("<I", data[12:16])[0]
    scene = json.loads(data[20 : 20 + size])
    names = {node.get("name") for node in scene["nodes"]}
    assert {"radius (bone)", "radial artery (artery)"} <= names
    counts = [scene["accessors"][p["indices"]]["count"] // 3 for mesh in scene["meshes"] for p in mesh["primitives"]]
    assert 1000 < sum(counts) <= 20_000
    positions = [scene["accessors"][p["attributes"]["POSITION"]] for m in scene["meshes"] for p in m["primitives"]]
    assert all(abs(value) < 0.2 for each in positions for value in (*each["min"], *each["max"]))  # meters


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nonsense"), "nonsense"),
        (("show", "tooth_block"), "Unknown procedure with a virtual patient"),
        (("show", "femoral_nerve_block", "--side", "both"), "both"),
        (("show", "femoral_nerve_block", "--level", "9"), "level is 9. Expected a whole number from 0 to 4."),
        (("show", "femoral_nerve_block", "--seed", "-1"), "seed"),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 2
    assert said in capsys.readouterr().err


def test_a_file_is_no_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    there = tmp_path / "file"
    there.write_text("mine", encoding="utf-8")
    assert run("show", "femoral_nerve_block", "--out", str(there)) == 2
    assert "is a file. Expected a folder" in capsys.readouterr().err
    assert there.read_text(encoding="utf-8") == "mine"
