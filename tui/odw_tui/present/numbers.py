"""Numbers as people read them: one unit style everywhere. Pure; knows no clock, takes seconds."""

from __future__ import annotations

from odw_core.model.item import Progress, Tokens

_MINUTE = 60
_HOUR = 3_600
_DAY = 86_400
_YEAR = 365 * _DAY


def count(number: int) -> str:
    """``4,871``."""
    return f"{number:,}"


def short(number: int) -> str:
    """``731``, ``1.4k``, ``47k``, ``1.2M``: three digits at most."""
    for unit, size in (("", 1), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000)):
        scaled = number / size
        # What would be rounded up to four digits belongs to the next unit.
        if scaled < 999.5 or unit == "G":
            digits = f"{scaled:.1f}" if unit and scaled < 9.95 else f"{scaled:.0f}"
            return digits.removesuffix(".0") + unit
    raise AssertionError("the last unit takes every number")


def tokens(used: Tokens | None, absent: str) -> str:
    """``412k``; ``47k+`` when some agent reported none."""
    if used is None:
        return absent
    return short(used.total) + ("+" if used.at_least else "")


def token_story(used: Tokens) -> str:
    """``96k tokens: 91k in (71k cached), 5k out (2k reasoning)``; what nobody counted is left out."""
    parts = []
    if used.input is not None:
        parts.append(f"{short(used.input)} in" + ("" if used.cached is None else f" ({short(used.cached)} cached)"))
    if used.output is not None:
        thought = "" if used.reasoning is None else f" ({short(used.reasoning)} reasoning)"
        parts.append(f"{short(used.output)} out{thought}")
    total = f"at least {short(used.total)} tokens" if used.at_least else f"{short(used.total)} tokens"
    return f"{total}: {', '.join(parts)}" if parts else total


def progress(tasks: Progress | None, absent: str) -> str:
    """``4/4``."""
    return absent if tasks is None else f"{tasks.done}/{tasks.total}"


def age(seconds: float) -> str:
    """One unit, rounded down: ``40s``, ``3m``, ``5h``, ``2d``. What lies ahead counts as now."""
    whole = max(0, int(seconds))
    for unit, size in (("y", _YEAR), ("d", _DAY), ("h", _HOUR), ("m", _MINUTE)):
        if whole >= size:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def age_lasts_s(seconds: float) -> float:
    """For how many seconds ``age`` goes on saying the same."""
    if seconds < 0:
        return 1 - seconds
    for size in (_YEAR, _DAY, _HOUR, _MINUTE):
        if seconds >= size:
            return size - seconds % size
    return 1 - seconds % 1


def duration(seconds: float) -> str:
    """Two units: ``41s``, ``4m 10s``, ``1h 12m``, ``2d 3h``; a second unit of zero is left out."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return _two(whole, _MINUTE, "m", 1, "s", pad=True)
    if whole < _DAY:
        return _two(whole, _HOUR, "h", _MINUTE, "m", pad=True)
    return _two(whole, _DAY, "d", _HOUR, "h", pad=False)


def _two(whole: int, size: int, unit: str, rest_size: int, rest_unit: str, *, pad: bool) -> str:
    rest = whole % size // rest_size
    if not rest:
        return f"{whole // size}{unit}"
    return f"{whole // size}{unit} {rest:02}{rest_unit}" if pad else f"{whole // size}{unit} {rest}{rest_unit}"
