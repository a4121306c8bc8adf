"""How long a user waits for the first live frame: the second start, and a fresh clone's `make run`."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from inplane.bench._first_frame import seconds_to_first_frame
from inplane.bench.report import Figure, Progress, last_full
from inplane.core import ResourceError

ARGUMENTS = ("--port", "0", "--no-browser", "--journals")
ROOT = Path(__file__).resolve().parents[3]
WARM, COLD = "warm_to_first_frame_s", "cold_to_first_frame_s"

WARMING_LIMIT_S = 600.0
"""For compiling everything once (chosen: several times what two slow cores need)."""
QUICK_WARMING_LIMIT_S = 30.0
"""The same in a quick run, where kernels should be compiled already (chosen: leaves 20 s of the 50 for the start)."""
WARM_LIMIT_S = 60.0
COLD_LIMIT_S = 900.0
REPEATS = 3


def run(*, quick: bool, seed: int, progress: Progress) -> list[Figure]:
    """Both figures of this bench; a start does not depend on `seed`."""
    del seed
    warm = measure_warm(quick=quick, progress=progress)
    if quick:
        return [warm, last_full("start", COLD, unit="s")]
    return [warm, measure_cold(progress)]


def measure_warm(*, quick: bool, progress: Progress) -> Figure:
    """Median over starts with kernels compiled and patient built by a start before; one start in a quick run."""
    limits_s = [QUICK_WARMING_LIMIT_S, 18.0] if quick else [WARMING_LIMIT_S] + [WARM_LIMIT_S] * REPEATS
    spent_s: list[float] = []
    with tempfile.TemporaryDirectory(prefix="inplane-start-") as scratch:
        command = [sys.executable, "-m", "inplane", "run", *ARGUMENTS, scratch]
        for number, limit_s in enumerate(limits_s):
            progress("first start" if number == 0 else f"start {number} that counts", number / len(limits_s))
            try:
                spent_s.append(seconds_to_first_frame(command, folder=Path.cwd(), environment={}, limit_s=limit_s))
            except ResourceError as error:
                return _failed(WARM, error, quick=quick and number == 0)
    return Figure(WARM, median(spent_s[1:]), "s", n=len(spent_s) - 1)


def measure_cold(progress: Progress) -> Figure:
    """One fresh clone, its own environment and an empty kernel cache; packages are downloaded anew."""
    if not (ROOT / ".git").exists() or shutil.which("make") is None:
        return Figure(COLD, None, "s", why="needs a git clone and make")
    with tempfile.TemporaryDirectory(prefix="inplane-start-") as scratch:
        clone = Path(scratch) / "inplane"
        progress("fresh clone, make run", None)
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, capture_output=True)
        fresh = {"INPLANE_CACHE": str(Path(scratch) / "cache"), "PIP_NO_CACHE_DIR": "1", "VIRTUAL_ENV": ""}
        command = ["make", "run", f"ARGUMENTS={' '.join((*ARGUMENTS, str(Path(scratch) / 'journals')))}"]
        try:
            spent_s = seconds_to_first_frame(command, folder=clone, environment=fresh, limit_s=COLD_LIMIT_S)
        except ResourceError as error:
            return _failed(COLD, error, quick=False)
    return Figure(COLD, spent_s, "s", n=1)


def _failed(name: str, error: ResourceError, *, quick: bool) -> Figure:
    """The last full value where a quick run met a cold kernel cache; else no value and the reason."""
    if quick:
        return last_full("start", name, unit="s")
    return Figure(name, None, "s", why=str(error))
