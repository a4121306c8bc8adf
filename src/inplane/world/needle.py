"""The needle in a hand in the room: where it lies, what tissue it carries along, and what the hand feels."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import NeedleModel
from inplane.core import NeedleControl
from inplane.physics.needle import Meeting, NeedleState, Structures, Surroundings, require_reach, step_needle
from inplane.world.motion import Motion
from inplane.world.tissue import NO_DRAG, Tissue

LEAST_DRAG_MM = 1e-3
"""Tissue that is carried less far has not moved."""
KEPT_S = 1.0
"""How long forces are kept for whoever asks for them late. Chosen: a frame comes thirty times as often."""


class HeldNeedle:
    """A needle, in or out of a patient.

    Args:
        model: what is held.
        tissue: what it goes into.
        structures: what that is made of.

    Attributes:
        state: as it lies now.
        forces: (time_s, force_n) on the hub along the shaft since they were last taken, at least 100 a second of
            simulated time, oldest first, one second at most; positive resists advance, negative withdrawal.
    """

    def __init__(self, model: NeedleModel, tissue: Tissue, structures: Structures) -> None:
        self.model, self._tissue, self._structures = model, tissue, structures
        self.reset()

    def reset(self) -> None:
        """Out of the patient."""
        self.state = NeedleState()
        self.forces: tuple[tuple[float, float], ...] = ()

    def require_possible(self, control: NeedleControl) -> None:
        """Refuses what it is too short for.

        Raises:
            RangeError: more shaft beneath the skin than the needle has.
        """
        require_reach(control, self.model)

    def move(self, control: NeedleControl, motion: Motion, dt_s: float, time_s: float) -> tuple[Meeting, ...]:
        """Follows the hand; what the tip met.

        Args:
            control: how it is held now.
            motion: how tissue is shifted now; what the needle carried along so far is left out of account.
            dt_s: for how long the hand moved.
            time_s: now.
        """
        free = motion._replace(drag=NO_DRAG)
        around = Surroundings(
            label_at=partial(self._tissue.labels_at, free),
            skin_y_mm=partial(self._tissue.skin_y_mm, free),
            structures=self._structures,
        )
        self.state, met = step_needle(self.state, control, model=self.model, around=around, dt_s=dt_s)
        felt = self.state.forces_n
        times = time_s - dt_s * np.arange(len(felt) - 1, -1, -1) / max(len(felt), 1)
        late = times > time_s - KEPT_S
        new = tuple(zip(times[late].round(6).tolist(), felt[late].round(4).tolist(), strict=True))
        old = self.forces
        if old and old[0][0] <= time_s - KEPT_S:
            old = tuple(told for told in old if told[0] > time_s - KEPT_S)
        self.forces = old + new
        return met

    def take_forces(self) -> tuple[tuple[float, float], ...]:
        """The forces since they were last taken."""
        taken, self.forces = self.forces, ()
        return taken

    def drag(self) -> NDArray[np.float64]:
        """(8,) as `Motion.drag`: tissue that the needle carries along."""
        path, carried = self.state.path_mm, self.state.grip.carried_mm
        if len(path) < 2 or abs(carried) < LEAST_DRAG_MM:
            return NO_DRAG
        along = path[-1] - path[0]
        length = float(np.linalg.norm(along))
        return np.array([*path[0], *(along / length), length, carried])
