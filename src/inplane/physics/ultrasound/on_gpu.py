"""March and splat on a graphics card: the processor's own scalar functions, compiled by numba-cuda.

A thread takes a scan line of the march, or a column of the lattice in the splat, whose additions are atomic. They come
in another order each time, so that a picture agrees with the processor's but for rounding. What follows them (needle,
beam, screen) is made by the processor. Imported only where a card was asked for: numba-cuda is an extra.
"""

import importlib
import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from inplane.physics.ultrasound.beam import Beam
from inplane.physics.ultrasound.lattice import plan_of
from inplane.physics.ultrasound.lookup import Placed, f32, fix
from inplane.physics.ultrasound.march import Line, Marched, march_line
from inplane.physics.ultrasound.splat import How, What, column, columns, fill, landing, spline
from inplane.physics.ultrasound.tables import SET_SIZE, Scatterers, Tissue
from inplane.physics.ultrasound.travel import Course, node_shift

Tables = TypeVar("Tables", bound=tuple[Any, ...])

cuda: Any = importlib.import_module("numba.cuda")
F32, I32, I64 = (getattr(importlib.import_module("numba"), name) for name in ("float32", "int32", "int64"))

LINES, COLUMNS = 32, (8, 8)
"""Threads a block of march and splat. Chosen: a warp of lines, for there are only some 200; two warps of columns."""
PARTS = 4 * SET_SIZE
"""Numbers that a cell's projected scatterers take."""
LACKING = {np.exp: math.exp, np.sqrt: math.sqrt, np.floor: math.floor, np.ceil: math.ceil}
"""NumPy's functions that numba-cuda 0.30 knows under their name in `math` alone."""


def march_kernel(tissue: Tissue, beam: Beam, placed: Placed, line: Line, out: Marched) -> None:
    """One scan line a thread."""
    index = cuda.grid(1)
    if index < out.through.shape[0]:
        march_line(tissue, beam, placed, (line, out), index)


def splat_kernel(how: How, what: What, span: tuple[int, int, int, int], grid: NDArray[np.float32], used: Any) -> None:
    """One lattice column a thread; `span` is what `columns` answered, `grid` (2 samples (lines + 2),), `used` (1,)."""
    x, y = cuda.grid(2)
    ia, ib = span[0] + x, span[2] + y
    if ia >= span[1] or ib >= span[3]:
        return
    index, at = cuda.local.array(3, I64), cuda.local.array(3, F32)
    work, voxels = cuda.local.array(PARTS, F32), cuda.local.array(SET_SIZE, I32)
    room, points, size = (index, at, work, voxels), (what[2][1], what[2][2], work, voxels), how[2][1]
    low, high = column(how, what[0], room, ia, ib)
    for ik in range(low, high):
        n = fill(how, what, room, ik)
        for i in range(n):
            to, off, parts = landing(points, (n, size[0], size[1]), i)
            if to >= 0:
                for side in range(3):
                    share, first = spline(off, side), to + side * 2 * size[1]
                    cuda.atomic.add(grid, first, share * parts[0])
                    cuda.atomic.add(grid, first + 1, share * parts[1])
                    cuda.atomic.add(grid, first + 2, share * parts[2])
                    cuda.atomic.add(grid, first + 3, share * parts[3])
                cuda.atomic.add(used, 0, 1)


def learn_names() -> None:
    """Tells numba-cuda of NumPy's functions that it knows by another name (LACKING)."""
    known = importlib.import_module("numba.cuda.ufuncs").ufunc_db()
    find = importlib.import_module("numba.cuda.mathimpl").get_unary_impl_for_fn_and_ty

    def lowered(function: Callable[[float], float]) -> Callable[..., Any]:
        def lower(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return find(function, signature.args[0])(context, builder, signature, values)

        return lower

    for name, function in LACKING.items():
        known.setdefault(name, {"f->f": lowered(function), "d->d": lowered(function)})


def single(numbers: Any) -> Any:
    """A tuple, and those within it, with Python's numbers as float32: a kernel returns 64 bits to Python, and a card
    would then reckon with them."""
    if isinstance(numbers, float):
        return f32(numbers)
    if not isinstance(numbers, tuple):
        return numbers
    items: list[Any] = [single(item) for item in numbers]  # pyright: ignore[reportUnknownVariableType]
    return type(numbers)(*items) if hasattr(numbers, "_fields") else tuple(items)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


class Copies:
    """Memory of the card: what lies there of what lies here. Tables that never change are sent once."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {}

    def send(self, tables: Tables) -> Tables:
        """A tuple with the card's copies of its arrays."""
        sent = (cuda.to_device(item) if isinstance(item, np.ndarray) else item for item in tables)
        return type(tables)(*sent) if hasattr(tables, "_fields") else type(tables)(sent)

    def keep(self, name: str, tables: Tables) -> Tables:
        """The same, kept under a name until other tables of that name come."""
        if name not in self._held or self._held[name][0] is not tables:
            self._held[name] = (tables, self.send(tables))
        held: Any = self._held[name][1]
        return held

    def fetch(self, there: Any, here: NDArray[Any]) -> None:
        """Fills an array here from the card's copy."""
        there.copy_to_host(here)


class Card:
    """One scan's work on the card; `march` and `splat` take what the processor's take.

    Args:
        copies: of arrays on the card.
    """

    name = "cuda"

    def __init__(self, copies: Copies) -> None:
        self._copies = copies
        self._march, self._splat = cuda.jit(fastmath=True)(march_kernel), cuda.jit(fastmath=True)(splat_kernel)

    def march(self, tissue: Tissue, beam: Beam, placed: Placed, line: Line, out: Marched) -> None:
        """See march.march."""
        held, here = self._copies, self._copies.keep("marched", out)
        blocks = -(-out.through.shape[0] // LINES)
        there = (held.keep("tissue", tissue), held.keep("beam", beam), held.send(placed), held.send(line), here)
        self._march[blocks, LINES](*there)
        for field, copy, array in zip(out._fields, here, out, strict=True):
            if field != "sends":
                held.fetch(copy, array)

    def splat(
        self, tissue: Tissue, scatterers: Scatterers, look: tuple[Beam, Placed, Course], grids: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        """See splat.splat; all of it goes into the first chunk."""
        held, (beam, placed, course), (rows, width) = self._copies, look, grids.shape[1:]
        aim = (course.sine, course.cosine, course.impact)
        fixed, plan = single(fix(placed)), single(plan_of(tissue, scatterers, beam, aim, rows - 2))
        base = (tissue.origin - f32(0.5) * tissue.spacing).astype(np.float32)
        span = columns(fixed, plan, (tissue.loudest, placed.now, base, beam.cells))
        there, moved, sets = held.keep("tissue", tissue), held.send(placed), held.keep("sets", scatterers).sets
        shift = node_shift(course.shift, beam.sample, course.late.shape[1])
        what = (
            (there.loudest, moved.now, held.send((base,))[0], held.keep("beam", beam).cells),
            held.send((course.late, course.aside, shift)),
            (sets.ravel(), there.echo.ravel(), there.amplitude),
            (there.lumen, moved.flowed),
        )
        how = (fixed, plan, (tissue.echo.shape, (rows - 2, width // 2), scatterers.salt))
        grids[:] = 0.0
        flat, used = grids[0].ravel(), np.zeros(1, np.int64)
        sums, count = held.send((flat, used))
        across = tuple(max(1, -(-(span[2 * i + 1] - span[2 * i]) // COLUMNS[i])) for i in range(2))
        self._splat[across, COLUMNS](how, what, span, sums, count)
        held.fetch(sums, flat)
        held.fetch(count, used)
        return used
