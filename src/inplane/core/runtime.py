"""Threads, kernel compilation and its cache, warm-up. Called by entry points only; nothing happens at import.

Numba's own cache does not notice a changed callee, so the cache lives in a folder named after a hash of every file that
holds a kernel and of all that those files import from this package: one changed line, one new folder. The threading
layer is OpenMP where it loads, else Numba's own `workqueue`, which must never be entered by two threads at once:
exactly one executor may launch kernels made with `parallel=True`.
"""

import ast
import hashlib
import importlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
import platformdirs
from numba.core import config as numba_config

Function = TypeVar("Function", bound=Callable[..., Any])

SPINS = 5_000
"""Turns of a loop for which a thread looks for its next kernel before it sleeps. Chosen: it is then awake from
one kernel of a picture to the next; twenty times as many gained no more and cost CPU (docs/decisions/threads.md)."""

_kernels: list[Any] = []
_started: "Runtime | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What an entry point decided: threads for parallel kernels, and where compiled kernels are kept."""

    threads: int
    cache_dir: Path


def kernel(
    *, parallel: bool = False, fastmath: bool = True, inline: bool = False, borrows: bool = False
) -> Callable[[Function], Function]:
    """Decorator: compile a small plain function with Numba (no Python objects, GIL released). A division by 0 gives inf
    or NaN, as NumPy's does: a test of each divisor would keep loops from being vectorized.

    Args:
        parallel: uses `numba.prange`; such a kernel may only be launched from the simulation executor.
        fastmath: allow reordering of floating-point sums; switch it off where NaN or exact order matters.
        inline: let LLVM inline it into its callers; it borrows, too.
        borrows: its arrays are all on loan, so that Numba counts no references within: an atomic addition whenever one
            is put into a tuple or taken out, which threads make each other wait for. Such a kernel, and what it calls,
            makes no arrays but views and returns none.
    """

    def compile_later(function: Function) -> Function:
        options: dict[str, Any] = {"nogil": True, "parallel": parallel, "fastmath": fastmath, "error_model": "numpy"}
        if inline:
            options["forceinline"] = True
        if inline or borrows:
            options["_nrt"] = False
        compiled: Any = numba.njit(**options)(function)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if hasattr(compiled, "enable_caching"):
            _kernels.append(compiled)
            if _started is not None:
                compiled.enable_caching()
        return compiled

    return compile_later


def start(*, threads: int | None = None, cache_root: Path | None = None) -> Runtime:
    """Set threads and the kernel cache, once a process; later calls return what the first decided.

    Args:
        threads: for parallel kernels; all cores that this process may use, at most 4, if None.
        cache_root: folder for compiled kernels; the user's cache folder, or INPLANE_CACHE, if None.
    """
    global _started
    if _started is not None:
        return _started
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait leave the core to others,
    os.environ.setdefault("GOMP_SPINCOUNT", str(SPINS))  # but not between two kernels
    import cv2

    cv2.setNumThreads(1)
    count = threads or min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    settings: Any = numba_config
    count = max(1, min(count, int(settings.NUMBA_NUM_THREADS)))
    folder = (cache_root or default_cache_root()) / "kernels" / source_hash()
    folder.mkdir(parents=True, exist_ok=True)
    settings.CACHE_DIR = str(folder)
    settings.THREADING_LAYER = _threading_layer()
    numba.set_num_threads(count)
    for compiled in _kernels:
        compiled.enable_caching()
    _started = Runtime(threads=count, cache_dir=folder)
    return _started


def default_cache_root() -> Path:
    """Folder of all that can be made again: INPLANE_CACHE, or the user's cache folder."""
    return Path(os.environ.get("INPLANE_CACHE", platformdirs.user_cache_dir("inplane")))


def _threading_layer() -> str:
    """OpenMP where its library is on this machine: the launching thread works too, and the others wake at once. See
    docs/decisions/threads.md."""
    try:
        importlib.import_module("numba.np.ufunc.omppool")
    except ImportError:
        return "workqueue"
    return "omp"


def source_hash(package: Path = Path(__file__).parent.parent) -> str:
    """A short hash of every file that holds a kernel and of what it imports from here: the kernel cache's name."""
    sources = {path: path.read_bytes() for path in sorted(package.rglob("*.py"))}
    waiting = [path for path, text in sources.items() if b"@kernel(" in text]
    needed: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in needed:
            needed.add(path)
            waiting += [found for found in _imports(package, sources[path]) if found in sources]
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(needed):
        digest.update(str(path.relative_to(package)).encode())
        digest.update(sources[path])
    return digest.hexdigest()[:16]


def _imports(package: Path, source: bytes) -> list[Path]:
    """The files of this package that a source imports from, as they would lie on disk; through a package's door, the
    files that the names come from."""
    found: list[Path] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == package.name:
            base = package.joinpath(*node.module.split(".")[1:])
            origins = _offered(package, base / "__init__.py")
            found.append(base.with_suffix(".py"))
            for alias in node.names:
                module = (base / alias.name).with_suffix(".py")
                found += origins.get(alias.name, [module if module.is_file() else base / "__init__.py"])
    return found


@cache
def _offered(package: Path, door: Path) -> dict[str, list[Path]]:
    """Name to the file that it comes from, of the names that a package's door offers; empty where there is no door."""
    if not door.is_file():
        return {}
    origins: dict[str, list[Path]] = {}
    for node in ast.parse(door.read_bytes()).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == package.name:
            base = package.joinpath(*node.module.split(".")[1:])
            for alias in node.names:
                origins[alias.asname or alias.name] = [base.with_suffix(".py"), base / "__init__.py"]
    return origins


def warm_up(steps: Iterable[tuple[str, Callable[[], object]]], report: Callable[[str, float], None]) -> float:
    """Run each named step once so that its kernels are compiled; reports name and seconds; returns seconds in all."""
    begun = time.perf_counter()
    for name, step in steps:
        at = time.perf_counter()
        step()
        report(name, time.perf_counter() - at)
    return time.perf_counter() - begun
