"""A beam on an elastic foundation against closed forms, and how points steer."""

from math import cos, cosh, sin, sinh

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.physics.needle.beam import (
    bend_mm,
    foundation_wavenumber_per_mm,
    solve_beam,
    steering_in,
    steering_per_mm,
    turned_mm,
)

ATLAS = load_atlas()
NEEDLE = ATLAS.needle("22g_89mm_spinal")
STIFFNESS = NEEDLE.bending_stiffness_n_mm2
SOFT = 0.02


def wavenumber(foundation: float) -> float:
    return float(foundation_wavenumber_per_mm(NEEDLE, np.array([foundation]))[0])


def test_a_cantilever_bends_by_the_textbook() -> None:
    """P L^3 / (3 E I) at the end under a force there, w L^4 / (8 E I) under an even load; within 0.01 %."""
    depth, none = np.linspace(0, 60, 41), np.zeros(40)
    by_force = bend_mm(depth, none, stiffness_n_mm2=STIFFNESS, tip_n=0.3)
    assert by_force[-1] == pytest.approx(0.3 * 60**3 / (3 * STIFFNESS), rel=1e-4)
    shape = 0.3 * depth**2 * (3 * 60 - depth) / (6 * STIFFNESS)
    np.testing.assert_allclose(by_force, shape, rtol=1e-4, atol=1e-9)
    by_load = bend_mm(depth, none, stiffness_n_mm2=STIFFNESS, load_n_mm=np.full(40, 0.01))
    assert by_load[-1] == pytest.approx(0.01 * 60**4 / (8 * STIFFNESS), rel=1e-4)


def test_a_long_shaft_bends_as_hetenyi_says() -> None:
    """Semi-infinite beam: 2 P beta / k under a force on its free end; exp(-beta s) sin(beta s) / beta turned by its
    held one. Both within 0.01 %, of the largest."""
    beta, depth = wavenumber(SOFT), np.linspace(0, 400, 401)
    even = np.full(400, SOFT)
    assert bend_mm(depth, even, stiffness_n_mm2=STIFFNESS, tip_n=0.3)[-1] == pytest.approx(
        2 * 0.3 * beta / SOFT, rel=1e-4
    )
    turned = bend_mm(depth, even, stiffness_n_mm2=STIFFNESS, slope=1.0)
    closed = np.exp(-beta * depth) * np.sin(beta * depth) / beta
    np.testing.assert_allclose(turned, closed, atol=1e-4 * closed.max())


def test_a_shaft_of_some_length_bends_as_hetenyi_says() -> None:
    """Fixed at one end, loaded at the free one: y = P / (2 E I beta^3) (sinh 2bl - sin 2bl) / (cosh 2bl + cos 2bl + 2),
    which has both the cantilever and the semi-infinite beam as its limits."""
    beta = wavenumber(SOFT)
    for length in (5.0, 20.0, 40.0, 80.0):
        depth, even = np.linspace(0, length, 41), np.full(40, SOFT)
        found = bend_mm(depth, even, stiffness_n_mm2=STIFFNESS, tip_n=0.2)[-1]
        bl = 2 * beta * length
        closed = 0.2 / (2 * STIFFNESS * beta**3) * (sinh(bl) - sin(bl)) / (cosh(bl) + cos(bl) + 2)
        assert found == pytest.approx(closed, rel=1e-3)


def test_the_loops_beam_is_within_a_per_cent_of_the_closed_form() -> None:
    """What a step uses, an element a millimetre, over the longest shaft that a control can ask for."""
    depth = np.append(np.arange(0.0, 200.0), 199.3)
    beta = wavenumber(SOFT)
    closed = np.exp(-beta * depth) * np.sin(beta * depth) / beta
    shift = turned_mm(depth, np.full(len(depth), SOFT), NEEDLE)
    np.testing.assert_allclose(shift, closed, atol=0.01 * closed.max())
    short = np.linspace(0, 2, 5)
    np.testing.assert_allclose(turned_mm(short, np.full(5, SOFT), NEEDLE), short, rtol=1e-3)  # a rod


def test_banded_and_dense_agree() -> None:
    """The kernel beside a dense solution of the same elements, over layers of very different stiffness."""
    rng = np.random.default_rng(2)
    length, foundation = rng.uniform(0.5, 3.0, 30), rng.choice([0.01, 0.02, 0.4], 30)
    found = np.zeros(31)
    solve_beam(length, foundation, STIFFNESS, np.array([0.1, 0.05]), np.full(30, 0.002), found)
    dense, load = np.zeros((62, 62)), np.zeros(62)
    for at, (h, k) in enumerate(zip(length, foundation, strict=True)):
        by = np.array([1, h, 1, h])
        bending = np.array([[12, 6, -12, 6], [6, 4, -6, 2], [-12, -6, 12, -6], [6, 2, -6, 4]])
        support = np.array([[156, 22, 54, -13], [22, 4, 13, -3], [54, 13, 156, -22], [-13, -3, -22, 4]])
        here = slice(2 * at, 2 * at + 4)
        dense[here, here] += np.outer(by, by) * (STIFFNESS / h**3 * bending + k * h / 420 * support)
        load[here] += 0.002 * np.array([h / 2, h * h / 12, h / 2, -h * h / 12])
    load[-2] += 0.05
    load -= 0.1 * dense[:, 1]
    np.testing.assert_allclose(found[1:], np.linalg.solve(dense[2:, 2:], load[2:])[::2], rtol=1e-8)


def test_a_stiff_layer_takes_the_swing_of_what_lies_beneath() -> None:
    depth = np.linspace(0, 40, 41)
    k = np.full(41, 0.01)
    soft = turned_mm(depth, k, NEEDLE)
    k[10:14] = 0.5  # fascia
    layered = turned_mm(depth, k, NEEDLE)
    assert layered[12] < 0.8 * soft[12]
    assert layered[-1] < 0.8 * soft[-1]


def test_curvature_is_side_force_over_stiffness_and_wavenumber() -> None:
    """kappa = Q / (E I beta): the beam that is loaded by Q on its tip and held straight behind has, where the path is
    cut to its shape, no other curvature that keeps; here its scaling is checked, in the tube and in the foundation."""
    thin, thick = ATLAS.needle("25g_89mm_spinal"), NEEDLE
    force, k = np.array([0.5]), np.array([SOFT])
    ratio = float(steering_per_mm(thin, force, k)[0] / steering_per_mm(thick, force, k)[0])
    stiffer = thick.bending_stiffness_n_mm2 / thin.bending_stiffness_n_mm2
    assert ratio == pytest.approx(thin.outer_diameter_mm.value / thick.outer_diameter_mm.value * stiffer**0.75)
    harder = float(steering_per_mm(thick, force, 16 * k)[0] / steering_per_mm(thick, force, k)[0])
    assert harder == pytest.approx(0.5)


def test_points_steer_to_their_side() -> None:
    """A ground face drives the point away from the side it looks to, a Tuohy point towards it."""
    assert steering_in(NEEDLE, "muscle") > 0
    assert steering_in(ATLAS.needle("18g_80mm_tuohy"), "muscle") < 0
    assert steering_in(ATLAS.needle("27g_90mm_spinal"), "muscle") > steering_in(NEEDLE, "muscle")
