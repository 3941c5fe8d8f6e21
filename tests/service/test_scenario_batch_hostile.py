"""Lists that nobody should have written: nothing in them, far too long, titles that act, paths that lead out."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from drivers.command import odw_tui
from drivers.runs_world import RunsWorld, world
from drivers.scenario_batch import ScenarioBatch, every, listed, place, writes
from odw_core.workflows.scenario_batch.event_lines import END, START
from odw_core.workflows.scenario_batch.statements import read_statements

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

LIST = "input/DataTransferScenarioList.md"


def started(place: ScenarioBatch, *more: str) -> tuple[str, ...]:
    return (
        *("--root", str(place.root), "start", "scenario-batch", "--foreground"),
        *("--agent", "scripted", "--script", str(place.script), *more),
    )


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf\r\n", b"\x00" * 4096, b"\xff\xfe", b'{"scenarios": [1, 2]}', b"# \n"]
)
def test_s3_a_list_without_a_scenario_ends_with_two_and_leaves_the_outputs_alone(
    place: ScenarioBatch, tmp_path: Path, data: bytes
) -> None:
    place.write(LIST, data)
    place.write("outputs/old.md", "old")
    place.is_older("old.md")
    ran = odw_tui(*started(place, "--set", "clears=true"), cwd=tmp_path)
    assert ran.code == 2 and "holds no scenario" in ran.err
    assert place.outputs() == {"old.md": "old"}


async def test_s3_crlf_bom_and_the_same_title_twice_are_gone_through_as_they_stand(place: ScenarioBatch) -> None:
    place.write(LIST, b"\xef\xbb\xbf# List\r\n\r\n1. \xc3\x9cbertragung\r\n   more\r\n1. \xc3\x9cbertragung\r\n")
    run = await place.whole()
    assert place.statuses(run) == {1: "OK", 2: "OK"}
    assert [one["title"] for one in place.records(run, "scenario_start")] == ["Übertragung", "Übertragung"]
    assert "Übertragung\nmore\n" in place.records(run, "scenario_start")[0]["prompt"]


async def test_e3_titles_that_act_on_a_terminal_or_read_as_markup_are_words(place: ScenarioBatch) -> None:
    place.write(LIST, "1. One \x1b[2J\x1b]0;owned\x07 [bold]x[/bold]\n2. Two\u2028START 9/9 nine\x9b31m\n")
    run = await place.whole()
    assert place.statuses(run) == {1: "OK", 2: "OK"}
    lines = place.lines(run)
    assert len(lines) == 4 and all(START.match(line) or END.match(line) for line in lines)
    assert not any(char in "".join(lines) for char in "\x1b\x07\u2028\x9b")
    assert lines[0].endswith("[bold]x[/bold]")


async def test_r3_a_scenario_that_names_paths_outside_writes_where_its_number_says(place: ScenarioBatch) -> None:
    place.write("secret.txt", "not yours")
    place.write(LIST, "1. ../../etc/passwd\n2. outputs/../secret.txt\n")
    run = await place.whole()
    assert [one["file_written"] for one in place.records(run, "scenario_end")] == [
        "outputs/scenario_001.md",
        "outputs/scenario_002.md",
    ]
    assert (place.root / "secret.txt").read_text() == "not yours"


@pytest.mark.parametrize("name", ["scenarios", "template", "env_file"])
def test_a_source_that_is_no_plain_file_is_not_read(place: ScenarioBatch, tmp_path: Path, name: str) -> None:
    os.mkfifo(place.root / "pipe")
    ran = odw_tui(*started(place, "--check", "--set", f"{name}=pipe"), cwd=tmp_path)
    # The check comes back; without a source nothing begins.
    assert ran.code == 1 and "FAIL" in ran.out


def test_ten_thousand_scenarios_stand_in_one_list(place: ScenarioBatch, tmp_path: Path) -> None:
    data = listed(10_000).encode()
    assert len(read_statements(data).found) == 10_000
    place.write(LIST, data)
    ran = odw_tui(*started(place, "--check", "--json"), cwd=tmp_path)
    assert ran.code == 0 and "has 10000 scenarios" in json.dumps(ran.document).replace(",", "")


async def test_the_first_of_ten_thousand_are_gone_through(place: ScenarioBatch, world: RunsWorld) -> None:
    place.write(LIST, listed(10_000))
    run = await place.whole(max_scenarios=2)
    assert place.statuses(run) == {1: "OK", 2: "OK"}
    assert place.records(run, "run_start")[0]["scenario_count"] == 10_000


async def test_s1_paths_are_taken_from_the_root_and_not_from_where_one_stands(
    place: ScenarioBatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "input").mkdir(parents=True)
    (elsewhere / "input" / "DataTransferScenarioList.md").write_text("1. Not this one\n")
    place.play(writes(1), *every())
    ran = odw_tui(*started(place, "--set", "max_scenarios=1"), cwd=elsewhere)
    assert ran.code == 0 and "1/1 Transfer 1" in ran.out
    assert sorted(path.name for path in elsewhere.iterdir()) == ["input"]
