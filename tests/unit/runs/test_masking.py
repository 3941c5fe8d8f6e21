"""Streams on their way to disk: lengths stay, secrets go, wherever the chunks are cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odw_core.runs.masking import MaskedStream
from odw_core.runs.workspace import open_new

KEY = "sk-" + "Ab3dEf6hIj" * 3
TEXTS = [
    f"export OPENAI_API_KEY={KEY}\nnext\n",
    f"Authorization: Bearer {'x7' * 20}\nok\n",
    '{"access_token": "abcdef123456", "other": 1}\n',
    '{\n  "access_token":\n  "abcdef123456"\n}\n',
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEabcdef\nxyz0123456\n-----END RSA PRIVATE KEY-----\nafter\n",
    "plain words, no secret at all; ümläut and \x00\xff\n",
]
SECRETS = ["Ab3dEf6hIj", "x7x7x7x7", "abcdef123456", "MIIEabcdef", "xyz0123456"]


def written(path: Path, chunks: list[bytes], *, flushes: bool) -> MaskedStream:
    path.unlink(missing_ok=True)
    import os

    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    stream = MaskedStream(open_new(folder, path.name, appends=True))
    os.close(folder)
    for chunk in chunks:
        stream.write(chunk)
        if flushes:
            stream.flush()
    stream.close()
    return stream


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), text=st.sampled_from(TEXTS), flushes=st.booleans())
def test_no_cut_lets_a_secret_through_and_no_byte_is_lost(
    tmp_path: Path, data: st.DataObject, text: str, flushes: bool
) -> None:
    whole = text.encode("latin-1")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    chunks = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    path = tmp_path / "stdout.log"
    stream = written(path, chunks, flushes=flushes)
    kept = path.read_bytes()
    assert len(kept) == len(whole) == stream.size
    assert not any(secret.encode() in kept for secret in SECRETS)
    assert [i for i, byte in enumerate(kept) if byte == 10] == [i for i, byte in enumerate(whole) if byte == 10]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(st.binary(max_size=200), max_size=8), flushes=st.booleans())
def test_any_bytes_keep_their_number(tmp_path: Path, chunks: list[bytes], flushes: bool) -> None:
    path = tmp_path / "stdout.log"
    written(path, chunks, flushes=flushes)
    assert len(path.read_bytes()) == sum(map(len, chunks))


def test_an_unfinished_line_is_seen_but_for_its_last_word(tmp_path: Path) -> None:
    import os

    folder = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    stream = MaskedStream(open_new(folder, "stdout.log", appends=True))
    os.close(folder)
    stream.write(b"working on 3 of 5")
    stream.flush()
    assert (tmp_path / "stdout.log").read_bytes() == b"working on 3 of "
    stream.write(b" Bearer ")
    stream.flush()
    assert (tmp_path / "stdout.log").read_bytes() == b"working on 3 of "
    stream.close()


def test_masked_secrets_are_counted(tmp_path: Path) -> None:
    stream = written(tmp_path / "a.log", [f"{KEY}\n{KEY} and {KEY}\n".encode()], flushes=False)
    assert stream.masked_count == 3


@pytest.mark.parametrize("size", [200_000])
def test_a_line_without_an_end_does_not_wait_for_ever(tmp_path: Path, size: int) -> None:
    import os

    folder = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    stream = MaskedStream(open_new(folder, "stdout.log", appends=True))
    os.close(folder)
    stream.write(b"a" * size)
    assert stream.size > size / 2
    stream.close()
    assert (tmp_path / "stdout.log").stat().st_size == size
