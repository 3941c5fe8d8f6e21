"""parallel-review-apply as scripts meet it: started, decided, committed, run again, waited for, cleaned up."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from drivers.command import Ran, odw_tui
from drivers.review_apply import CORE, FINE, TASKS, VIEW, ReviewApply, place, reject, reviews, writes
from drivers.runs_world import RunsWorld, world
from odw_core.model.address import Address

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


@pytest.fixture
def shop(world: RunsWorld, place: ReviewApply, home: Path) -> ReviewApply:
    """The world as a command line sees it: its state folder is the user's."""
    world.state = home / ".local" / "state" / "odw-tui"
    return place


def typed(shop: ReviewApply, *words: str) -> Ran:
    return odw_tui("--no-codex", *words, cwd=shop.world.workspace)


def started(shop: ReviewApply, *words: str) -> Ran:
    """A run of two tasks; nobody is asked unless the words say so."""
    tasks = [word for task in TASKS for word in ("--set", f"tasks={json.dumps(task)}")]
    agent = ("--agent", "scripted", "--script", str(shop.script), "--set", "verify=true")
    return typed(shop, "start", "parallel-review-apply", *tasks, *agent, *words)


def test_a_run_lands_in_the_foreground_and_is_committed_once(shop: ReviewApply) -> None:
    shop.play(CORE, VIEW, FINE)
    ran = started(shop, "--set", "gate=auto", "--foreground")
    assert ran.code == 0, ran.err
    run = ran.out.strip()
    shown = typed(shop, "commit", run)
    assert shown.code == 2 and "--yes does it" in shown.err
    assert shown.lines[0] == "branch   main" and "src/view.py" in shown.out
    assert shop.repository.head() == shop.base
    done = typed(shop, "commit", run, "--message", "Sum", "--yes")
    assert done.code == 0, done.err
    assert shop.repository.git("log", "-1", "--format=%s") == b"Sum\n" and shop.status() == ""
    again = typed(shop, "commit", run, "--yes")
    assert again.code == 7 and "committed already" in again.err
    assert "committed as" in typed(shop, "show", run, "--json").document["why"]


def test_a_gate_is_rejected_in_words_and_lands_with_a_blocker_overruled(shop: ReviewApply) -> None:
    repaired = writes("core-repair-1", "src/core.py", "SUM = 1 + 1 + 0\n")
    shop.play(CORE, repaired, VIEW, reviews(reject("src/core.py: too short")))
    ran = started(shop, "--set", "max_review_rounds=1", "--foreground")
    assert ran.code == 5 and f"odw-tui show {ran.out.strip()} says what it asks" in ran.err, ran.err
    (asked,) = typed(shop, "inbox", "--json").document["questions"]
    assert asked["kind"] == "gate"
    refused = typed(shop, "answer", asked["id"], "--text", "yes", "--yes")
    assert refused.code == 7 and "odw-tui approve or reject" in refused.err
    card = typed(shop, "show", ran.out.strip()).lines
    for way in ("--reason TEXT", "--as add_round", "--as stop"):
        assert any(line.endswith(f"odw-tui reject {asked['id']} {way}") for line in card), card
    assert any(line.strip() == 'with --json FILE for {"overrule": [1]}' for line in card)
    rejected = typed(shop, "reject", asked["id"], "--reason", "make it longer", "--yes")
    assert rejected.code == 0, rejected.err
    run = Address.parse(ran.out.strip())
    while len(shop.world.events(run, "question")) < 2:
        assert not shop.world.events(run, "workflow_done"), shop.result(run)
        os.sched_yield()
    (asked,) = typed(shop, "inbox", "--json").document["questions"]
    overrule = shop.script.with_name("overrule.json")
    overrule.write_text(json.dumps({"overrule": [3]}))
    missed = typed(shop, "approve", asked["id"], "--json", str(overrule), "--yes")
    assert missed.code == 2 and "overrule has no option number 3" in missed.err
    overrule.write_text(json.dumps({"overrule": [1]}))
    for words in (("--json", str(overrule), "--yes"), ("--yes",), ()):
        kept = typed(shop, "approve", asked["id"], *words)
        assert kept.code == 7 and "not overruled, so it would not land; nothing was sent" in kept.err
    overrule.write_text(json.dumps({"overrule": [1, 2]}))
    approved = typed(shop, "approve", asked["id"], "--json", str(overrule), "--yes")
    assert approved.code == 0, approved.err
    while not shop.world.events(run, "workflow_done"):
        os.sched_yield()
    assert shop.result(run)["ok"] is True
    assert "make it longer" in shop.prompt(run, "core-repair-1")


def test_a_rerun_takes_over_what_went_well(shop: ReviewApply) -> None:
    shop.play(CORE, {"key": "view", "do": [{"fail": "no"}]}, FINE)
    first = started(shop, "--set", "gate=auto", "--set", "max_review_rounds=1", "--foreground")
    assert first.code == 1
    shop.play(VIEW, FINE)
    run = Address.parse(typed(shop, "rerun", first.out.strip(), "--failed-only").out.strip())
    while not shop.world.events(run, "workflow_done"):
        os.sched_yield()
    assert shop.result(run)["ok"] is True
    unknown = typed(shop, "rerun", str(run), "--from", "nothing")
    assert unknown.code == 7 and "its steps are" in unknown.err
    # Also once it is a row of the cache.
    assert typed(shop, "list").code == 0
    mistaken = typed(shop, "rerun", str(run), "--set", "reviewer=me")
    assert mistaken.code == 2 and "there is no key 'reviewer'; did you mean 'reviewers'?" in mistaken.err


def test_a_run_waits_for_one_that_waits_for_a_person(shop: ReviewApply) -> None:
    shop.play(CORE, VIEW, FINE)
    first = started(shop, "--foreground")
    assert first.code == 5
    run = Address.parse(typed(shop, "start", "command", "--after", first.out.strip(), "--", "true").out.strip())
    (row,) = [one for one in typed(shop, "list", "--json").document["items"] if one["address"] == str(run)]
    assert (row["state"], row["why"]) == ("running", f"waits for {first.out.strip()} to land")
    assert typed(shop, "cancel", str(run)).code == 0
    assert typed(shop, "cancel", first.out.strip()).code == 0
    assert shop.is_tidy(Address.parse(first.out.strip()))


def test_what_a_killed_run_left_is_cleaned_on_request(shop: ReviewApply) -> None:
    shop.play({"key": "core", "do": [{"write": "src/core.py", "text": "half"}, {"hang": True}]}, VIEW, FINE)
    run = Address.parse(started(shop, "--set", "gate=auto").out.strip())
    while not (shop.world.run(run) / "worktrees" / "core" / "src").is_dir():
        os.sched_yield()
    os.kill(shop.world.supervisor(run), signal.SIGKILL)
    while typed(shop, "list", "--json").document["items"][0]["state"] != "stale":
        os.sched_yield()
    checks = typed(shop, "doctor", "--json").document["checks"]
    assert [one["level"] for one in checks if one["id"] == "run_worktrees"] == ["WARN"]
    listed = typed(shop, "doctor", "--clean")
    assert listed.code == 2 and f"{run.item}/worktrees" in listed.out
    cleaned = typed(shop, "doctor", "--clean", "--yes")
    assert cleaned.code == 0 and "worktree" in cleaned.err
    assert shop.is_tidy(run)
    assert "No run that was started here left anything" in typed(shop, "doctor", "--clean").err


def test_an_agent_is_refused_where_none_can_be_chosen(shop: ReviewApply) -> None:
    ran = typed(shop, "start", "command", "--agent", "scripted", "--script", "x", "--", "true")
    assert ran.code == 2 and "leave --agent and --script out" in ran.err


def test_a_pinned_run_says_so(shop: ReviewApply) -> None:
    run = typed(shop, "start", "command", "--foreground", "--", "true").out.strip()
    assert typed(shop, "pin", run).err.strip().endswith("It is kept from now on, however old.")
    assert typed(shop, "pin", run, "--off").code == 0
