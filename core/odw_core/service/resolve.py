"""Resolves what a person types to an address: whole, a unique prefix, or ``latest``. Needs names only, no items."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from odw_core.errors import NotFound, UsageError
from odw_core.model.address import Address
from odw_core.text.ansi import one_line

_SHOWN = 5
_LATEST = "latest"


class Name(NamedTuple):
    """One unit that can be meant."""

    address: str
    started_at: float
    is_child: bool
    """Part of a run; never the latest of anything."""


def resolve(text: str, names: Collection[Name], question_ids: Iterable[str]) -> Address:
    """The address that ``text`` means among ``names``.

    Accepts ``engine:item[/part…]``, any unique prefix of it, the same without ``engine:``, ``question:<id>``,
    ``latest`` and ``latest/part…``. Raises ``NotFound``, or ``UsageError`` with candidates when it means several.
    """
    head, slash, tail = text.partition("/")
    if not head:
        raise UsageError("An address is missing; `odw-tui list` shows all of them.")
    parts = Address.parse(f"x:y/{tail}").parts if slash else ()
    if head == _LATEST:
        return _latest(names).child(*parts)
    if head.startswith("question:"):
        wanted = head.removeprefix("question:")
        return _only(text, [f"question:{name}" for name in question_ids if name.startswith(wanted)]).child(*parts)
    found = [name.address for name in names if name.address.startswith(head) or _item(name.address).startswith(head)]
    return _only(text, [head] if head in found else found).child(*parts)


def _item(address: str) -> str:
    return address.partition(":")[2]


def _latest(names: Collection[Name]) -> Address:
    newest = max((name for name in names if not name.is_child), key=lambda name: name.started_at, default=None)
    if newest is None:
        raise NotFound("There is no run here yet.")
    return Address.parse(newest.address)


def _only(text: str, found: Iterable[str]) -> Address:
    candidates = sorted(set(found))
    if not candidates:
        shown = one_line(text, 120)
        if _LATEST in shown:
            raise NotFound(f"Nothing here has the address {shown!r}; the newest run is called {_LATEST}, and no more.")
        raise NotFound(f"Nothing here has the address {shown!r}; `odw-tui list` shows what there is.")
    if len(candidates) > 1:
        some = ", ".join(candidates[:_SHOWN])
        more = f" and {len(candidates) - _SHOWN} more" if len(candidates) > _SHOWN else ""
        raise UsageError(f"{text!r} could be {some}{more}; type more of it.")
    return Address.parse(candidates[0])
