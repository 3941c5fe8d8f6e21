"""What was probably meant by a name that is not known. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, sorted(known), n=1)), None)


def nearest(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?``, or all there are when none is near."""
    choices = sorted(known)
    if close := near(name, choices):
        return f"; did you mean {close!r}?"
    return f"; there are {', '.join(choices)}." if choices else "."
