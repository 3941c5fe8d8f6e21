"""Commands and receipts as files: what was written comes back, everything else is no command."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from odw_core.model.address import Address
from odw_core.model.command import Cancel, Decide, Interrupt, Outcome, Receipt, Say
from odw_core.model.decision import Decision
from odw_core.runs.wire import decode_command, decode_receipt, encode_command, encode_receipt

RUN = Address("odw", "odw-exec-1795219696047-5105")
DECISION = Decision("q1", "d" * 64, "answer", (("a", ("x", "y")), ("b", ())), "because", "ada@host", 12.5)
COMMANDS = [Decide(DECISION, "a1"), Say(RUN, "go on", True, "a2"), Interrupt(RUN, "a3"), Cancel(RUN.child("x/y"), "a4")]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = (
    "kind",
    "id",
    "address",
    "text",
    "waits",
    "decision",
    "outcome",
    "reason",
    "question_id",
    "digest",
    "values",
    "at",
)


def test_what_was_written_comes_back() -> None:
    for command in COMMANDS:
        assert decode_command(json.loads(json.dumps(encode_command(command)))) == command


@given(fields=st.dictionaries(st.sampled_from(KEYS), anything), kind=st.sampled_from(["decide", "say", "cancel", "?"]))
def test_no_fields_make_anything_raise(fields: dict[str, object], kind: str) -> None:
    decode_command({**fields, "kind": kind, "id": "a"})
    decode_receipt("a", fields)


def test_a_receipt_comes_back_and_anything_else_is_none() -> None:
    said = Receipt("a1", Outcome.STALE, "It changed.")
    assert decode_receipt("a1", encode_receipt(said, 1.0)) == said
    assert decode_receipt("a1", {"outcome": "approved"}) is None
