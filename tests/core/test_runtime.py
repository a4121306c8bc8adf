"""Compiled kernels are kept in a folder that changes with any source they depend on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import inplane
from inplane.core import runtime

KERNEL = '''"""A kernel."""
from inplane.core.helper import double
from inplane.core.runtime import kernel


@kernel()
def quadruple(x: float) -> float:
    """4 x."""
    return double(double(x))
'''
HELPER = '''"""What the kernel calls."""
from inplane.core.runtime import kernel


@kernel()
def double(x: float) -> float:
    """2 x."""
    return {factor} * x
'''
RUN = """
import sys
from pathlib import Path
from inplane.core import runtime
from inplane.core.quadruple import quadruple
started = runtime.start(threads=1, cache_root=Path(sys.argv[1]))
assert runtime.start() is started
print(quadruple(1.0), started.cache_dir.name, sum(quadruple.stats.cache_hits.values()))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of `inplane.core` alone, with one kernel that calls another."""
    source = Path(inplane.__file__).parent
    package = tmp_path / "src" / "inplane"
    shutil.copytree(source / "core", package / "core", ignore=shutil.ignore_patterns("__pycache__"))
    (package / "__init__.py").write_text('"""A copy."""\n')
    (package / "core" / "quadruple.py").write_text(KERNEL)
    (package / "core" / "helper.py").write_text(HELPER.format(factor=2))
    return tmp_path


def run(folder: Path) -> list[str]:
    """What the kernel returned, the cache's name, and how often it was found compiled."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(folder / "cache")],
        env=os.environ | {"PYTHONPATH": str(folder / "src"), "NUMBA_DISABLE_JIT": "0"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_changed_callee_means_a_new_folder(copy: Path) -> None:
    first, again = run(copy), run(copy)
    assert (first[0], first[2]) == ("4.0", "0")
    assert again == ["4.0", first[1], "1"]
    (copy / "src" / "inplane" / "core" / "helper.py").write_text(HELPER.format(factor=3))
    changed = run(copy)
    assert changed[0] == "9.0"
    assert changed[1] != first[1]
    assert changed[2] == "0"


def test_a_file_without_kernels_does_not_matter(copy: Path) -> None:
    name = run(copy)[1]
    with (copy / "src" / "inplane" / "core" / "scene.py").open("a") as handle:
        handle.write("# a remark\n")
    assert run(copy)[1] == name


@pytest.mark.uncompiled
def test_a_kernel_is_a_plain_function_to_its_caller() -> None:
    @runtime.kernel()
    def add(a: float, b: float) -> float:
        return a + b

    assert add(1.0, 2.0) == 3.0


def test_a_kernel_that_borrows_works_on_arrays_it_is_lent() -> None:
    @runtime.kernel(borrows=True)
    def add_rows(pair: tuple[NDArray[np.float64], NDArray[np.float64]], scale: float) -> float:
        table, sums = pair
        for row in range(table.shape[0]):
            line = table[row]
            for value in line:
                sums[row] += scale * value
        return sums[0]

    sums = np.zeros(2)
    assert add_rows((np.arange(6.0).reshape(2, 3), sums), 2.0) == 6.0
    np.testing.assert_array_equal(sums, [6.0, 24.0])


def test_warm_up_tells_each_step_and_its_time() -> None:
    told: list[tuple[str, float]] = []
    done: list[str] = []
    seconds = runtime.warm_up(
        [("first", lambda: done.append("a")), ("second", lambda: done.append("b"))],
        lambda name, spent: told.append((name, spent)),
    )
    assert done == ["a", "b"]
    assert [name for name, _ in told] == ["first", "second"]
    assert seconds >= sum(spent for _, spent in told) >= 0


@pytest.mark.parametrize(("given", "kept"), [({}, str(runtime.SPINS)), ({"GOMP_SPINCOUNT": "7"}, "7")])
def test_threads_look_for_work_before_they_sleep_unless_the_user_set_it(given: dict[str, str], kept: str) -> None:
    script = "import os\nfrom inplane.core import runtime\nruntime.start()\nprint(os.environ['GOMP_SPINCOUNT'])"
    clean = {name: value for name, value in os.environ.items() if name != "GOMP_SPINCOUNT"}
    done = subprocess.run([sys.executable, "-c", script], env=clean | given, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == kept


def test_without_openmp_kernels_run_on_numbas_own_threads() -> None:
    script = (
        "import sys\n"
        "sys.modules['numba.np.ufunc.omppool'] = None  # as where libgomp is missing\n"
        "from inplane.core import runtime\n"
        "runtime.start(threads=2)\n"
        "import numba\n"
        "import numpy as np\n"
        "from inplane.world.grid import grid_shifts\n"
        "from inplane.world.motion import Motion\n"
        "drag, press = np.zeros(8), np.array([0, 0, 1, 0, 20, 5, 0, 0, 5, 60, 0.0])\n"
        "none = np.zeros((1, 1, 1, 3), np.float32)\n"
        "still = Motion(press, np.zeros((0, 2, 5)), np.ones(2), np.ones(4), none, none, drag)\n"
        "shifts = np.ones((2, 4, 4, 4, 3), np.float32)\n"
        "grid_shifts(still, np.zeros(3), 1.0, shifts[0], shifts[1])\n"
        "print(numba.threading_layer(), abs(shifts).max())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["workqueue", "0.0"]


def small_package(folder: Path) -> Path:
    """A package of two rooms: a kernel that takes one constant through a door and one part of its own room."""
    files = {
        "__init__.py": "",
        "low/__init__.py": "from small.low.steps import STEP\nfrom small.low.other import OTHER\nHERE = 1\n",
        "low/steps.py": "STEP = 1\n",
        "low/other.py": "OTHER = 1\n",
        "high/__init__.py": "",
        "high/parts.py": "from small.high import _deep\n",
        "high/_deep.py": "",
        "high/aside.py": "",
        "high/kernels.py": "from small.low import STEP\nfrom small.high.parts import x\n@kernel()\ndef f(): ...\n",
    }
    for name, text in files.items():
        path = folder / "small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "small"


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("high/kernels.py", True),
        ("low/steps.py", True),
        ("high/parts.py", True),
        ("high/_deep.py", True),
        ("low/other.py", False),
        ("low/__init__.py", False),
        ("high/aside.py", False),
    ],
)
def test_kernels_are_compiled_anew_for_what_they_come_from_and_for_nothing_else(
    tmp_path: Path, file: str, counts: bool
) -> None:
    package = small_package(tmp_path / "a")
    before = runtime.source_hash(package)
    changed = small_package(tmp_path / "b")
    (changed / file).write_text((changed / file).read_text() + "# another line\n")
    assert (runtime.source_hash(changed) != before) is counts


def test_what_a_door_makes_itself_counts(tmp_path: Path) -> None:
    package = small_package(tmp_path / "a")
    kernels = package / "high" / "kernels.py"
    kernels.write_text(kernels.read_text().replace("import STEP", "import HERE"))
    before = runtime.source_hash(package)
    door = package / "low" / "__init__.py"
    door.write_text(door.read_text().replace("HERE = 1", "HERE = 2"))
    runtime._offered.cache_clear()  # pyright: ignore[reportPrivateUsage]
    assert runtime.source_hash(package) != before
