"""Silence for parsers and decoders of other packages: what matters of a file is said in our notes and errors."""

import logging
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from threading import RLock

LOGGERS = ("pydicom", "PIL.Image", "PIL.TiffImagePlugin", "PIL.PngImagePlugin", "PIL.JpegImagePlugin")
"""Loggers that would otherwise write to a user's terminal."""
LOCK = RLock()
"""The filters of warnings belong to the whole program, so only one thread changes them at a time."""


@contextmanager
def quiet() -> Generator[None, None, None]:
    """Within it neither Python warnings nor those loggers reach a user. Never yield to a caller while it is held."""
    logs = [logging.getLogger(name) for name in LOGGERS]
    with LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        was = [log.disabled for log in logs]
        for log in logs:
            log.disabled = True
        try:
            yield
        finally:
            for log, before in zip(logs, was, strict=True):
                log.disabled = before
