"""Items and cursors as index rows and back. Positional JSON: thousands of them stand between start and first row."""

from __future__ import annotations

import gc
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from odw_core.model.address import Address
from odw_core.model.item import Claim, Depth, Item, Kind, Limit, Progress, State, Tokens
from odw_core.model.question import Choice, Field, Question, Road

if TYPE_CHECKING:
    from odw_core.index.text import Findable
    from odw_core.model.evidence import Checkpoint, Cursor, Unit

_STATES = {str(state): state for state in State}
_KINDS = {str(kind): kind for kind in Kind}
_DEPTHS = {str(depth): depth for depth in Depth}
_REPEATED = (3, 4, 6, 7, 8, 9, 13, 19, 21, 23, 24)
"""Columns of a body: place, title, why, raw state, stage, goal, model, cause, driver, folder, branch."""
_QUESTION = tuple(one.name for one in fields(Question))
"""Columns of a saved question."""


class Row(NamedTuple):
    """What is saved of one unit: the values of ``schema.SAVE_ITEM`` and of ``schema.SAVE_ACC``."""

    item: tuple[object, ...]
    acc: tuple[str, str, str, bytes]
    found: Findable | None = None
    """What it is found by; None leaves what is known."""


class Known(NamedTuple):
    """What the index knows of one unit, as far as a look at the disk needs it; the rest is asked for when it wakes."""

    place: str
    address: str
    root: str
    fold_version: int
    state: str
    parent: str | None
    started_at: float
    alive: int | None
    """Whether its owner lived; one that was dead stays dead."""
    is_over: int
    file: str
    """Absolute path of the file whose stat says whether anything was written since: journal, or else the record."""
    inode: int
    size: int
    mtime_ns: int
    rank: int
    """Its state's; the most urgent is lowest."""


def is_storable(path: str) -> bool:
    """Whether the database can hold that path: the name of a file may be no Unicode."""
    if path.isascii():
        return True
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def to_row(
    unit: Unit,
    item: Item,
    checkpoint: Checkpoint,
    *,
    questions: tuple[Question, ...] = (),
    alive: bool | None,
    is_over: bool,
    file: str,
    stamp: Cursor | None,
) -> Row:
    """The newest reading of one unit as it is saved."""
    address = str(unit.address)
    cursors = cursors_to_text(checkpoint.cursors)
    values = (
        address,
        unit.place,
        unit.root,
        None if item.parent is None else str(item.parent),
        str(item.state),
        item.state.rank,
        item.started_at or 0.0,
        checkpoint.fold_version,
        None if alive is None else int(alive),
        int(is_over),
        file,
        *((0, -1, 0) if stamp is None else (stamp.inode, stamp.size, stamp.mtime_ns)),
        cursors,
        questions_to_text(questions),
        _body(item),
    )
    return Row(values, (address, unit.place, cursors, zlib.compress(checkpoint.acc, 1)))


def from_body(body: str) -> Item:
    """The item of one row. Raises ``ValueError`` when the cache holds something else."""
    return next(_parse([body]))


def item_of(row: Row) -> Item:
    """The item that a row saves. Raises ``ValueError`` when it is none."""
    return from_body(str(row.item[-1]))


def standing_of(row: Row) -> tuple[Cursor, str, bool | None]:
    """Stamp of the file that says first that something was written, cursors of all, and whether the owner lived."""
    from odw_core.model.evidence import Cursor

    alive, _, _, inode, size, mtime_ns, cursors, _, _ = row.item[8:]
    stamp = Cursor(int(str(inode)), int(str(size)), int(str(mtime_ns)), 0)
    return stamp, str(cursors), None if alive is None else bool(alive)


def items_from_bodies(bodies: list[str]) -> list[Item]:
    """The items alone. Raises ``ValueError`` when the cache holds something else."""
    return [*_parse(bodies)]


def questions_to_text(questions: Iterable[Question]) -> str:
    """Open questions as they are saved; empty when nothing is asked."""
    told = [[one.id, str(one.address), *astuple(one)[2:]] for one in questions]
    return json.dumps(told, separators=(",", ":")) if told else ""


def questions_from_text(text: str) -> tuple[Question, ...]:
    """What ``questions_to_text`` wrote. Raises ``ValueError`` when the cache holds something else."""
    if not text:
        return ()
    try:
        return tuple(_question(saved) for saved in json.loads(text))
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise ValueError(f"not questions: {error}") from None


def _question(saved: list[Any]) -> Question:
    told = dict(zip(_QUESTION, saved, strict=True))
    told["address"] = Address.parse(told["address"])
    told["fields"] = tuple(
        Field(identity, label, tuple(Choice(*choice) for choice in choices), *rest)
        for identity, label, choices, *rest in told["fields"]
    )
    told["decisions"], told["witnesses"] = tuple(told["decisions"]), tuple(told["witnesses"])
    told["road"] = Road(told["road"])
    told["details"] = tuple((label, text) for label, text in told["details"])
    # Whether something is on its way is looked up, never remembered.
    return Question(**{**told, "is_sent": False})


def cursors_to_text(cursors: Iterable[tuple[str, Cursor]]) -> str:
    """How far every file was read, as text."""
    return json.dumps([[name, c.inode, c.size, c.mtime_ns, c.offset] for name, c in cursors])


def cursors_from_text(text: str) -> dict[str, Cursor]:
    """Cursor of each file by its name. Raises ``ValueError`` when the cache holds something else."""
    # Imported late, as above: the first paint reads items alone.
    from odw_core.model.evidence import Cursor

    try:
        return {name: Cursor(*rest) for name, *rest in json.loads(text)}
    except TypeError as error:
        raise ValueError(f"not cursors: {error}") from None


def unpack_acc(row: tuple[str, bytes]) -> tuple[str, bytes]:
    """Cursors and dump of one accumulator, a row of ``schema.ACC``. Raises ``ValueError`` when it is damaged."""
    cursors, blob = row
    try:
        return cursors, zlib.decompress(blob)
    except (zlib.error, TypeError) as error:
        raise ValueError(f"not a checkpoint: {error}") from None


def _body(item: Item) -> str:
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
            None if tokens is None else [*astuple(tokens)],
            item.started_at,
            item.changed_at,
            item.ended_at,
            item.last_words,
            item.cause,
            item.depth,
            item.driver,
            item.next_deadline,
            item.folder,
            item.branch,
            item.is_inferred,
            item.is_archived,
            [astuple(claim) for claim in item.claims],
            [astuple(limit) for limit in item.limits],
            item.files,
            item.is_deaf,
        ],
        separators=(",", ":"),
    )


def _parse(bodies: list[str]) -> Iterator[Item]:
    """All bodies through one call of the parser: thousands of small calls cost three times as much."""
    same: dict[object, Any] = {}
    try:
        for row in json.loads(f"[{','.join(bodies)}]"):
            # Places, titles, stages, models say the same thing thousands of times: once in memory is enough.
            for column in _REPEATED:
                row[column] = same.setdefault(row[column], row[column])
            row[0] = Address.parse(row[0])
            row[1] = None if row[1] is None else Address.parse(row[1])
            row[2], row[5], row[20] = _KINDS[row[2]], _STATES[row[5]], _DEPTHS[row[20]]
            row[10] = None if row[10] is None else Progress(*row[10])
            row[14] = None if row[14] is None else Tokens(*row[14])
            row[27] = tuple(Claim(*claim) for claim in row[27]) if row[27] else ()
            row[28] = tuple(Limit(*limit) for limit in row[28]) if row[28] else ()
            row[29] = tuple(row[29])
            yield Item(*row)
    except (TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError(f"not an item: {error}") from None


@contextmanager
def no_collector() -> Iterator[None]:
    """Many objects, no cycles: looking for garbage meanwhile finds nothing and costs as much as the work itself."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
