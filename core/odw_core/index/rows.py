"""Items and cursors as index rows and back. Positional JSON, since thousands of them stand between start and first row."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from odw_core.model.address import Address
from odw_core.model.evidence import Checkpoint, Cursor, Unit
from odw_core.model.item import Depth, Item, Kind, Progress, State, Tokens

Row = tuple[object, ...]

_STATES = {str(state): state for state in State}
_KINDS = {str(kind): kind for kind in Kind}
_DEPTHS = {str(depth): depth for depth in Depth}


class Known(NamedTuple):
    """What the index knows of one unit."""

    unit: Unit
    fold_version: int
    item: Item
    cursors: Mapping[str, Cursor]
    alive: bool | None
    """Whether its owner lived; one that was dead stays dead."""


def item_to_text(item: Item) -> str:
    """One item as a JSON array."""
    tasks, tokens = item.tasks, item.tokens
    return json.dumps(
        [
            str(item.address),
            None if item.parent is None else str(item.parent),
            item.kind,
            item.place,
            item.title,
            item.state,
            item.why,
            item.raw_state,
            item.stage,
            item.goal,
            None if tasks is None else [tasks.done, tasks.total],
            item.blockers,
            item.questions,
            item.model,
            None if tokens is None else [tokens.total, tokens.at_least],
            item.started_at,
            item.changed_at,
            item.ended_at,
            item.last_words,
            item.cause,
            item.depth,
            item.driver,
            item.next_deadline,
        ],
        separators=(",", ":"),
    )


def item_from_text(text: str) -> Item:
    """What ``item_to_text`` wrote. Raises ``ValueError`` on anything else."""
    try:
        row = json.loads(text)
        row[0] = Address.parse(row[0])
        row[1] = None if row[1] is None else Address.parse(row[1])
        row[2], row[5], row[20] = _KINDS[row[2]], _STATES[row[5]], _DEPTHS[row[20]]
        row[10] = None if row[10] is None else Progress(*row[10])
        row[14] = None if row[14] is None else Tokens(*row[14])
        return Item(*row)
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(f"not an item: {error}") from None


def cursors_to_text(cursors: tuple[tuple[str, Cursor], ...]) -> str:
    """File names and how far each was read."""
    return json.dumps([[name, c.inode, c.size, c.mtime_ns, c.offset] for name, c in cursors], separators=(",", ":"))


def cursors_from_text(text: str) -> dict[str, Cursor]:
    """What ``cursors_to_text`` wrote. Raises ``ValueError`` on anything else."""
    try:
        return {name: Cursor(*rest) for name, *rest in json.loads(text)}
    except TypeError as error:
        raise ValueError(f"not cursors: {error}") from None


def to_row(unit: Unit, item: Item, checkpoint: Checkpoint, alive: bool | None) -> Row:
    """The values of ``schema.SAVE``."""
    return (
        str(unit.address),
        unit.place,
        unit.root,
        None if item.parent is None else str(item.parent),
        str(item.state),
        item.state.rank,
        item.started_at or 0.0,
        checkpoint.fold_version,
        item_to_text(item),
        cursors_to_text(checkpoint.cursors),
        None if alive is None else int(alive),
        zlib.compress(checkpoint.acc, 1),
    )


def from_row(row: tuple[str, str, str, int, str, str, int | None]) -> Known:
    """A row of ``schema.ALL``. Raises ``ValueError`` when the cache holds something else."""
    address, place, root, fold_version, item, cursors, alive = row
    unit = Unit(Address.parse(address), place, root)
    return Known(unit, fold_version, item_from_text(item), cursors_from_text(cursors), None if alive is None else bool(alive))


def unpack_acc(blob: bytes) -> bytes:
    """The accumulator's dump. Raises ``ValueError`` when it is damaged."""
    try:
        return zlib.decompress(blob)
    except zlib.error as error:
        raise ValueError(f"not a checkpoint: {error}") from None
