"""Makes `.venv` from a lock file: every package by its exact version and hash, and inplane itself from this folder.

Usage: python3 tools/setup.py [--dev]    with --dev also what tests, lint, types and documentation need.
Needs nothing but Python 3.11 or newer with venv; does nothing if the environment is up to date.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pip_install(*words: str) -> None:
    """Runs pip in the environment; stops with its exit status if it fails."""
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "--quiet"]
    done = subprocess.run([str(PYTHON), "-m", "pip", "install", *quiet, *words], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def fingerprint(lock: Path) -> str:
    """What the environment depends on."""
    wire = (ROOT / "requirements-wire.lock").read_bytes()
    parts = [sys.version.encode(), lock.read_bytes(), wire, (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def can_compile() -> bool:
    """Whether a C compiler and Python's headers are at hand."""
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    return headers.exists() and any(shutil.which(name) for name in ("cc", "gcc", "clang"))


def install_wire_peer() -> None:
    """The other OpenIGTLink library that tests and a bench compare with: source only, so it needs a compiler."""
    if can_compile():
        pip_install("--require-hashes", "--no-build-isolation", "--requirement", str(ROOT / "requirements-wire.lock"))
    else:
        print("No C compiler or no Python headers: tests against pyigtl will be skipped, and listed.", flush=True)


def main() -> None:
    """Makes the environment, or leaves one alone that is up to date."""
    if sys.version_info < (3, 11):  # noqa: UP036  it may well be started with an older one
        sys.exit(f"This is Python {sys.version.split()[0]}. Expected 3.11 or newer.")
    if find_spec("ensurepip") is None:
        sys.exit("This Python has no venv with pip. On Debian and Ubuntu, install the package python3-venv.")
    kind = "dev" if "--dev" in sys.argv[1:] else "run"
    lock = ROOT / ("requirements-dev.lock" if kind == "dev" else "requirements.lock")
    stamp = ENVIRONMENT / f".{kind}-ready"
    wanted = fingerprint(lock)
    if not PYTHON.exists() or not stamp.exists() or stamp.read_text() != wanted:
        print(f"Installing what inplane needs ({kind}) into {ENVIRONMENT.name}; this takes a minute.", flush=True)
        if not PYTHON.exists():
            venv.create(ENVIRONMENT, with_pip=True)
        pip_install("--require-hashes", "--requirement", str(lock))
        if kind == "dev":
            install_wire_peer()
        pip_install("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    stamp.write_text(wanted)  # also when nothing changed, so that make sees it newer than the lock
    if kind == "dev":
        ENVIRONMENT.joinpath(".run-ready").write_text(fingerprint(ROOT / "requirements.lock"))


if __name__ == "__main__":
    main()
