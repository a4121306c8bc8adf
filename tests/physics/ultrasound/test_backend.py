"""Backends: what is refused, and that a card's kernels do what the processor's do.

Without a card the kernels run in Numba's own simulator of one, thread by thread, in a process of their own; and where
numba-cuda is installed they are compiled for a card.
"""

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.core import ProbeControl, ResourceError, ScannerControl, UnknownNameError
from inplane.physics.ultrasound import Scan, View
from inplane.physics.ultrasound.backend import BACKENDS, choose_backend
from inplane.physics.ultrasound.phantom import below, cylinder, phantom

ROOT = Path(__file__).parents[3]
SIMULATED = "tests.physics.ultrasound.simulated_card"


def test_a_name_that_is_none_lists_the_backends() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown backend 'opencl'. Expected one of: 'auto', 'cpu', 'cuda'"):
        choose_backend("opencl")


def test_auto_is_the_processor() -> None:
    assert [choose_backend(name).name for name in BACKENDS[:2]] == ["cpu", "cpu"]


@pytest.mark.skipif(importlib.util.find_spec("numba_cuda") is not None, reason="numba-cuda is installed")
def test_a_card_without_its_package_says_what_to_install() -> None:
    with pytest.raises(ResourceError, match=r"needs the package numba-cuda.*inplane\[gpu\]"):
        choose_backend("cuda")


def test_a_scan_that_cannot_have_its_backend_is_refused() -> None:
    patient = phantom({"muscle": (None, 0.0, 1.73)}, seed=1)
    with pytest.raises(UnknownNameError, match="backend"):
        Scan(patient, load_atlas().probe("linear_12_4"), n_lines=32, n_samples=64, seed=1, backend="gpu")


def _alone(*arguments: str, **variables: str) -> str:
    """What a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-m", SIMULATED, *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("probe", ["linear_12_4", "curved_6_2"])
def test_the_cards_kernels_make_the_processors_picture(probe: str) -> None:
    said = _alone("compare", probe, NUMBA_ENABLE_CUDASIM="1").split()
    worst, used, level = float(said[0]), said[1:3], float(said[3])
    assert used[0] == used[1]
    assert int(used[0]) > 300
    assert worst < 1e-3 * level


@pytest.mark.skipif(importlib.util.find_spec("numba_cuda") is None, reason="numba-cuda is not installed (extra `gpu`)")
def test_the_kernels_compile_for_a_card() -> None:
    assert "sm_80" in _alone("compile")


@pytest.mark.gpu
def test_a_card_agrees_with_the_processor() -> None:
    parts = {"fat": (None, -6.0, 1.35), "muscle": (below(6.0), 0.0, 1.73), "blood": (cylinder(0, 14, 3), -40.0, 1.66)}
    patient, probe = phantom(parts, seed=2), load_atlas().probe("linear_12_4")
    scanner = replace(ScannerControl(frequency_hz=9e6), compound_angles=1)
    view = View(T_patient_probe=ProbeControl().pose(), scanner=scanner, time_s=0.0, sequence=0)
    here, there = (Scan(patient, probe, seed=1, backend=name).envelope(view) for name in ("cpu", "cuda"))
    assert np.corrcoef(here.ravel(), there.ravel())[0, 1] > 0.9999
    assert np.abs(here - there).max() < 0.01 * here.max()
