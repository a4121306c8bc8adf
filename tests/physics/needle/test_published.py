"""Published forces and deflections are compared, and stay as far off as the page of the documentation says."""

from math import isinf
from pathlib import Path

import numpy as np
import pytest

from inplane.physics.needle.published import Comparison, published_deflections, published_forces


def test_every_number_has_its_source_and_how_much_of_it_was_read() -> None:
    for row in published_forces() + published_deflections():
        assert row.source
        assert row.seen
        assert np.isfinite(row.ours)
        assert row.low <= row.high


def test_deflections_in_gel_are_met_and_those_in_meat_within_a_half() -> None:
    rows = {row.what: row for row in published_deflections()}
    for what, row in rows.items():
        assert abs(row.error) < (0.02 if "ballistic gel" in what else 0.5), what


def test_forces_are_of_the_right_size() -> None:
    """Within a factor of two and a half of what was published, which is what such numbers scatter by."""
    for row in published_forces():
        assert 0.4 < row.ours / row.low < 2.5, row.what


def test_an_error_is_nothing_within_the_range_and_signed_outside() -> None:
    def compare(ours: float) -> float:
        return Comparison(what="x", unit="N", low=2.0, high=4.0, ours=ours, source="s", seen="all").error

    assert compare(3.0) == 0
    assert compare(1.0) == pytest.approx(-0.5)
    assert compare(6.0) == pytest.approx(0.5)


def test_the_page_says_what_the_functions_say() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "needle.md").read_text(encoding="utf-8")
    for row in published_forces() + published_deflections():
        several = f"more than {row.low:g}" if isinf(row.high) else f"{row.low:g} to {row.high:g}"
        span, unit = f"{row.low:g}" if row.low == row.high else several, "" if row.unit == "1" else f" {row.unit}"
        told = f"| {row.what} | {span}{unit} | {row.ours:.2f}{unit} | {row.error:+.0%} | {row.source}; {row.seen} |"
        assert told in page, told
