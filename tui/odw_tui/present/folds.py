"""Fold: a stretch of a text that is shown as one line. A pure value; knows neither text nor widget."""

from __future__ import annotations

from typing import NamedTuple


class Fold(NamedTuple):
    """Lines ``start`` up to ``stop`` (from 0) are one line with these words. ``tone`` says how that line looks."""

    start: int
    stop: int
    words: str
    tone: str = "fold"
