"""What the screen shows of a batch is had without it: how far, root causes, the model of every scenario, one text."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from drivers.command import odw_tui
from drivers.runs_world import world
from drivers.scenario_batch import MODEL, ScenarioBatch, every, place, writes
from odw_core.service.run_report import run_report

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

EMPTY = "HTTP 400: The '' model is not supported"
SCHEMA = "1 validation error for CallToolResult: content Field required"


@pytest.fixture
def told(place: ScenarioBatch, tmp_path: Path) -> tuple[str, ...]:
    """A batch with an empty model, and another model than was asked for; how commands begin that ask about it."""
    place.play(
        {"key": "scenario-001", "do": [{"print": EMPTY}, {"print": SCHEMA}, {"fail": EMPTY}]},
        writes(2, {"tool": "shell", "args": {"command": "ls"}}, model="gpt-4o"),
        *every(),
    )
    begin = ("--no-codex", "--root", str(place.root))
    ran = odw_tui(
        *begin, "start", "scenario-batch", "--agent", "scripted", "--script", str(place.script), "--foreground",
        cwd=tmp_path,
    )  # fmt: skip
    assert ran.code == 1, ran
    return begin


def test_show_says_how_far_it_is_what_broke_by_its_root_and_who_answered(told: tuple[str, ...], tmp_path: Path) -> None:
    said = odw_tui(*told, "show", "latest", cwd=tmp_path).out
    assert "3 of 3 done" in said
    causes = said[said.index("\nroot causes\n") : said.index("\nscenarios\n")]
    order = [causes.index(kind) for kind in ("EMPTY_MODEL", "MODEL_MISMATCH", "MCP_SCHEMA")]
    assert order == sorted(order) and "it only followed from EMPTY_MODEL" in causes and "scenario 1" in causes
    rows = {
        row.split()[0]: row for row in said[said.index("\nscenarios\n") :].splitlines() if row.strip()[:1].isdigit()
    }
    assert "FAILED" in rows["1"] and "gpt-4o" in rows["2"] and MODEL in rows["3"]


def test_the_document_of_the_run_knows_what_its_log_knows(told: tuple[str, ...], tmp_path: Path) -> None:
    batch = odw_tui(*told, "show", "latest", "--json", cwd=tmp_path).document["batch"]
    assert (batch["done"], batch["total"], batch["missing"]) == (3, 3, [1])
    assert [(one["kind"], one["scenarios"]) for one in batch["groups"]] == [
        ("EMPTY_MODEL", [1]),
        ("MODEL_MISMATCH", [2]),
        ("MCP_SCHEMA", [1]),
    ]
    assert [one["model"] for one in batch["scenarios"]] == [MODEL, "gpt-4o", MODEL]
    assert batch["scenarios"][1]["is_other_model"] and batch["scenarios"][1]["tools"] == 2


def test_tool_calls_records_and_diagnoses_of_a_scenario_are_one_text(
    told: tuple[str, ...], place: ScenarioBatch, tmp_path: Path
) -> None:
    (log,) = (place.root / "logs").glob("run-*.log")
    said = odw_tui(*told, "logs", f"scenario:{log.stem}/2", "--stream", "records", cwd=tmp_path).out
    assert [line.split()[1] for line in said.splitlines()] == ["start", "tool", "tool", "diagnostic", "end"]


async def test_the_report_of_the_run_names_the_root_causes(place: ScenarioBatch) -> None:
    place.play({"key": "scenario-001", "do": [{"print": EMPTY}, {"print": SCHEMA}, {"fail": EMPTY}]}, *every())
    run = await place.whole()
    said = run_report(place.world.state, str(place.root), run.item).decode()
    assert "EMPTY_MODEL" in said and "cascade of EMPTY_MODEL" in said and "output missing" in said
