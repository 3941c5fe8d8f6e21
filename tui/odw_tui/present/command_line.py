"""The command line that does the same as a form, as a shell reads it. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence

from odw_tui.present.typed_values import NO, YES


def command_line(
    workflow: str, given: Mapping[str, object], folder: str, *, again: str = "", how: Sequence[str] = ()
) -> str:
    """The command that would do the same. ``again`` is the run that is run again, ``how`` what else is said."""
    begin = ["rerun", again] if again else ["start", workflow]
    words = ["odw-tui", "--root", folder, *begin, *how]
    argv = given.get("argv")
    for name, value in given.items():
        if name != "argv":
            words += [word for one in _said(value) for word in ("--set", f"{name}={one}")]
    if isinstance(argv, list):
        words += ["--", *map(str, argv)]
    return " ".join(map(_quoted, words))


def _said(value: object) -> list[str]:
    """A value as ``--set`` takes it; a list as several of them, what has parts as JSON."""
    match value:
        case list():
            return [json.dumps(one, ensure_ascii=False) if isinstance(one, Mapping) else str(one) for one in value]
        case bool():
            return [YES if value else NO]
        case float():
            return [f"{value:g}"]
        case _:
            return [str(value)]


def _quoted(word: str) -> str:
    """The word as a shell reads it, on one line."""
    if word.isprintable():
        return shlex.quote(word)
    escaped = word.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
    return f"$'{escaped}'"
