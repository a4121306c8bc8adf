"""The page's hands in a session that has something to hold; at a recording they hold nothing."""

from inplane.console.hands import HandsToControl, starting_hands
from inplane.console.messages import Hands
from inplane.console.session import HandledSession, Session
from inplane.core import Control, InputError


class HandsOn:
    """The newest hands, and what they do.

    Args:
        state: as they stand; None where nothing is held.
    """

    def __init__(self) -> None:
        self.state: Hands | None = None
        self._session: HandledSession | None = None
        self._converter: HandsToControl | None = None
        self._number = 0
        self._newest: Hands | None = None

    def begin(self, session: Session, number: int) -> None:
        """Another session, with its number."""
        self._number, self._newest = number, None
        self.state = self._session = self._converter = None
        probe, needle = session.info.probe, session.info.needle
        if isinstance(session, HandledSession) and probe is not None and needle is not None:
            self._session = session
            self.state = starting_hands(number, session.start)
            self._converter = HandsToControl(probe, needle, session.indentation_mm)

    def post(self, hands: Hands) -> None:
        """Hands as they are now; only the newest count. From any thread."""
        self._newest = hands

    def forget(self) -> None:
        """The newest hands were refused: those before them hold until others come."""
        self._newest = None

    @property
    def held(self) -> bool:
        """Whether there is something to hold."""
        return self._session is not None

    @property
    def stamp_ms(self) -> float:
        """The page's clock of the hands that count."""
        return 0.0 if self.state is None else self.state.stamp_ms

    def session(self) -> HandledSession:
        """The session, where something is held.

        Raises:
            InputError: nothing is.
        """
        if self._session is None:
            raise InputError("Nothing is done here: this is a recording or a scanner. Expected a simulated patient.")
        return self._session

    def control(self) -> Control:
        """What the newest hands of this session do; nothing where nothing is held.

        Raises:
            RangeError, FormatError: hands that core refuses.
        """
        if self._session is None or self._converter is None:
            return Control()
        newest = self._newest
        if newest is not None and newest.session == self._number:
            self.state = newest
        if self.state is None:
            return Control()
        return self._converter.control(self.state, needle_allowed=self._session.needle_allowed)
