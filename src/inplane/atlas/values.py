"""Numbers, texts and lists that carry where they come from, how good that is, and whether a clinician reviewed them."""

from dataclasses import dataclass

from inplane.core import CitedValue, FormatError, Grade, Review


@dataclass(frozen=True, slots=True, kw_only=True)
class AtlasValue(CitedValue):
    """A `CitedValue` with what else its entry says.

    Args:
        note: what a reader should know of it, or None.
        also: what other sources say instead, in words; a contradiction is kept, never averaged.
        partial: the named source supports only part of it.
        provisional: it must be replaced by a value from a label or a guideline before use on patients.
    """

    note: str | None = None
    also: tuple[str, ...] = ()
    partial: bool = False
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """What every entry in words carries.

    Args:
        source: citation keys, or one sentence that begins with "chosen:" or "unverified:".
        grade: how good the source is.
        review: whether a clinician has reviewed it.
        partial: the named source supports only part of it; the rest is general knowledge.
        note: what a reader should know of it, or None.
        also: what other sources say instead.

    Raises:
        FormatError: no source.
    """

    source: tuple[str, ...]
    grade: Grade
    review: Review = Review.UNREVIEWED
    partial: bool = False
    note: str | None = None
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.source or not all(key.strip() for key in self.source):
            raise FormatError(f"{type(self).__name__} has no source. Expected at least one citation.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedText(Sourced):
    """A sentence or two with their source."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedList(Sourced):
    """Short phrases that share a source."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedRange(Sourced):
    """A range of numbers, both ends included."""

    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedNumbers(Sourced):
    """Several numbers of one kind, such as the concentrations in which a drug is sold."""

    values: tuple[float, ...]
    unit: str
