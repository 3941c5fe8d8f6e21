"""Preflight of a batch: the rows of scenario reference §6, D1 and D2, in Python and on the command line."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from drivers.command import odw_tui
from drivers.runs_world import world
from drivers.scenario_batch import MODEL, TEMPLATE, ScenarioBatch, every, listed, place
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.model.command import Start
from odw_core.service.checks.preflight import preflight
from odw_core.service.starts.starter import Surroundings
from odw_core.workflows.scenario_batch.event_lines import END, START

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


def looked_at(place: ScenarioBatch, environ: Mapping[str, str] | None = None, **more: object) -> dict[str, Check]:
    """The worst check of each name."""
    environ = {"PATH": os.environ["PATH"], **(environ or {})}
    around = Surroundings(str(place.root.parent / "codex"), time.time(), environ=environ)
    found = asyncio.run(preflight(Start("scenario-batch", place.given(**more), str(place.root)), around))
    ranks = [Level.PASS, Level.INFO, Level.WARN, Level.FAIL]
    return {one.id: one for one in sorted(found, key=lambda one: ranks.index(one.level))}


def failing(checks: Mapping[str, Check]) -> list[str]:
    return sorted(one.id for one in checks.values() if one.level is Level.FAIL)


def test_everything_is_fine_where_everything_is_there(place: ScenarioBatch) -> None:
    checks = looked_at(place)
    assert failing(checks) == []
    assert {"scenario_model", "model_conflict", "outputs", "outputs_newer", "smoke", "executor", "commands"} <= {
        *checks
    }
    assert {"scenarios", "template", "baseline", "logs", "disk", "tools"} <= {*checks}
    assert checks["scenarios"].detail == "input/DataTransferScenarioList.md has 3 scenarios."


@pytest.mark.parametrize("text", ["INTERLLM_MODEL=\n", "INTERLLM_MODEL='  '\n", "OTHER=1\n"])
def test_1_a_wanted_model_that_is_blank_or_missing_fails(place: ScenarioBatch, text: str) -> None:
    place.write("src/.env", text)
    checks = looked_at(place)
    assert "scenario_model" in failing(checks)
    assert failing(looked_at(place, force=True)) != [], "no call is ever left to a default"


def test_1_the_file_must_want_what_is_given(place: ScenarioBatch) -> None:
    assert failing(looked_at(place, model="gpt-4o")) == ["model_file"]
    assert failing(looked_at(place, model=MODEL)) == []
    (place.root / "src" / ".env").unlink()
    checks = looked_at(place, model="gpt-4o")
    assert failing(checks) == [] and checks["model_file"].level is Level.WARN


@pytest.mark.parametrize("name", ["OPENAI_DEFAULT_MODEL", "OPENAI_MODEL", "CODEX_MODEL"])
def test_2_a_variable_that_asks_for_another_model_fails(place: ScenarioBatch, name: str) -> None:
    checks = looked_at(place, {name: "gpt-4o"})
    assert failing(checks) == ["model_conflict"]
    assert name in checks["model_conflict"].detail and "gpt-4o" in checks["model_conflict"].detail
    assert failing(looked_at(place, {name: MODEL})) == []
    assert failing(looked_at(place, {name: f"{MODEL}-2025-09-15"})) == [], "a dated variant is a warning (G2)"
    place.write("src/.env", f"INTERLLM_MODEL={MODEL}\n{name}=gpt-4\n")
    assert failing(looked_at(place)) == ["model_conflict"]


def test_2_the_configuration_of_codex_counts_where_codex_works(place: ScenarioBatch) -> None:
    home = place.root.parent / "codex"
    home.mkdir()
    (home / "config.toml").write_text('model = "gpt-5.1"\n')
    assert failing(looked_at(place)) == []
    assert "model_conflict" in failing(looked_at(place, agent="codex", script=None))


def test_3_outputs_that_are_missing_a_file_or_a_link_fail(place: ScenarioBatch) -> None:
    outputs = place.root / "outputs"
    outputs.rmdir()
    assert failing(looked_at(place)) == ["outputs"]
    assert not outputs.exists(), "a check changes nothing on disk"
    outputs.write_text("a file")
    assert "is no folder" in looked_at(place)["outputs"].detail
    outputs.unlink()
    outputs.symlink_to(place.root / "input")
    assert "is a link" in looked_at(place)["outputs"].detail


def test_3_a_probe_leaves_nothing_behind(place: ScenarioBatch) -> None:
    before = sorted(path.name for path in place.root.rglob("*"))
    looked_at(place)
    assert sorted(path.name for path in place.root.rglob("*")) == before


def test_3_inputs_must_not_lie_in_what_is_cleared(place: ScenarioBatch) -> None:
    assert "outputs_newer" in failing(looked_at(place, outputs="input"))


def test_3_what_is_newer_fails_until_somebody_says_that_it_may_go(place: ScenarioBatch) -> None:
    place.write("outputs/mine.md", "mine")
    checks = looked_at(place)
    assert failing(checks) == ["outputs_newer"] and "mine.md" in checks["outputs_newer"].detail
    assert failing(looked_at(place, force=True)) == ["outputs_newer"], "force loses nothing"
    assert failing(looked_at(place, clears=True)) == []
    assert failing(looked_at(place, only=[1])) == [], "nothing is cleared"


def test_5_the_executor_and_the_commands_of_the_prompt(place: ScenarioBatch) -> None:
    place.write("input/prompt_template.txt", TEMPLATE + "Run `no-such-tool --now` first.\n")
    checks = looked_at(place)
    assert (checks["commands"].level, "no-such-tool" in checks["commands"].detail) == (Level.WARN, True)
    assert "executor" in failing(looked_at(place, script=str(place.root / "gone.json")))
    without = looked_at(place, {"PATH": str(place.root)}, agent="codex", script=None)
    assert "executor" in failing(without)


def test_6_list_and_template(place: ScenarioBatch) -> None:
    place.write("input/DataTransferScenarioList.md", "words\n")
    assert failing(looked_at(place)) == ["scenarios"]
    place.write("input/DataTransferScenarioList.md", listed(3))
    assert failing(looked_at(place, only=[4])) == ["scenarios"]
    place.write("input/prompt_template.txt", "{index} {topic}")
    checks = looked_at(place)
    assert failing(checks) == ["template"] and "line 1: {topic}" in checks["template"].detail
    (place.root / "input" / "prompt_template.txt").unlink()
    assert failing(looked_at(place, force=True)) == ["template"]


def test_s4_whether_the_template_is_still_the_one_that_was_delivered(place: ScenarioBatch) -> None:
    assert "as in" in looked_at(place)["baseline"].detail
    place.write("input/prompt_template.txt", TEMPLATE + "More.\n")
    assert "differs from src/prompt_template_base.txt" in looked_at(place)["baseline"].detail


def test_s1_a_list_that_lies_further_up_is_pointed_at(place: ScenarioBatch) -> None:
    below = place.root / "src"
    start = Start("scenario-batch", place.given(), str(below))
    found = asyncio.run(preflight(start, Surroundings("/nowhere", 0.0, environ={"PATH": ""})))
    assert any(f"odw-tui --root {place.root} start scenario-batch" in one.fix for one in found)


def test_7_logs_that_cannot_be_made_fail(place: ScenarioBatch) -> None:
    (place.root / "logs").write_text("a file")
    assert failing(looked_at(place)) == ["logs"]


def test_d2_force_makes_warnings_of_failures_that_lose_nothing(place: ScenarioBatch) -> None:
    checks = looked_at(place, {"OPENAI_MODEL": "gpt-4o"}, force=True)
    assert failing(checks) == []
    assert (checks["model_conflict"].level, checks["model_conflict"].fix) == (
        Level.WARN,
        "It begins all the same: force.",
    )


def started(place: ScenarioBatch, *more: str) -> list[str]:
    return [
        *("--root", str(place.root), "start", "scenario-batch"),
        *("--agent", "scripted", "--script", str(place.script), *more),
    ]


def test_d1_check_says_one_row_each_and_ends_with_one_where_something_fails(
    place: ScenarioBatch, tmp_path: Path
) -> None:
    ran = odw_tui(*started(place, "--check"), cwd=tmp_path)
    assert ran.code == 0, ran
    assert "has 3 scenarios" in ran.out
    document = odw_tui(*started(place, "--check", "--json"), cwd=tmp_path).document
    assert {row["level"] for row in document["checks"]} <= {"PASS", "WARN", "INFO"}
    place.write("outputs/mine.md", "mine")
    refused = odw_tui(*started(place, "--check", "--json"), cwd=tmp_path)
    assert refused.code == 1 and refused.document["counts"]["FAIL"] == 1
    assert not (place.root / "logs").exists() and not (place.root / ".odw").exists()


def test_e2_followed_a_batch_prints_its_address_and_then_its_lines(place: ScenarioBatch, tmp_path: Path) -> None:
    place.play(*every({"say": "on it"}))
    ran = odw_tui(*started(place, "--foreground"), cwd=tmp_path)
    assert ran.code == 0, ran
    address, *lines = ran.out.splitlines()
    assert address.startswith("odw:odw-exec-")
    assert [bool(START.match(line)) or bool(END.match(line)) for line in lines] == [True] * 6
    assert [line.split()[3] for line in lines] == ["1/3", "1/3", "2/3", "2/3", "3/3", "3/3"]


def test_s3_without_a_scenario_it_ends_with_two_and_clears_nothing(place: ScenarioBatch, tmp_path: Path) -> None:
    place.write("input/DataTransferScenarioList.md", "words\n")
    place.write("outputs/old.md", "old")
    place.is_older("old.md")
    ran = odw_tui(*started(place, "--foreground", "--set", "clears=true"), cwd=tmp_path)
    assert ran.code == 2 and "holds no scenario" in ran.err
    assert place.outputs() == {"old.md": "old"}
    (log,) = (place.root / "logs").glob("run-*.log")
    assert "preflight_failed" in log.read_text()


def test_s5_none_is_a_usage_error_before_anything_is_made(place: ScenarioBatch, tmp_path: Path) -> None:
    ran = odw_tui(*started(place, "--set", "max_scenarios=0"), cwd=tmp_path)
    assert ran.code == 2 and "max_scenarios" in ran.err
    assert not (place.root / "logs").exists() and not (place.root / ".odw").exists()


def test_a_failed_check_is_the_exit_code_of_a_start(place: ScenarioBatch, tmp_path: Path) -> None:
    shutil.rmtree(place.root / "outputs")
    ran = odw_tui(*started(place, "--foreground"), cwd=tmp_path)
    assert ran.code == 1 and "FAIL  outputs: outputs/ is not there." in ran.err
