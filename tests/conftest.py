"""What every test may ask for: a browser, the real recordings, another library; and how chance is drawn.

What a machine lacks is skipped with a plain reason. With CI=true it is a failure instead: nothing hides there.
"""

import os
import shutil
import signal
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in ("true", "1")

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.load_profile("ci" if IN_CI else "dev")


def pytest_configure(config: pytest.Config) -> None:
    """Keeps compiled kernels from one run to the next, apart from those of the user; programs under test hear Ctrl-C.

    A shell starts what it runs in the background with interrupts ignored, and so would everything that a test starts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    cache = config.cache
    if cache is not None:
        os.environ.setdefault("INPLANE_CACHE", str(cache.mkdir("inplane")))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Raw bytes are named by their size: their content may differ between processes, a name may not."""
    return f"{argname}-{len(val)}-bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def _kernel_cache() -> None:
    """Threads and kernel cache are set once, as an entry point would."""
    from inplane.core import runtime

    runtime.start()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips, or in CI fails, what this machine cannot run."""
    if item.get_closest_marker("chromium") and find_chromium() is None:
        lack("no Chromium here (install the package 'chromium', or set INPLANE_CHROMIUM)")
    if item.get_closest_marker("data") and not data_folder().is_dir():
        lack(f"no real recordings at '{data_folder()}' (set INPLANE_DATA)")
    for peer in item.iter_markers("peer"):
        if find_spec(peer.args[0]) is None:
            lack(f"the peer '{peer.args[0]}' is not installed (extra 'peers' or 'wire'; see tools/setup.py)")
    if item.get_closest_marker("gpu") and shutil.which("nvidia-smi") is None:
        pytest.skip("no graphics card here")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium that can run headless; never downloaded."""
    return find_chromium() or lack("no Chromium here (install the package 'chromium', or set INPLANE_CHROMIUM)")


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder of the real recordings."""
    folder = data_folder()
    return folder if folder.is_dir() else lack(f"no real recordings at '{folder}' (set INPLANE_DATA)")


def find_chromium() -> str | None:
    """Path of the browser, None where there is none."""
    names = (os.environ.get("INPLANE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def data_folder() -> Path:
    """Where the real recordings should be."""
    return Path(os.environ.get("INPLANE_DATA") or ROOT.parent / "shared" / "data")


def lack(reason: str) -> NoReturn:
    """Skips; in CI fails."""
    if IN_CI:
        pytest.fail(f"{reason}; with CI=true nothing is skipped", pytrace=False)
    pytest.skip(reason)
