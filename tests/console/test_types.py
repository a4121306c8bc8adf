"""The page's types follow the messages, and the page keeps to them."""

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "make_console_types.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = spec_from_file_location("make_console_types", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_types_have_not_drifted_from_the_messages(tool: ModuleType) -> None:
    assert tool.TARGET.read_text(encoding="utf-8") == tool.make(), "run tools/make_console_types.py"


def test_the_tool_checks_and_tells() -> None:
    done = subprocess.run([sys.executable, str(TOOL), "--check"], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "same")


def test_a_type_that_no_message_may_hold_is_refused(tool: ModuleType) -> None:
    with pytest.raises(TypeError, match="No type for"):
        tool.typescript_of(complex, [])


def test_the_page_keeps_to_its_types() -> None:
    import shutil

    compiler = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
    node = shutil.which("node")
    if node is None or not compiler.exists():
        _lack("no TypeScript here (install nodejs and npm, then `npm ci`)")
    done = subprocess.run(
        [str(node), str(compiler), "--noEmit", "-p", "tsconfig.json"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_modules_of_the_page_are_small() -> None:
    large = {
        path.name: lines
        for path in (ROOT / "src" / "inplane" / "console" / "page").glob("*.js")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) >= 300
    }
    assert large == {}


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    for path in (ROOT / "src" / "inplane" / "console" / "page").iterdir():
        if path.is_dir():
            continue  # vendor: what others made, which names its authors' sites
        text = path.read_text(encoding="utf-8")
        assert "http://" not in text, path.name
        assert "https://" not in text, path.name


def _lack(reason: str) -> Any:
    import os

    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(f"{reason}; with CI=true nothing is skipped", pytrace=False)
    pytest.skip(reason)
