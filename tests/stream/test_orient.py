"""Orientation codes: a pixel at a known place of the probe lands where MF says, and comes back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.core import FormatError
from inplane.stream.orient import ORIENTATIONS, from_mf, to_mf

# What a probe with a bright point near its face at the marked side stores: rows, then columns, written out by hand.
MARKED_NEAR = {
    "MF": [[0, 0, 9], [0, 0, 0]],
    "UF": [[9, 0, 0], [0, 0, 0]],
    "MN": [[0, 0, 0], [0, 0, 9]],
    "UN": [[0, 0, 0], [9, 0, 0]],
    "FM": [[0, 0], [0, 0], [9, 0]],
    "FU": [[9, 0], [0, 0], [0, 0]],
    "NM": [[0, 0], [0, 0], [0, 9]],
    "NU": [[0, 9], [0, 0], [0, 0]],
}


@pytest.mark.parametrize("code", MARKED_NEAR)
def test_a_point_at_the_marked_side_near_the_probe_is_the_last_line_s_first_sample(code: str) -> None:
    stored = np.array(MARKED_NEAR[code], np.uint8)
    expected = np.array([[0, 0], [0, 0], [9, 0]], np.uint8)
    np.testing.assert_array_equal(to_mf(stored, code), expected)
    np.testing.assert_array_equal(to_mf(stored, code.lower() + "A "), expected)
    np.testing.assert_array_equal(from_mf(expected, code), stored)


@given(code=st.sampled_from(ORIENTATIONS), color=st.booleans(), seed=st.integers(0, 99))
def test_there_and_back_is_the_same_picture_in_fresh_memory(code: str, color: bool, seed: int) -> None:
    shape = (5, 7, 3) if color else (5, 7)
    stored = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
    turned = to_mf(stored, code)
    assert turned.flags.c_contiguous
    assert not np.shares_memory(turned, stored)
    assert turned.dtype == stored.dtype
    np.testing.assert_array_equal(from_mf(turned, code), stored)


@pytest.mark.parametrize("code", ["", "XX", "AMF", "MM", "FN", "MFX", "MFAD", "RAS"])
def test_an_unknown_code_is_refused(code: str) -> None:
    with pytest.raises(FormatError, match=r"Unknown orientation .*Expected one of: MF"):
        to_mf(np.zeros((2, 2)), code)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(FormatError, match=r"shape \(2, 2, 2, 2\)"):
        from_mf(np.zeros((2, 2, 2, 2)), "MF")
