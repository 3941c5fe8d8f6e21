"""What was typed as a secret comes up nowhere again, however the text that holds it is cut."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from odw_core.appserver.messages import Request
from odw_core.appserver.trace import HidingStream, Secrets, Trace

LETTERS = st.text(alphabet="ab", min_size=4, max_size=8)


@given(LETTERS, st.lists(st.text(alphabet="abc", max_size=6), max_size=12))
def test_a_secret_is_hidden_across_any_cut(secret: str, around: list[str]) -> None:
    secrets = Secrets()
    secrets.learn(secret)
    whole = secret.join(around)
    stream = HidingStream(secrets)
    pieces = [whole[at : at + 3] for at in range(0, len(whole), 3)]
    shown = "".join(stream.feed(piece) for piece in pieces) + stream.rest()
    assert len(shown) == len(whole)
    assert secret not in shown


def test_a_secret_inside_a_document_is_hidden_and_the_document_stays_one() -> None:
    secrets = Secrets()
    secrets.learn("hunter22")
    secrets.learn("no")
    assert secrets.hide_in({"a": ["say hunter22", 3, None], "no": "no"}) == {"a": ["say ********", 3, None], "no": "no"}


def test_what_is_typed_unseen_into_a_form_of_another_server_is_in_no_trace() -> None:
    lines: list[str] = []
    schema = {"properties": {"pin": {"type": "string", "format": "password"}, "name": {"type": "string"}}}
    request = Request(1, "mcpServer/elicitation/request", {"requestedSchema": schema})
    result = {"action": "accept", "content": {"pin": "42", "name": "Ann"}}
    Trace(lines.append, lambda: 0.0).answer(request, result, json.dumps({"id": 1, "result": result}))
    assert json.loads(lines[0])["msg"]["result"] == {"action": "accept", "content": {"pin": "**", "name": "Ann"}}
