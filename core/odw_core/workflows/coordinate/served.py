"""Served paths: which consumed paths the declared ones serve, and which of those come near. Pure."""

from __future__ import annotations

from itertools import takewhile


class Served:
    """Declared paths as a tree of segments; a parameter takes any segment."""

    def __init__(self) -> None:
        self._below: dict[str, Served] = {}
        self._is_end = False

    def add(self, segments: tuple[str, ...]) -> None:
        """Takes a declared path."""
        here = self
        for segment in segments:
            here = here._below.setdefault("{}" if _is_parameter(segment) else segment, Served())
        here._is_end = True

    def has(self, path: str) -> bool:
        """Whether a consumed path is served. One that ends in ``/`` gets its last segment where it is used."""
        segments = segments_of(path)
        return self._has(segments) or (path.endswith("/") and self._has((*segments, "{id}")))

    def _has(self, segments: tuple[str, ...]) -> bool:
        here = [self]
        for segment in segments:
            here = [inner for one in here for name in {segment, "{}"} if (inner := one._below.get(name)) is not None]
        return any(one._is_end for one in here)


def segments_of(path: str) -> tuple[str, ...]:
    """The segments of a path."""
    return tuple(path.strip("/").split("/"))


def first_two(segments: tuple[str, ...]) -> tuple[str, ...]:
    """Where a path belongs: its first two segments."""
    return tuple("{}" if _is_parameter(one) else one for one in segments[:2])


def _is_parameter(segment: str) -> bool:
    return "{" in segment or segment.startswith(":")


def likeness(declared: tuple[str, ...], wanted: tuple[str, ...]) -> int:
    """Number of segments from the first on that fit."""
    pairs = zip(declared, wanted, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1] or _is_parameter(pair[0]), pairs))
