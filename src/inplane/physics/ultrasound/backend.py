"""Who does the heavy part of a transmit: the processor, or a graphics card. Chosen once, aloud.

The processor is authoritative: it alone is what fidelity and perception are measured on. A card runs the same scalar
functions (see on_gpu) and agrees but for the order of its additions.
"""

import importlib
import importlib.util
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inplane.core import ResourceError, UnknownNameError
from inplane.physics.ultrasound.beam import Beam
from inplane.physics.ultrasound.lookup import Placed
from inplane.physics.ultrasound.march import Line, Marched, march
from inplane.physics.ultrasound.splat import splat
from inplane.physics.ultrasound.tables import Scatterers, Tissue
from inplane.physics.ultrasound.travel import Course

BACKENDS = ("auto", "cpu", "cuda")
"""auto is the processor: no card has been measured on record yet, so none is taken unasked."""


class Backend(Protocol):
    """What a scan asks for at each transmit; arguments as in `march.march` and `splat.splat`."""

    name: str

    def march(self, tissue: Tissue, beam: Beam, placed: Placed, line: Line, out: Marched) -> None:
        """Fill `out` for every line."""
        ...

    def splat(
        self, tissue: Tissue, scatterers: Scatterers, look: tuple[Beam, Placed, Course], grids: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        """Add every scatterer in the slab to `grids`; how many contributed, in parts."""
        ...


class Processor:
    """The processor's kernels."""

    name = "cpu"
    march = staticmethod(march)

    def splat(
        self, tissue: Tissue, scatterers: Scatterers, look: tuple[Beam, Placed, Course], grids: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        """See splat.splat."""
        return splat(tissue, scatterers, *look, grids)


def choose_backend(name: str = "auto") -> Backend:
    """The backend of a name in BACKENDS.

    Raises:
        UnknownNameError: no backend of that name.
        ResourceError: `cuda` without the package or without a card that it can use; the text says which.
    """
    if name not in BACKENDS:
        raise UnknownNameError("backend", name, BACKENDS)
    return _card() if name == "cuda" else Processor()


def _card() -> Backend:
    """A card's backend, once it is known that there is one."""
    if importlib.util.find_spec("numba_cuda") is None:
        raise ResourceError("Backend 'cuda' needs the package numba-cuda. Install it with: pip install 'inplane[gpu]'.")
    cuda: Any = importlib.import_module("numba.cuda")
    if not cuda.is_available():
        raise ResourceError(
            "Backend 'cuda' found no graphics card that it can use (an NVIDIA card and its driver). Use 'cpu'."
        )
    on_gpu: Any = importlib.import_module("inplane.physics.ultrasound.on_gpu")
    on_gpu.learn_names()
    return on_gpu.Card(on_gpu.Copies())
