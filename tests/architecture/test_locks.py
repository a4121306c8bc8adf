"""The lock files hold everything that is needed, with hashes, and no address."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def canonical(requirement: str) -> str:
    """A distribution's name as lock files write it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).lower()


def locked(name: str) -> dict[str, list[str]]:
    """Distribution by distribution, the lines of a lock file that belong to it."""
    entries: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            current = entries.setdefault(canonical(line), [])
        current.append(line)
    return entries


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("requirements.lock", ["build"]),
        ("requirements-dev.lock", ["build", "dev", "docs", "peers"]),
        ("requirements-wire.lock", ["wire"]),
    ],
)
def test_everything_that_is_declared_is_locked_with_hashes(lock: str, extras: list[str]) -> None:
    entries = locked(lock)
    declared = [
        *PROJECT["dependencies"],
        *(name for extra in extras for name in PROJECT["optional-dependencies"][extra]),
    ]
    assert {canonical(requirement) for requirement in declared} <= set(entries)
    without = [name for name, lines in entries.items() if not any("--hash=sha256:" in line for line in lines)]
    assert without == []


def test_the_locks_agree() -> None:
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    versions = {name: lines[0].split()[0] for name, lines in run.items()}
    assert versions == {name: dev[name][0].split()[0] for name in run}
    wire = locked("requirements-wire.lock")
    shared = set(run) & set(wire)
    assert {name: wire[name][0].split()[0] for name in shared} == {name: versions[name] for name in shared}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-wire.lock"])
def test_no_lock_holds_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(index|extra-index|find-links|trusted-host)", text, re.MULTILINE)
    assert " @ " not in text


def test_torch_stays_outside_the_locks_at_one_version() -> None:
    assert "torch" not in locked("requirements-dev.lock")
    assert [name for name in PROJECT["optional-dependencies"]["train"] if name.startswith("torch")] == ["torch==2.13.0"]


def test_the_build_backend_is_locked() -> None:
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    assert {canonical(name) for name in backend} <= set(locked("requirements.lock"))
