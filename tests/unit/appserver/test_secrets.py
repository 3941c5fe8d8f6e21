"""What was typed as a secret comes up nowhere again, however the text that holds it is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odw_core.appserver.trace import HidingStream, Secrets

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
