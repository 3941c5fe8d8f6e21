"""Which part of a run an address names: a row of the grid for a task, one try in a cell, one repo's plan. Pure."""

from __future__ import annotations

from dataclasses import replace

from odw_core.errors import NotFound
from odw_core.model.address import Address
from odw_core.model.detail import Attempt, Cell, Detail, Plan, RunDetail


def cells_at(detail: Detail, address: Address) -> tuple[Cell, ...]:
    """The cells of the grid that ``address`` names, in the order of the columns.

    A task that is a row of the grid is all of that row; anything else is the attempts below the address.
    """
    if not (isinstance(detail, RunDetail) and address.parts):
        return ()
    named = {row.key for row in detail.rows if address.parts in ((row.key,), (row.title,))}
    if named:
        found = [cell for cell in detail.cells if cell.row in named]
    else:
        narrowed = (replace(cell, attempts=_attempts_below(cell, address)) for cell in detail.cells)
        found = [cell for cell in narrowed if cell.attempts]
    order = {column.key: number for number, column in enumerate(detail.columns)}
    return tuple(sorted(found, key=lambda cell: order.get(cell.column, len(order))))


def plans_at(detail: Detail, address: Address) -> tuple[Plan, ...]:
    """The plan that the address names, if it names one."""
    plans = detail.plans if isinstance(detail, RunDetail) else ()
    return tuple(plan for plan in plans if plan.address == address)


def no_such_part(address: Address) -> NotFound:
    """The error for an address whose run is there and whose task or attempt is not."""
    return NotFound(f"{address.root} has no part {'/'.join(address.parts)!r}; odw-tui show {address.root} names all.")


def newest_attempt(detail: RunDetail, address: Address) -> tuple[str, str, int] | None:
    """Row, column and number (from 0) of the last attempt that ``address`` names; None when it names none."""
    tried = [cell for cell in cells_at(detail, address) if cell.attempts]
    if not tried:
        return None
    newest = tried[-1]
    whole = next(cell for cell in detail.cells if (cell.row, cell.column) == (newest.row, newest.column))
    return whole.row, whole.column, whole.attempts.index(newest.attempts[-1])


def _attempts_below(cell: Cell, address: Address) -> tuple[Attempt, ...]:
    reach = len(address.parts)
    return tuple(attempt for attempt in cell.attempts if attempt.address.parts[:reach] == address.parts)
