"""Where a number comes from, how good that source is, and whether a clinician has reviewed it."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from inplane.core.errors import FormatError


class Grade(StrEnum):
    """How good a source is (design note clinical.md, fact 10)."""

    A = "A"  # label or guideline
    B = "B"  # paper
    C = "C"  # secondary source
    D = "D"  # unsourced


class Review(StrEnum):
    """Whether a clinician has reviewed a value."""

    UNREVIEWED = "unreviewed"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A source that can be looked up.

    Raises:
        FormatError: key or text is empty.
    """

    key: str
    text: str
    url: str | None = None

    def __post_init__(self) -> None:
        if not self.key.strip() or not self.text.strip():
            raise FormatError(f"Citation has key {self.key!r} and text {self.text!r}. Expected both to be filled.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedValue:
    """A number that counts, with unit and source; leaving out the source is an error.

    Args:
        value: the number.
        unit: its unit, "1" for none.
        source: citation keys, or one sentence that begins with "chosen:" for a number that we chose, saying why.
        grade: how good the source is; D for a chosen number.

    Raises:
        FormatError: no source, or a value that is not finite.
    """

    value: float
    unit: str
    source: tuple[str, ...]
    grade: Grade
    review: Review = Review.UNREVIEWED
    uncertainty: float | None = None

    def __post_init__(self) -> None:
        if not self.source or not all(key.strip() for key in self.source):
            raise FormatError(f"CitedValue {self.value!r} {self.unit} has no source. Expected at least one citation.")
        if not isfinite(self.value):
            raise FormatError(f"CitedValue is {self.value!r}. Expected a finite number.")
