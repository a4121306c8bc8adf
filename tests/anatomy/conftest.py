"""Groins on a coarse grid, kept for the tests that share them."""

from collections.abc import Callable
from functools import lru_cache

import pytest

from inplane.anatomy import GroinParameters, Patient, build_groin, difficulty_parameters

BuildGroin = Callable[[int, int | None], Patient]


@lru_cache(maxsize=16)
def _build(seed: int, level: int | None) -> Patient:
    parameters: GroinParameters | None = None if level is None else difficulty_parameters(seed, level)
    return build_groin(seed, parameters=parameters, spacing_mm=1.2)


@pytest.fixture
def coarse_groin() -> BuildGroin:
    """A function (seed, level or None) to a right groin at 1.2 mm."""
    return _build
