"""The text inside some records of a JSONL file reads like a file of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import metered_reads
from odw_core.files import record_lines
from odw_core.files.record_lines import RecordLines
from odw_core.text.needle import Needle

TRACE = (
    Path(__file__).parents[2]
    / "fixtures/odw/g/project/.pandacode/codex/logs/odw-exec-1795219964423-10278-build-1.jsonl"
)


def stderr_line(record: dict[str, Any]) -> str | None:
    if record.get("dir") != "stderr" or not isinstance(record.get("msg"), dict):
        return None
    line = record["msg"].get("line")
    return line if isinstance(line, str) else None


def record(text: str, direction: str = "stderr") -> bytes:
    return json.dumps({"dir": direction, "ms": 1, "msg": {"line": text}}).encode() + b"\n"


def opened(path: Path) -> RecordLines:
    return RecordLines(path, b'"stderr"', stderr_line)


def counted(path: Path) -> RecordLines:
    source = opened(path)
    while source.count_more():
        pass
    return source


def hits(source: RecordLines, wanted: str, start: int, forward: bool) -> list[int]:
    return [line for line in source.find(Needle.literal(wanted), start, forward) if line is not None]


def test_a_recorded_trace_gives_its_stderr() -> None:
    source = counted(TRACE)
    expected = [text for line in TRACE.read_bytes().splitlines() if (text := stderr_line(json.loads(line))) is not None]
    assert source.line_count == len(expected) > 200
    assert source.lines(0, 10_000) == expected
    assert source.last_lines(3) == expected[-3:]
    assert opened(TRACE).last_lines(3) == expected[-3:]
    assert opened(TRACE).last_lines(10_000) == expected


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["one", "two needle", 'with "stderr" inside', "", "naïve\u2028é"]).map(record),
            st.just(record("said on stdout", "stdout")),
            st.just(record('a message about "stderr"', "in")),
            st.sampled_from(
                [b"\n", b"[]\n", b'{"dir":"stderr"\n', b'"stderr"\n', b'{"dir":"stderr","msg":7}\n', b"\xff\n"]
            ),
        )
    ).map(b"".join),
    st.lists(st.integers(0, 2000), max_size=4),
    st.sampled_from([5, 40, 1000]),
)
def test_growing_in_any_steps_gives_the_same_lines(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cuts: list[int], chunk: int
) -> None:
    path = tmp_path_factory.mktemp("trace") / "trace.jsonl"
    path.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_lines, "_SLICE", chunk)
        patch.setattr(record_lines, "_TAIL_REACH", 10_000)
        source = counted(path)
        known = 0
        for cut in [*sorted(cuts), len(data)]:
            with path.open("ab") as file:
                file.write(data[known:cut])
            known = max(known, cut)
            source.refresh()
            while source.count_more():
                pass
        expected = []
        for line in data.split(b"\n")[:-1]:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict) and (text := stderr_line(value)) is not None:
                expected.append(text)
        assert source.lines(0, 1000) == expected
        assert opened(path).last_lines(2) == expected[-2:]
        assert hits(source, "needle", 1, True) == [n for n, text in enumerate(expected) if "needle" in text and n >= 1]
        assert hits(source, "needle", 3, False) == [
            n for n, text in reversed(list(enumerate(expected))) if "needle" in text and n < 3
        ]
        source.close()


def test_an_unfinished_record_waits(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    whole = record("first") + record("second")
    path.write_bytes(whole[:-10])
    source = counted(path)
    assert source.is_counted
    assert source.lines(0, 9) == ["first"]
    with path.open("ab") as file:
        file.write(whole[-10:])
    assert source.refresh()
    assert source.lines(0, 9) == ["first", "second"]
    assert not source.refresh()


def test_a_record_without_text_of_its_own_is_no_news(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(record("first"))
    source = counted(path)
    with path.open("ab") as file:
        file.write(record("elsewhere", "out"))
    assert not source.refresh()


def test_another_file_in_the_same_place_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(record("old"))
    source = counted(path)
    fresh = tmp_path / "fresh"
    fresh.write_bytes(record("new"))
    fresh.replace(path)
    assert source.refresh()
    assert source.generation == 1
    assert source.lines(0, 9) == ["new"]


def test_a_new_record_costs_that_record(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(record("x" * 100) * 20_000)
    source = counted(path)
    fresh = record("one more")
    with path.open("ab") as file, metered_reads() as meter:
        file.write(fresh)
        file.flush()
        assert source.refresh()
    assert meter.read <= len(fresh) + 4096
    assert source.last_lines(1) == ["one more"]
