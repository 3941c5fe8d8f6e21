"""``odw-tui search`` as scripts and people meet it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from drivers.command import interrupt, odw_tui, project, started

ROOT = ("--no-codex", "--root", project("b"))


def test_hits_are_lines_that_say_where() -> None:
    ran = odw_tui(*ROOT, "search", "clamp", "bound")
    assert ran.code == 0
    assert any(line.startswith("odw:") and "  blocker  " in line for line in ran.lines)
    assert "searched all" in ran.err


def test_hits_as_one_document() -> None:
    told = odw_tui(*ROOT, "search", "--json", "--limit", "5", "clamp").document
    assert told["schema"] == 1
    assert len(told["hits"]) == 5
    assert told["complete"] is False
    assert set(told["hits"][0]) == {"address", "field", "text", "file", "line", "offset", "at", "state", "title"}
    whole = odw_tui(*ROOT, "search", "--json", "clamp").document
    assert whole["complete"] is True
    assert whole["searched"]["items"] == whole["searched"]["of_items"] > 0
    assert whole["searched"]["bytes"] == whole["searched"]["of_bytes"] > 0
    hit = next(hit for hit in whole["hits"] if hit["field"] == "journal")
    data = Path(hit["file"]).read_bytes()
    assert data[hit["offset"] :].lower().startswith(b"clamp")
    assert data[: hit["offset"]].count(b"\n") + 1 == hit["line"]


def test_titles_looks_at_short_texts_only() -> None:
    odw_tui(*ROOT, "search", "clamp")
    told = odw_tui(*ROOT, "search", "--titles", "--json", "clamp").document
    assert told["complete"] is True
    assert told["hits"]
    assert {hit["file"] for hit in told["hits"]} == {None}


def test_nothing_found_is_4_and_nothing_to_find_is_2() -> None:
    ran = odw_tui(*ROOT, "search", "zzqqxx", "--json")
    assert (ran.code, ran.document["hits"], ran.document["complete"]) == (4, [], True)
    assert odw_tui(*ROOT, "search", "state:failed").code == 2
    assert odw_tui(*ROOT, "search").code == 2
    assert odw_tui(*ROOT, "search", "--limit", "0", "clamp").code == 2


def test_signs_are_only_signs() -> None:
    for words in ('"', "a'b", "NEAR(", "*", "a OR", "^x", "goal:", 'say "hi', "(", "\\"):
        assert odw_tui(*ROOT, "search", "--titles", words).code in (0, 2, 4)


def test_interrupted_it_tells_what_was_found_so_far(tmp_path: Path) -> None:
    shop = Path(shutil.copytree(project("b"), tmp_path / "shop"))
    run = next(entry for entry in (shop / ".odw/runs").iterdir() if entry.is_dir())
    record = json.dumps({"ts_ms": 1, "type": "script_stream", "raw": "one zqneedle"}) + "\n"
    filler = json.dumps({"ts_ms": 1, "type": "script_stream", "raw": "x" * 200}) + "\n"
    with (run / "events.jsonl").open("a") as file:
        file.write(record + filler * 1_000)
    (run / "script-debug.log").write_text("zqneedle early\n" + "x" * 1_000 + "\n")
    with started("--no-codex", "--root", str(shop), "search", "zqneedle") as process:
        assert process.stdout is not None
        assert "zqneedle" in process.stdout.readline()
        assert interrupt(process) in (0, 130)
