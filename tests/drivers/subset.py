"""Subset match: what a recorded expectation names must be there with that value; more may be there."""

from __future__ import annotations

from collections.abc import Iterator


def missing(expected: object, found: object, at: str = "") -> Iterator[str]:
    """Every place where ``found`` does not hold what ``expected`` names."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            yield f"{at}: no object"
            return
        for key, value in expected.items():
            if key not in found:
                yield f"{at}.{key}: absent"
            else:
                yield from missing(value, found[key], f"{at}.{key}")
    elif isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            yield f"{at}: {found!r} instead of {expected!r}"
            return
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from missing(one, other, f"{at}[{number}]")
    elif expected != found or type(expected) is not type(found):
        yield f"{at}: {found!r} instead of {expected!r}"
