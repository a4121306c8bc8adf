"""Drawing a scene and its advice onto a picture, by the rules of a scanner's screen.

Outlines are thin and lie under the needle; what is tracked is solid and what is predicted is hollow; nothing is said by
colour alone: every kind of thing has a line style of its own and, at full level, its name.
"""

from inplane.overlay.draw import LEVELS, draw
from inplane.overlay.picture import Canvas, scan_convert

__all__ = ["LEVELS", "Canvas", "draw", "scan_convert"]
