"""What was dumped is loaded again; what other hands changed is refused, never half believed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from odw_core.engines import codec
from odw_core.engines.converge.acc import LogNote


@dataclass
class Every:
    """A field of each kind that evidence may have."""

    text: str
    count: int
    is_it: bool
    seconds: float | None
    names: list[str]
    sizes: dict[str, int]
    note: LogNote | None
    notes: list[LogNote]
    way: Literal["there", "back"]
    anything: Any
    foreign: object = None


EVERY = Every("x", 1, True, 2, ["a"], {"a": 1}, None, [LogNote("k", "t", 1, 2)], "back", {"a": [1]}, [None])
FIELDS = [*Every.__annotations__]


def test_a_value_of_another_type_is_no_reading() -> None:
    note = LogNote("no_model", "it said so", 3, 40)
    told = codec.dump(note)
    assert codec.load_checked(LogNote, told) == note
    with pytest.raises(ValueError, match="another type"):
        codec.load_checked(LogNote, told.replace(b'"it said so"', b"7"))


def test_every_kind_of_field_is_loaded_as_it_was() -> None:
    assert codec.load_checked(Every, codec.dump(EVERY)) == EVERY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", 7),
        ("text", None),
        ("count", "1"),
        ("count", 1.5),
        ("count", True),
        ("is_it", 1),
        ("seconds", "2"),
        ("seconds", True),
        ("names", "a"),
        ("names", ["a", None]),
        ("names", {"a": 1}),
        ("sizes", [["a", 1]]),
        ("sizes", {"a": "1"}),
        ("note", ["k", "t", "1", 2]),
        ("note", ["k", "t", 1]),
        ("notes", [["k", "t", 1, None]]),
        ("notes", [None]),
        ("way", "home"),
        ("way", 1),
    ],
)
def test_each_kind_of_field_refuses_what_it_is_not(name: str, value: object) -> None:
    row = json.loads(codec.dump(EVERY))
    row[FIELDS.index(name)] = value
    with pytest.raises(ValueError):
        codec.load_checked(Every, json.dumps(row).encode())
