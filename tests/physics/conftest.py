"""The patient of blocks, as fixtures."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from inplane.anatomy import Patient


@pytest.fixture(scope="session")
def blocks() -> ModuleType:
    """The module that builds it, with its measures."""
    spec = spec_from_file_location("block", Path(__file__).parents[1] / "block.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def block(blocks: ModuleType) -> Patient:
    """A slab of muscle with one of everything in it."""
    return blocks.build_block()


@pytest.fixture(scope="session")
def plain_block(blocks: ModuleType) -> Patient:
    """Muscle under skin and nothing else."""
    return blocks.build_block(plain=True)
