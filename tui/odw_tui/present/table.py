"""Table: rows by columns of spans, what a grid widget shows. Pure values; know neither run nor widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from odw_tui.present.spans import Spans


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column, ``head`` line by line; those with the same ``kin`` are equally wide.

    Where that keeps some out of view, each is as wide as what stands in it, and ``close`` is the least instead.
    """

    key: str
    head: tuple[Spans, ...]
    kin: str = ""
    least: int = 8
    most: int = 24
    close: int = 0


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row. ``apart`` leaves an empty line above it."""

    key: str
    title: Spans
    apart: bool = False


@dataclass(frozen=True, slots=True)
class GridContent:
    """Everything a grid shows. ``cells`` is sparse and keyed by (row, column)."""

    columns: tuple[GridColumn, ...] = ()
    rows: tuple[GridRow, ...] = ()
    cells: Mapping[tuple[str, str], Spans] = field(default_factory=dict)
