"""Makers of small files, as fixtures."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest


def load(name: str) -> ModuleType:
    """A module of this folder that is no test."""
    spec = spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def make() -> ModuleType:
    """Makes small DICOM files."""
    return load("dicom_make")


@pytest.fixture(scope="session")
def make_clarius() -> ModuleType:
    """Makes small Clarius raw files."""
    return load("clarius_make")
