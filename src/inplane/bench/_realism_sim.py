"""Simulated stills: groin views of this engine and of the first one, and blocks of single tissues."""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inplane.bench import _realism_draw as draw
from inplane.bench._realism_draw import Drawn
from inplane.bench._realism_still import Still, on_scale
from inplane.core import runtime

FIRST_ENGINE = "363c9d00dc08"
"""Commit of the first engine: the one that drew the first bedside."""
BLOCK_KINDS = ("muscle", "nerve", "vessel", "tendon", "bone")
BLOCK_WANDER = 0.3
"""A block is 12 mm thick."""


def as_stills(views: Sequence[Drawn], name: str) -> list[Still]:
    """Drawn views at one scale; those of one patient are a group."""
    stills: list[Still] = []
    for number, view in enumerate(views):
        grey, kinds = on_scale(view.picture, view.kinds.T, (view.width_mm, view.depth_mm))
        stills.append(Still(name=f"{name} {number}", group=view.patient, grey=grey, kinds=kinds))
    return stills


def blocks(kind: str, *, seed: int, count: int) -> list[Still] | None:
    """Views of blocks of one tissue, cut across and along by turns; None where the anatomy builds no such block."""
    build = _block_builder()
    if build is None:
        return None
    from inplane.core import ProbeControl

    found: list[Still] = []
    for index in range(count):
        number = draw.FIRST_SEED + 1000 * seed + index
        patient = build(kind, seed=number, section=("short", "long")[index % 2])
        views = list(draw.views_of(patient, ProbeControl(), number, draw.PROBES[index // 2 % 2], wander=BLOCK_WANDER))
        found += as_stills(views, f"block of {kind} {index}")
    return found


def _block_builder() -> Any:
    """What builds a block; None in versions of the anatomy that have none."""
    import inplane.anatomy as anatomy

    return getattr(anatomy, "build_block", None)


def cache_folder() -> Path:
    """Where what can be made again is kept: INPLANE_CACHE, or the user's cache folder."""
    return runtime.default_cache_root() / "realism"


class FirstEngine:
    """Draws the first engine's pictures in a process of its own while this one goes on.

    Args:
        seed, patients: as of `_realism_draw.drawn_views`.
        folder: where its source and its pictures are kept.
    """

    def __init__(self, *, seed: int, patients: int, folder: Path) -> None:
        self.why = ""
        self._running: subprocess.Popen[bytes] | None = None
        self._kept = folder / f"first-{FIRST_ENGINE}-{seed}-{patients}-{draw_hash()}.npz"
        if self._kept.is_file():
            return
        source = _extracted(folder)
        if source is None:
            self.why = f"there is no git history here that holds commit {FIRST_ENGINE}"
            return
        words = [sys.executable, "-P", draw.__file__, str(self._kept), str(seed), str(patients)]
        self._running = subprocess.Popen(words, env=os.environ | {"PYTHONPATH": str(source)}, stdout=subprocess.DEVNULL)

    def stills(self) -> list[Still]:
        """Its pictures, waited for; none, with `why`, where it could not draw."""
        if self._running is not None and self._running.wait() != 0:
            self.why = f"the first engine failed with exit status {self._running.returncode}"
        return as_stills(draw.load(self._kept), "first engine") if self._kept.is_file() else []

    def stop(self) -> None:
        """Ends the process where it still runs."""
        if self._running is not None and self._running.poll() is None:
            self._running.kill()
            self._running.wait()


def draw_hash() -> str:
    """Of the file that draws: what it drew before counts no longer when it changes."""
    import hashlib

    return hashlib.sha256(Path(draw.__file__).read_bytes()).hexdigest()[:12]


def _extracted(folder: Path) -> Path | None:
    """Folder with the first engine's source; None where its commit is not at hand."""
    source = folder / f"engine-{FIRST_ENGINE}"
    if (source / "src" / "inplane").is_dir():
        return source / "src"
    here = str(Path(__file__).parent)
    try:
        top = subprocess.run(["git", "-C", here, "rev-parse", "--show-toplevel"], capture_output=True, check=True)
        words = ["git", "-C", top.stdout.decode().strip(), "archive", "--format=tar", FIRST_ENGINE, "src"]
        packed = subprocess.run(words, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    source.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(source, filter="data")
    return source / "src"
