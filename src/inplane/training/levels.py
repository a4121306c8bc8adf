"""Easier and harder patients."""

from dataclasses import dataclass

from inplane.core import RangeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How hard a patient is; `number` goes to `anatomy.difficulty_parameters`."""

    number: int
    name: str
    text: str


LEVELS = (
    Level(number=0, name="easy", text="Slim, everything near and clear."),
    Level(number=1, name="usual", text="Much like most people."),
    Level(number=2, name="less usual", text="Somewhat deeper, vessels nearer."),
    Level(number=3, name="hard", text="Deep, smaller vessels, less clear."),
    Level(number=4, name="very hard", text="Deep and dim, vessels near the path."),
)


def level(number: int) -> Level:
    """The level of that number.

    Raises:
        RangeError: there is none.
    """
    if not 0 <= number < len(LEVELS):
        raise RangeError(f"Level is {number!r}. Expected a number from 0 to {len(LEVELS) - 1}.")
    return LEVELS[number]


def easier(number: int) -> Level:
    """The next easier level, or the easiest."""
    return LEVELS[max(0, level(number).number - 1)]


def harder(number: int) -> Level:
    """The next harder level, or the hardest."""
    return LEVELS[min(len(LEVELS) - 1, level(number).number + 1)]
