"""The one-page result as a value: sections of items, each saying where its number comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from inplane.case import Tick
from inplane.core import UnknownNameError
from inplane.world import Truth


class Origin(StrEnum):
    """Where a number comes from."""

    MODEL = "from the model (truth)"
    PICTURE = "from the picture"
    HANDS = "from hands and syringe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line: what, how much, and where that comes from.

    Args:
        id: its name in code.
        label: its name on the page.
        text: the value as it is read, "unknown" where it is not known.
        number, unit: the value, None where there is no number.
        origin: see Origin.
    """

    id: str
    label: str
    text: str
    number: float | None
    unit: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Some lines under a title."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """What was done and how it went, on one page.

    Args:
        title: procedure and side.
        sections: the lines.
        alarms: each raised alarm in words, in order.
        remarks: what went well and what to do better, most important first.
        picture: the turn at which the tip was nearest to the target: frame, scene and advice, from which it is drawn.
        picture_truth: what that frame really shows; None where nobody knows.
        footer: what this page is not.
    """

    title: str
    sections: tuple[Section, ...]
    alarms: tuple[str, ...]
    remarks: tuple[str, ...]
    picture: Tick | None
    picture_truth: Truth | None
    footer: str

    def items(self) -> Iterator[Item]:
        """Every line."""
        for section in self.sections:
            yield from section.items

    def item(self, item_id: str) -> Item:
        """The line of that id.

        Raises:
            UnknownNameError: there is none.
        """
        for item in self.items():
            if item.id == item_id:
                return item
        raise UnknownNameError("result item", item_id, (item.id for item in self.items()))


def measured(item_id: str, label: str, number: float | None, unit: str, origin: Origin, *, digits: int = 1) -> Item:
    """A line with a number; "unknown" where there is none."""
    text = "unknown" if number is None else f"{number:.{digits}f} {unit}".strip()
    return Item(id=item_id, label=label, text=text, number=number, unit=unit, origin=origin)


def told(item_id: str, label: str, text: str, origin: Origin) -> Item:
    """A line in words."""
    return Item(id=item_id, label=label, text=text, number=None, unit="", origin=origin)
