"""The how-to on adding a procedure, followed word by word."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-procedure.md"
TEXT = PAGE.read_text(encoding="utf-8")
COPY, CHECK, USE = re.findall(r"^```sh\n(.*?)^```", TEXT, re.M | re.S)
(CHANGES,) = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.M | re.S)
NEW = "quadriceps_tendon_prp_injection"


def shell(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    told = f'inplane() {{ "{sys.executable}" -m inplane "$@"; }}\nset -e\n{script}'
    return subprocess.run(["bash", "-c", told], cwd=folder, capture_output=True, text=True, env=os.environ)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where steps 1 and 2 were done."""
    place = tmp_path_factory.mktemp("how-to")
    done = shell(COPY, place)
    assert done.returncode == 0, done.stderr
    file = place / "my-atlas" / "procedures" / f"{NEW}.yaml"
    entry: dict[str, Any] = {**yaml.safe_load(file.read_text("utf-8")), **yaml.safe_load(CHANGES)}
    file.write_text(yaml.safe_dump(entry, sort_keys=False, width=1000), encoding="utf-8")
    return place


def runs(script: str, folder: Path) -> None:
    """The script ends well in a process that knows the new atlas."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**os.environ, "INPLANE_ATLAS": "my-atlas"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_check_counts_one_more(folder: Path) -> None:
    done = shell(CHECK, folder)
    assert done.returncode == 0, done.stderr
    assert "The atlas is consistent: 51 procedures" in done.stdout


def test_the_new_procedure_is_played_and_recorded(folder: Path) -> None:
    simulate = USE.splitlines()[0]
    assert simulate.startswith(f"inplane simulate {NEW}")
    done = shell(f"export INPLANE_ATLAS=my-atlas\n{simulate}", folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "my-recording").is_dir()


def test_its_target_lies_in_its_own_structure(folder: Path) -> None:
    script = (
        "import inplane\n"
        "from inplane.anatomy import structure_at, staged\n"
        f"assert '{NEW}' in staged()\n"
        f"for side in ('left', 'right'):\n"
        f"    patient = inplane.patient('{NEW}', seed=3, side=side)\n"
        f"    assert structure_at(patient, patient.targets_mm['{NEW}']).belongs_to == 'quadriceps tendon'\n"
        f"    assert inplane.standard_view(patient, '{NEW}') == inplane.standard_view(patient, 'knee_prp_injection')\n"
    )
    runs(script, folder)


def test_the_console_goes_from_the_borrowed_procedure_to_the_new_one_and_back(folder: Path) -> None:
    script = (
        "from inplane.atlas import load_atlas\n"
        "from inplane.console import SessionChoice, SimulatedSessions\n"
        "sessions = SimulatedSessions()\n"
        "sessions._warm = True  # pictures are not looked at\n"
        f"for name in ('knee_prp_injection', '{NEW}', 'knee_joint_injection', '{NEW}'):\n"
        "    session = sessions(SessionChoice(procedure_id=name, seed=3), lambda text, share: None)\n"
        "    assert session.info.procedure_name == load_atlas().procedure(name).name\n"
    )
    runs(script, folder)


def test_a_target_that_the_view_does_not_show_is_refused(folder: Path, tmp_path: Path) -> None:
    file = folder / "my-atlas" / "procedures" / f"{NEW}.yaml"
    entry = yaml.safe_load(file.read_text("utf-8"))
    entry["target"]["structure"] = "patellar tendon"
    other = tmp_path / "my-atlas" / "procedures" / file.name
    other.parent.mkdir(parents=True)
    other.write_text(yaml.safe_dump(entry), encoding="utf-8")
    done = shell(f"export INPLANE_ATLAS=my-atlas\n{USE.splitlines()[0]}", tmp_path)
    assert done.returncode == 2
    assert "its target 'patellar tendon' is not in that view" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_procedure_like_none_that_exists_is_told(folder: Path, tmp_path: Path) -> None:
    file = folder / "my-atlas" / "procedures" / f"{NEW}.yaml"
    other = tmp_path / "my-atlas" / "procedures" / file.name
    other.parent.mkdir(parents=True)
    other.write_text(file.read_text("utf-8").replace("like: knee_prp_injection", "like: nothing"), encoding="utf-8")
    done = shell(CHECK, tmp_path)
    assert done.returncode == 2
    assert "staging.like: Unknown entry of procedures 'nothing'" in done.stderr
