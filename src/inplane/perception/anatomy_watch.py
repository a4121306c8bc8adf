"""The anatomy net from look to look: nerves, and what it says of vessels."""

from inplane.core import CannotTell, NerveSeen
from inplane.perception.anatomy_input import KINDS
from inplane.perception.anatomy_maps import AnatomyMaps, Region
from inplane.perception.anatomy_model import AnatomyModel
from inplane.perception.nerves import NerveTracker
from inplane.perception.prepare import Prepared
from inplane.perception.vessel_join import joined, vessel_regions
from inplane.perception.vessel_signs import Lumen

NERVE, VESSEL = KINDS.index("nerve"), KINDS.index("vessel")
NONE_SEEN = "none is recognised, which is no sign that there is none"
WHICH = "told by its texture, which names none"
FAN = "no model has learned pictures of curved and phased arrays"


class AnatomyWatch:
    """Asks the anatomy net now and then, and follows what it says.

    Args:
        model: the net; None where it cannot be used.
        without: why it cannot.
    """

    def __init__(self, model: AnatomyModel | None, without: str | None) -> None:
        self._model, self._without = model, without
        self._maps, self._nerves = AnatomyMaps(), NerveTracker()
        self._lumens: list[Region] = []
        self._fan = False

    def reset(self) -> None:
        """Forget everything that was seen."""
        self._maps.reset()
        self._nerves.reset()
        self._lumens = []

    def look(self, prepared: Prepared, time_s: float) -> None:
        """Asks the net; of pictures that are fans, of which it learned nothing, it is not asked."""
        self._fan = prepared.view.fan is not None
        if self._model is None or self._fan:
            return
        self._maps.take(self._model.look(prepared))
        nerve, vessel = self._maps.of(NERVE), self._maps.of(VESSEL)
        if nerve is not None and vessel is not None:
            self._nerves.look(nerve, prepared.grid, time_s)
            self._lumens = vessel_regions(vessel, prepared.grid)

    def nerves(self, prepared: Prepared, time_s: float) -> tuple[NerveSeen, ...]:
        """The nerves that can be said to be there now."""
        return self._nerves.told(prepared.grid, time_s)

    def weighed(self, lumens: list[Lumen], prepared: Prepared) -> list[Lumen]:
        """Lumens with what the net says of them, and its own; as they are where it was not asked."""
        logits = self._maps.of(VESSEL)
        return lumens if logits is None or self._fan else joined(lumens, self._lumens, logits, prepared.flow)

    def doubt(self, nerves: tuple[NerveSeen, ...]) -> CannotTell:
        """What is not known of nerves."""
        if nerves:
            return CannotTell(subject="which nerve", reason=WHICH)
        return CannotTell(subject="nerve", reason=self._without or (FAN if self._fan else NONE_SEEN))
