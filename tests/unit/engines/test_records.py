"""What upstream wrote is decoded and encoded again to the very same bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from odw_core.engines.odw import records

RECORDINGS = Path(__file__).parents[2] / "fixtures" / "odw"

KINDS: list[tuple[str, Callable[[bytes], object], Callable[..., bytes]]] = [
    ("*/project*/.odw/runs/*/run.json", records.decode_run, records.encode_run),
    ("*/project*/.odw/runs/latest.json", records.decode_run, records.encode_run),
    ("*/project*/.odw/runs/*/state.json", records.decode_state, records.encode_state),
    ("*/project*/.pandacode/sessions/**/*.json", records.decode_session, records.encode_session),
    ("*/project*/.odw/runs/*/pandacode-*.report.json", records.decode_report, records.encode_report),
]


@pytest.mark.parametrize(
    ("pattern", "decode", "encode"), KINDS, ids=[pattern.rsplit("/", 1)[-1] for pattern, *_ in KINDS]
)
def test_a_record_comes_back_byte_for_byte(
    pattern: str, decode: Callable[[bytes], object], encode: Callable[..., bytes]
) -> None:
    paths = sorted(RECORDINGS.glob(pattern))
    assert paths
    for path in paths:
        assert encode(decode(path.read_bytes())) == path.read_bytes(), path


def test_every_journal_line_comes_back_byte_for_byte() -> None:
    for path in RECORDINGS.glob("*/project*/.odw/runs/*/events.jsonl"):
        for line in path.read_bytes().split(b"\n")[:-1]:
            decoded = records.decode_line(line)
            assert decoded is not None
            assert records.encode_line(decoded) == line + b"\n"


def test_a_raw_line_separator_inside_a_value_is_content() -> None:
    line = records.script_stream({"type": "log", "message": "a\u2028b"}, "[log] a", 1)
    written = records.encode_line(line)
    assert written.count(b"\n") == 1
    decoded = records.decode_line(written)
    assert decoded is not None and decoded.event == {"type": "log", "message": "a\u2028b"}


def test_a_lone_surrogate_is_written_as_the_escape_it_came_from() -> None:
    decoded = records.decode_line(b'{"type":"\\ud800"}')
    assert decoded is not None
    assert records.encode_line(decoded) == b'{"type":"\\ud800"}\n'
