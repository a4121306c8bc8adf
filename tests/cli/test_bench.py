"""`inplane bench --json` prints one object on standard output and nothing else."""

import json
import subprocess
import sys

NOISY = """
import os, sys
from types import ModuleType
import inplane.bench
from inplane.bench import Figure
from inplane.cli import main
def run(*, quick, seed, progress):
    print("noise")
    os.write(1, b"compiled noise\\n")
    progress("half way", 0.5)
    return [Figure("cpu_ms", 30.0, "ms")]
module = ModuleType("inplane.bench.live")
module.run = run
sys.modules["inplane.bench.live"] = module
inplane.bench.bench_names = lambda: ["live"]
main(sys.argv[1:])
"""


def run_noisy(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", NOISY, *words], capture_output=True, text=True)


def test_json_is_alone_on_standard_output() -> None:
    done = run_noisy("bench", "live", "--json", "--quick", "--seed", "3")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["bench"] == "live"
    assert "noise" in done.stderr
    assert "50% half way" in done.stderr


def test_a_table_for_people() -> None:
    done = run_noisy("bench", "live")
    assert done.returncode == 0, done.stderr
    assert "cpu_ms" in done.stdout
    assert "noise" not in done.stdout


def test_an_unknown_bench() -> None:
    done = run_noisy("bench", "speed")
    assert (done.returncode, done.stdout) == (2, "")
    assert "inplane: Unknown bench 'speed'. Expected one of: 'live'." in done.stderr
