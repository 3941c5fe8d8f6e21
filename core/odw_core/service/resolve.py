"""Resolves what a person types to an address: whole, a unique prefix, or ``latest``."""

from __future__ import annotations

from collections.abc import Iterable

from odw_core.errors import NotFound, UsageError
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.state.select import rows

_SHOWN = 5


def resolve(text: str, snapshot: Snapshot) -> Address:
    """The address that ``text`` means in this room.

    Accepts ``engine:item[/part…]``, any unique prefix of it, the same without ``engine:``, ``question:<id>``, ``latest``
    and ``latest/part…``. Raises ``NotFound``, or ``UsageError`` with candidates when it means several.
    """
    head, slash, tail = text.partition("/")
    if not head:
        raise UsageError("An address is missing; `odw-tui list` shows all of them.")
    parts = Address.parse(f"x:y/{tail}").parts if slash else ()
    if head == "latest":
        return _latest(snapshot).child(*parts)
    if head.startswith("question:"):
        wanted = head.removeprefix("question:")
        found = [Address("question", q.id) for q in snapshot.questions if q.id.startswith(wanted)]
        return _only(text, found).child(*parts)
    by_name = {str(address): address for address in snapshot.items}
    if head in by_name:
        return by_name[head].child(*parts)
    found = [a for name, a in by_name.items() if name.startswith(head) or a.item.startswith(head)]
    return _only(text, found).child(*parts)


def _latest(snapshot: Snapshot) -> Address:
    newest = max(rows(snapshot.items), key=lambda item: item.started_at or 0.0, default=None)
    if newest is None:
        raise NotFound("There is no run here yet.")
    return newest.address


def _only(text: str, found: Iterable[Address]) -> Address:
    candidates = sorted(set(found))
    if not candidates:
        raise NotFound(f"Nothing here has the address {text!r}; `odw-tui list` shows what there is.")
    if len(candidates) > 1:
        some = ", ".join(str(address) for address in candidates[:_SHOWN])
        more = f" and {len(candidates) - _SHOWN} more" if len(candidates) > _SHOWN else ""
        raise UsageError(f"{text!r} could be {some}{more}; type more of it.")
    return candidates[0]
