"""Two sessions at work that change the same file are marked with it, in the row and in the preview."""

from __future__ import annotations

from dataclasses import replace

from drivers import samples
from drivers.room_driver import open_room
from odw_core.model.address import Address
from odw_core.model.item import Item, Kind, State


def session(name: str, *files: str) -> Item:
    address = Address("codex", f"01a1-{name}")
    return replace(
        samples.item(name, State.RUNNING),
        address=address,
        title=name,
        parent=None,
        kind=Kind.SESSION,
        folder="/work/shop",
        files=files,
    )


async def test_both_rows_name_the_file_and_the_preview_names_the_other() -> None:
    one, two = session("add gift cards", "/work/shop/src/cart.py"), session("fix rounding", "/work/shop/src/cart.py")
    async with open_room(samples.snapshot([one, two]), size=(120, 40)) as room:
        rows = [line for line in room.rows if "running" in line and "shares" in line]
        assert len(rows) == 2
        assert all("shares cart.py" in row for row in rows)
        assert any("/work/shop/src/cart.py is changed by this too:" in line for line in room.rows)


async def test_the_mark_goes_when_one_of_them_is_done() -> None:
    one, two = session("add gift cards", "/work/shop/src/cart.py"), session("fix rounding", "/work/shop/src/cart.py")
    async with open_room(samples.snapshot([one, two]), size=(120, 40)) as room:
        await room.put(replace(two, state=State.DONE, files=()))
        assert not any("shares" in line for line in room.rows)
