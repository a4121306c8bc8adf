"""A card's kernels where there is no card, as a program: `compare PROBE` in Numba's simulator, or `compile`."""

import importlib
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from inplane.anatomy import Patient
from inplane.atlas import load_atlas
from inplane.core import Deformation, InjectateField, ProbeControl, runtime
from inplane.physics.ultrasound import Scan, View, on_gpu
from inplane.physics.ultrasound.phantom import below, cylinder, phantom


class SameMemory(on_gpu.Copies):
    """The simulator's threads see this process's arrays as they are."""

    def send(self, tables: Any) -> Any:
        return tables

    def fetch(self, there: Any, here: Any) -> None:
        assert there is here


def _patient() -> Patient:
    """Layers that are silent but for a tube of muscle: the simulator of a card is slow."""
    parts = {
        "fat": (None, -60.0, 1.35),
        "blood": (below(6.0), -60.0, 1.66),
        "muscle": (cylinder(0.0, 11.0, 2.0), 0.0, 1.73),
        "cortical_bone": (below(18.0, 0.2), -60.0, 6.71),
    }
    return phantom(parts, seed=2)


def _view(probe_id: str) -> View:
    """A view in which tissue has moved and fluid lies, so that the kernels walk all their ways."""
    grid = (8, 8, 8)
    bent = 0.4 * np.sin(np.arange(8 * 8 * 8 * 3, dtype=np.float32)).reshape(*grid, 3)
    moved = Deformation(
        origin_mm=np.array([-14.0, 0.0, -14.0]), spacing_mm=4.0, to_rest_zxy_mm=bent, to_now_zxy_mm=-bent
    )
    fluid = np.zeros(grid, np.float32)
    fluid[3:5, 3:5, 2:4] = 1.0
    wet = InjectateField(origin_mm=np.array([-14.0, 0.0, -14.0]), spacing_mm=4.0, fraction_zxy=fluid, volume_ml=0.5)
    probe = load_atlas().probe(probe_id)
    scanner = replace(probe.default_scanner(), depth_mm=probe.depth_min_mm.value + 5.0, focus_mm=12.0)
    return View(
        T_patient_probe=ProbeControl(tilt_rad=0.1).pose(),
        scanner=scanner,
        time_s=0.0,
        sequence=0,
        deformation=moved,
        injectate=wet,
    )


def _scans(probe_id: str) -> tuple[Scan, Scan]:
    patient, probe = _patient(), load_atlas().probe(probe_id)
    here, there = (Scan(patient, probe, n_lines=32, n_samples=128, seed=1) for _ in range(2))
    return here, there


def compare(probe_id: str) -> None:
    """Prints the largest difference of two envelopes, scatterers used by either, and the mean amplitude."""
    here, there = _scans(probe_id)
    there._does = on_gpu.Card(SameMemory())  # pyright: ignore[reportPrivateUsage]
    view = _view(probe_id)
    a, b = (scan.envelope(view, steer_rad=0.1) for scan in (here, there))
    print(float(np.abs(a - b).max()), here.contributing, there.contributing, float(a.mean()))


def compile_all() -> None:
    """Compiles both kernels for an sm_80, with the types that a scan really hands over; prints the target."""
    cuda: Any = importlib.import_module("numba.cuda")
    dispatcher: Any = importlib.import_module("numba.cuda.dispatcher")
    dispatcher.get_current_device = lambda: type("Any80", (), {"compute_capability": (8, 0)})
    on_gpu.learn_names()
    typed: Any = importlib.import_module("numba").typeof
    texts: list[str] = []

    class Compiled:
        def __init__(self, kernel: Callable[..., None]) -> None:
            self.kernel = kernel

        def __getitem__(self, launch: object) -> Callable[..., None]:
            def compiled(*arguments: Any) -> None:
                signature = tuple(typed(argument) for argument in arguments)
                texts.append(cuda.compile_ptx(self.kernel, signature, cc=(8, 0), fastmath=True)[0])

            return compiled

    cuda.jit = lambda **_: Compiled
    for probe_id in ("linear_12_4", "curved_6_2"):
        _, there = _scans(probe_id)
        there._does = on_gpu.Card(SameMemory())  # pyright: ignore[reportPrivateUsage]
        there.envelope(_view(probe_id))
    print(*(line for text in texts for line in text.splitlines() if line.startswith(".target")))


if __name__ == "__main__":
    runtime.start()
    compare(sys.argv[2]) if sys.argv[1] == "compare" else compile_all()
