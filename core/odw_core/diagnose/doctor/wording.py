"""Numbers, paths and commands as the doctor says them. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from odw_core.text.ansi import one_line

_LONGEST = 300
_NAME_OF_MODEL = re.compile(r"(?!sk-)[\w.:/@+-]{1,80}")


def size(number: int) -> str:
    """``404 MB``, in thousands, as disks are sold."""
    scaled, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if scaled < 999.5:
            break
        scaled, unit = scaled / 1000, larger
    digits = f"{scaled:.1f}" if unit != "B" and scaled < 9.95 else f"{scaled:.0f}"
    return f"{digits.removesuffix('.0')} {unit}"


def span_of_time(seconds: float) -> str:
    """``40 s``, ``3 min``, ``5 h``, ``2 days``, rounded down."""
    whole = max(0, int(seconds))
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if whole >= length:
            number = whole // length
            return f"{number} {'day' if unit == 'days' and number == 1 else unit}"
    return f"{whole} s"


def counted(number: int, word: str, plural: str = "") -> str:
    """``1 run``, ``2 runs``."""
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def some_of(names: Sequence[str], most: int) -> str:
    """``a, b and 4 more``, each on one line."""
    shown = ", ".join(one_line(one, 120) for one in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def at_home(path: str, home: str) -> str:
    """``path`` for a sentence: on one line, ``~`` for the home folder."""
    home = home.rstrip("/")
    if home and (path == home or path.startswith(f"{home}/")):
        path = f"~{path[len(home) :]}"
    return one_line(path.replace("\n", " "), _LONGEST)


def command(*words: str) -> str | None:
    """``words`` as one shell command; None when one holds what no terminal should be sent."""
    return shlex.join(words) if all(word.isprintable() for word in words) else None


def both(*commands: str | None) -> str | None:
    """Commands of which each runs only if the one before went well; None when one is missing."""
    known = [one for one in commands if one is not None]
    return " && ".join(known) if len(known) == len(commands) else None


def model_name(value: str) -> str:
    """A model's name if it looks like one; what might be a secret is not repeated."""
    return value if _NAME_OF_MODEL.fullmatch(value) else "something that is no model name"
