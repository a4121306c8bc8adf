"""The needle's bench: parts that need no patient."""

import pytest

from inplane.bench.needle import _beam_error, _compared
from inplane.physics.needle.published import Comparison


def test_the_beam_is_within_a_per_cent() -> None:
    assert _beam_error() < 0.01


def test_a_comparison_tells_what_was_published_and_the_error() -> None:
    row = Comparison(what="force", unit="N", low=2.0, high=2.0, ours=1.0, source="Someone 2001", seen="abstract")
    (figure,) = _compared(row)
    assert (figure.name, figure.value, figure.unit) == ("force", 1.0, "N")
    assert figure.why == "published 2 N; -50%; Someone 2001 (abstract)"
    assert row.error == pytest.approx(-0.5)
