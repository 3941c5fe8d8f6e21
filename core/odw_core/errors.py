"""Every error the core raises on purpose, each with the exit code that the command line documents."""

from __future__ import annotations

import errno
import os

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_WORDS = tuple(os.strerror(number) for number in _NO_ROOM)


class OdwError(Exception):
    """One clear sentence with the next step. ``exit_code`` is what the command line ends with."""

    exit_code = 1


class UsageError(OdwError):
    """The command was given something it cannot take."""

    exit_code = 2


class ConfigError(OdwError):
    """A configuration file cannot be used; the sentence names file and key."""

    exit_code = 3


class NotFound(OdwError):
    """Nothing has that address, or there is nothing to show."""

    exit_code = 4


class Stale(OdwError):
    """What was decided about changed, or is gone."""

    exit_code = 6


class Refused(OdwError):
    """Not allowed here."""

    exit_code = 7


def no_room(error: BaseException | None) -> str:
    """What a full disk said, if one is behind the error (or behind one of a group); empty otherwise."""
    match error:
        case BaseExceptionGroup():
            return next((said for one in error.exceptions if (said := no_room(one))), "")
        case OSError() if error.errno in _NO_ROOM:
            return os.strerror(error.errno) + (f" ({error.filename})" if error.filename else "")
        case OdwError() if any(words in str(error) for words in _WORDS):
            return str(error).removesuffix(".")
        case _:
            return ""
