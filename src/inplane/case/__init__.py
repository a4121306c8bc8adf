"""A procedure being done: steps with their short form, the append-only journal, and the one loop.

case = Case(Journal(path), procedure, plan)
loop = Loop(source, perceiver, procedure, plan, case)
tick = loop.step(control)
"""

from inplane.case.case import Case
from inplane.case.journal import Event, Field, Journal, read_journal, verify
from inplane.case.loop import Frames, Loop, Operator, Sees, StageCpu, Tick
from inplane.case.steps import ANSWERS, STEPS, Form, Step, complete_answers

__all__ = [
    "ANSWERS",
    "STEPS",
    "Case",
    "Event",
    "Field",
    "Form",
    "Frames",
    "Journal",
    "Loop",
    "Operator",
    "Sees",
    "StageCpu",
    "Step",
    "Tick",
    "complete_answers",
    "read_journal",
    "verify",
]
