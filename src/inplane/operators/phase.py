"""The phases of a guided procedure."""

from enum import StrEnum


class Phase(StrEnum):
    """What the hands are doing."""

    LOOK = "look"
    CENTRE = "centre"
    COLOR = "look in color"
    PLACE = "place"
    ADVANCE = "advance"
    INJECT = "aspirate and inject"
    DRAW_BACK = "draw back"
    WITHDRAW = "withdraw"
    DONE = "done"
