"""How a unit is saved: its row of the index, what a sleeper is known by, the texts to find it by. Writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odw_core.index.rows import Known, Row, is_storable, to_row
from odw_core.model.evidence import Checkpoint, Cursor
from odw_core.model.item import Depth, Item
from odw_core.service.watching.unit_reader import UnitReader
from odw_core.text.secrets import has_secret

if TYPE_CHECKING:
    from odw_core.index.text import Findable

_NO_FOLD = 0
"""A fold version that no engine has."""


def row_of(reader: UnitReader) -> Row | None:
    """The row of the index; None when it cannot be kept there."""
    if reader.item is None or not is_storable(reader.unit.root):
        return None
    if reader.is_torn or reader.all_problems():
        # Known to be there, and read anew at every start: what is wrong with it stands in no index.
        return _row_to_be_read_anew(reader, reader.item)._replace(found=findable_of(reader))
    checkpoint = reader.checkpoint()
    if checkpoint is None:
        return None if reader.skimmed_at is None else _skimmed_row(reader, reader.item, reader.skimmed_at)
    if has_secret(checkpoint.acc.decode("utf-8", "replace")):
        # It is stored nowhere, and without it nothing can be folded on.
        return _row_to_be_read_anew(reader, reader.item)._replace(found=findable_of(reader))
    return to_row(
        reader.unit,
        reader.item,
        checkpoint,
        questions=reader.questions,
        alive=reader.alive,
        is_over=reader.is_final,
        file=reader.file,
        stamp=reader.stamp,
    )._replace(found=findable_of(reader))


def known_of(reader: UnitReader) -> Known | None:
    """What a sleeper is known by; None while it may change by itself or something about it is only known here."""
    item, stamp = reader.item, reader.stamp
    if item is None or stamp is None or not reader.is_final or item.depth is not Depth.FOLDED:
        return None
    if reader.is_gone or reader.questions or reader.all_problems() or not is_storable(reader.unit.root):
        return None
    return Known(
        reader.unit.place,
        str(reader.unit.address),
        reader.unit.root,
        reader.engine.fold_version,
        str(item.state),
        None if item.parent is None else str(item.parent),
        item.started_at or 0.0,
        None if reader.alive is None else int(reader.alive),
        1,
        reader.file,
        stamp.inode,
        stamp.size,
        stamp.mtime_ns,
        item.state.rank,
    )


def findable_of(reader: UnitReader) -> Findable | None:
    """Short texts to find it by, and where its whole texts lie; None before anything was folded."""
    if reader.acc is None or reader.item is None:
        return None
    # Imported late: most commands neither save nor search.
    from odw_core.index.text import findable

    own = (("title", reader.item.title), ("cause", reader.item.cause or ""), ("message", reader.item.last_words))
    texts = (*own, *reader.engine.texts(reader.acc, reader.facts()))
    at = reader.item.changed_at or reader.item.started_at
    return findable(at, texts, reader.engine.bodies(reader.unit, reader.acc))


def _row_to_be_read_anew(reader: UnitReader, item: Item) -> Row:
    nothing = Checkpoint(reader.unit.address, _NO_FOLD, (), b"")
    return to_row(reader.unit, item, nothing, alive=None, is_over=False, file=reader.file, stamp=None)


def _skimmed_row(reader: UnitReader, item: Item, stamp: Cursor) -> Row:
    """A skim is worth keeping, but nothing can be folded on from it."""
    nothing = Checkpoint(reader.unit.address, reader.engine.fold_version, (), b"")
    return to_row(reader.unit, item, nothing, alive=None, is_over=True, file=reader.file, stamp=stamp)
