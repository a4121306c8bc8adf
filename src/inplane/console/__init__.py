"""The console: a scanner's screen in the browser, on this machine alone."""

from inplane.console.app import create_app
from inplane.console.engine import Engine
from inplane.console.observed import ObservedSession, ObservedSessions
from inplane.console.server import listen, make_server, serve
from inplane.console.session import Moment, Session, SessionChoice, SessionFactory
from inplane.console.simulated import SimulatedSession, SimulatedSessions

__all__ = [
    "Engine",
    "Moment",
    "ObservedSession",
    "ObservedSessions",
    "Session",
    "SessionChoice",
    "SessionFactory",
    "SimulatedSession",
    "SimulatedSessions",
    "create_app",
    "listen",
    "make_server",
    "serve",
]
