"""The gate and who decides at it: a policy, a person, a person where there is a risk; what each decision does."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from drivers.review_apply import CORE, FINE, VIEW, ReviewApply, approve, place, reject, reviews, writes
from drivers.runs_world import RunsWorld, world
from odw_core.decide import audit
from odw_core.model.item import State

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

BLOCKER = "src/core.py:1 returns the wrong sum, it must be three"
ANOTHER = "src/view.py:1 must not print"
REPAIRED = writes("core-repair-*", "src/core.py", "SUM = 1 + 2\n")


async def test_a_policy_that_lets_it_land_stands_in_the_audit_log_and_in_the_journal(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="auto")
        assert (await place.over(room, run)).state is State.DONE
    decision = world.events(run, "decision")[0]
    assert (decision["verdict"], decision["policy"]) == ("approve", "gate auto")
    assert [entry.verdict for entry in audit.entries(world.state) if entry.digest == decision["digest"]] == ["approve"]
    kinds = [event["type"] for line in world.journal(run) if isinstance(event := line.get("raw"), dict)]
    assert kinds.index("decision") < kinds.index("landing")


async def test_nothing_lands_before_a_person_approves_what_is_shown(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        question = await room.question(run)
        item = await room.item(run, State.WAITING)
        assert (question.kind, question.title) == ("gate", "land 2 files of 2 tasks?")
        assert question.decisions == ("approve", "reject", "add_round", "stop")
        assert item.stage == "gate r1"
        told = dict(question.details)
        assert "+SUM = 1 + 1" in told["patch"] and told["base"] == place.base and told["round"] == "1/2"
        assert place.status() == ""
        await place.decide(room, question, "approve")
        assert (await place.over(room, run)).state is State.DONE
    assert place.text("src/core.py") == "SUM = 1 + 1\n"
    entries = [entry for entry in audit.entries(world.state) if entry.digest == question.digest]
    assert {entry.verdict for entry in entries} == {"approve"}


async def test_a_rejection_with_words_repairs_whom_the_words_are_about(place: ReviewApply, world: RunsWorld) -> None:
    place.play(REPAIRED, CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        question = await room.question(run)
        await place.decide(room, question, "reject", feedback="src/core.py must say three")
        again = await room.question(run, lambda one: one.id != question.id)
        assert again.digest != question.digest
        await place.decide(room, again, "approve")
        assert (await place.over(room, run)).state is State.DONE
    assert "src/core.py must say three" in place.prompt(run, "core-repair-1")
    assert "view-repair-1" not in place.keys(run)
    assert place.text("src/core.py") == "SUM = 1 + 2\n"


async def test_stopping_at_the_gate_lands_nothing(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        await place.decide(room, await room.question(run), "stop")
        item = await place.over(room, run)
    assert item.state is State.BLOCKED and item.why == "you stopped it at the gate; nothing landed"
    assert place.status() == "" and place.is_tidy(run)


async def test_at_the_ceiling_a_person_can_overrule_each_blocker_and_that_is_written_down(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, reviews(reject(BLOCKER, ANOTHER)))
    async with world.room() as room:
        run = await place.start(room, gate="ask", max_review_rounds=1, reviewers=["correctness"])
        question = await room.question(run)
        assert question.title == "2 blockers left"
        overrule = question.fields[1]
        assert (overrule.id, overrule.takes_several) == ("overrule", True)
        assert [choice.label for choice in overrule.choices] == [f"1. {BLOCKER}", f"2. {ANOTHER}"]
        await place.decide(room, question, "approve", overrule=[overrule.choices[0].label])
        again = await room.question(run, lambda one: one.id != question.id)
        assert again.body.startswith("1 blocker is neither repaired nor overruled") and place.status() == ""
        await place.decide(room, again, "approve", overrule=[choice.label for choice in overrule.choices])
        item = await place.over(room, run)
    assert item.state is State.DONE and item.why.startswith("2 blockers overruled in round 1; 2 patches landed")
    assert [event["text"] for event in world.events(run, "blocker_overruled")] == [BLOCKER, ANOTHER]
    entries = [entry for entry in audit.entries(world.state) if entry.verdict == "overrule"]
    assert [entry.reason for entry in entries] == [BLOCKER, ANOTHER]
    assert place.result(run)["gate"]["decision"] == "approve"


async def test_a_round_can_be_added_at_the_ceiling(place: ReviewApply, world: RunsWorld) -> None:
    place.play(REPAIRED, CORE, VIEW, reviews(reject(BLOCKER), round=1), FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask", max_review_rounds=1)
        await place.decide(room, await room.question(run), "add_round")
        question = await room.question(run, lambda one: "round 2" in one.subject)
        assert dict(question.details)["round"] == "2/2"
        await place.decide(room, question, "approve")
        assert (await place.over(room, run)).state is State.DONE
    assert place.text("src/core.py") == "SUM = 1 + 2\n"


async def test_only_a_risk_asks_a_person(place: ReviewApply, world: RunsWorld) -> None:
    risky = reviews(approve(risks=["it drops a table"]), prompt="src/core.py")
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask-on-risk")
        assert (await place.over(room, run)).state is State.DONE
        place.repository.commit("landed")
        place.play(writes("core", "src/core.py", "SUM = 9\n"), writes("view", "src/view.py", "9\n"), risky)
        other = await place.start(room, gate="ask-on-risk")
        question = await room.question(other)
        assert question.risk is not None and "it drops a table" in question.risk
        await place.decide(room, question, "approve")
        assert (await place.over(room, other)).state is State.DONE


async def test_tasks_are_held_after_planning_and_a_prompt_can_be_changed(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, hold_after_planning=True)
        question = await room.question(run)
        assert (question.kind, question.decisions) == ("plan", ("approve", "stop"))
        assert [field.default for field in question.fields] == ["Make core add.", "Make view show the sum."]
        assert place.keys(run) == []
        await place.decide(room, question, "approve", **{"prompt:core": "Make core add three numbers."})
        assert (await place.over(room, run)).state is State.DONE
    assert "Make core add three numbers." in place.prompt(run, "core")
    assert "Make view show the sum." in place.prompt(run, "view")


async def test_a_plan_that_is_stopped_starts_nothing(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, hold_after_planning=True)
        await place.decide(room, await room.question(run), "stop")
        item = await place.over(room, run)
    assert item.why == "you stopped it after planning; nothing was started" and place.keys(run) == []


async def test_files_that_hold_only_an_earlier_landing_are_offered_for_a_commit(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        first = await place.start(room)
        assert (await place.over(room, first)).state is State.DONE
        place.play(writes("core", "src/core.py", "SUM = 9\n"), writes("view", "src/view.py", "9\n"), FINE)
        run = await place.start(room, gate="ask")
        question = await room.question(run)
        assert question.title == "commit what an earlier run landed in 2 files?"
        await place.decide(room, question, "approve", message="Show a sum")
        await place.decide(room, await room.question(run, lambda one: one.kind == "gate"), "approve")
        assert (await place.over(room, run)).state is State.DONE
    assert place.repository.git("log", "--format=%s").decode().splitlines() == ["Show a sum", "begin"]
    assert place.text("src/core.py") == "SUM = 9\n" and place.status().splitlines() == [
        " M src/core.py",
        " M src/view.py",
    ]


async def test_where_nobody_is_asked_such_files_are_refused_with_the_command_that_commits_them(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        first = await place.start(room)
        assert (await place.over(room, first)).state is State.DONE
        item = await place.over(room, await place.start(room, gate="auto"))
        assert item.state is State.FAILED and item.why == (
            f"dirty_task_files: src/core.py, src/view.py hold only what {first} landed, and worktrees begin at HEAD; "
            f"odw-tui commit {first} commits it."
        )
        place.repository.write("src/view.py", "print('mine')\n")
        item = await place.over(room, await place.start(room, gate="auto"))
        assert "commit or stash them" in item.why


async def test_a_file_that_the_person_changed_meanwhile_is_theirs_and_nothing_lands(
    place: ReviewApply, world: RunsWorld
) -> None:
    go = place.script.parent / "go"
    place.play(CORE, VIEW, {**FINE, "do": [{"wait": str(go)}]})
    async with world.room() as room:
        run = await place.start(room, gate="auto")
        await room.until(lambda snapshot: "review-correctness-r1" in place.keys(run))
        place.repository.write("src/view.py", "# mine\n")
        go.touch()
        item = await place.over(room, run)
    assert item.state is State.FAILED and "src/view.py" in item.why
    assert place.status() == " M src/view.py\n" and place.text("src/view.py") == "# mine\n"
    result = place.result(run)
    assert result["landed"]["ok"] is False and result["error"]["category"] == "patch_conflict"


async def test_what_the_tree_does_not_take_after_the_approval_is_asked_again_and_lands_once_it_fits(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        first = await room.question(run)
        place.repository.write("src/view.py", "# mine\n")
        await place.decide(room, first, "approve")
        again = await room.question(run, lambda one: one.id != first.id)
        assert again.digest != first.digest and again.decisions == ("approve", "reject", "add_round", "stop")
        assert again.title == "src/view.py changed meanwhile: land again?"
        told = dict(again.details)
        assert told["in the way"] == "src/view.py changed since it was reviewed."
        assert "-# view" in told["your changes"] and "+# mine" in told["your changes"]
        assert place.status() == " M src/view.py\n" and place.text("src/view.py") == "# mine\n"
        # It still does not fit: a yes lands nothing, and the question is another one.
        await place.decide(room, again, "approve")
        third = await room.question(run, lambda one: one.id not in (first.id, again.id))
        assert third.digest not in (first.digest, again.digest)
        assert place.status() == " M src/view.py\n" and place.text("src/view.py") == "# mine\n"
        place.repository.write("src/view.py", "# view\n")
        await place.decide(room, third, "approve")
        assert (await place.over(room, run)).state is State.DONE
    assert (place.text("src/core.py"), place.text("src/view.py")) == ("SUM = 1 + 1\n", "print('sum')\n")
    assert len(world.events(run, "landing")) == 1 and place.result(run)["landed"]["ok"]
    assert {event["ok"] for event in world.events(run, "worktree_patch_apply")} == {True}


async def test_another_round_after_such_a_conflict_begins_from_what_the_tree_says_now(
    place: ReviewApply, world: RunsWorld
) -> None:
    upon = {
        "key": "view-repair-1",
        "do": [{"run": ["sh", "-c", "echo 'print(3)' >> src/view.py"]}],
        "result": "added a line",
    }
    place.play(upon, CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        first = await room.question(run)
        place.repository.write("src/view.py", "# mine\n")
        place.repository.write("notes.txt", "mine too\n")
        await place.decide(room, first, "approve")
        again = await room.question(run, lambda one: one.id != first.id)
        await place.decide(room, again, "add_round", feedback="keep my line")
        third = await room.question(run, lambda one: "round 2" in one.subject)
        assert place.text("src/view.py") == "# mine\n"
        told = dict(third.details)["patch"]
        assert " # mine\n+print(3)" in told and "+SUM = 1 + 1" in told
        await place.decide(room, third, "approve")
        assert (await place.over(room, run)).state is State.DONE
    prompt = place.prompt(run, "view-repair-1")
    assert "+# mine" in prompt and "keep my line" in prompt
    assert "core-repair-1" not in place.keys(run)
    assert (place.text("src/core.py"), place.text("src/view.py")) == ("SUM = 1 + 1\n", "# mine\nprint(3)\n")
    assert place.text("notes.txt") == "mine too\n" and place.is_tidy(run)
    assert place.repository.git("log", "--all", "--format=%s").decode() == "begin\n"


async def test_what_such_a_round_begins_from_outlives_the_persons_git_gc_and_is_let_go_at_the_end(
    place: ReviewApply, world: RunsWorld
) -> None:
    upon = {"key": "view-repair-1", "do": [{"run": ["sh", "-c", "echo 'print(3)' >> src/view.py"]}], "result": "added"}
    again_upon = {**upon, "key": "view-repair-2"}
    place.play(upon, again_upon, CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        first = await room.question(run)
        place.repository.write("src/view.py", "# mine\n")
        await place.decide(room, first, "approve")
        barred = await room.question(run, lambda one: one.id != first.id)
        await place.decide(room, barred, "add_round")
        second = await room.question(run, lambda one: "round 2" in one.subject)
        place.repository.git("reflog", "expire", "--expire=now", "--all")
        place.repository.git("gc", "-q", "--prune=now")
        await place.decide(room, second, "reject", feedback="src/view.py must say it again")
        third = await room.question(run, lambda one: "round 3" in one.subject)
        assert " # mine\n+print(3)" in dict(third.details)["patch"]
        held = place.repository.git("for-each-ref", "--format=%(refname)").decode().split()
        assert held == ["refs/heads/main", f"refs/odw-tui/{run.item}"]
        await place.decide(room, third, "approve")
        assert (await place.over(room, run)).state is State.DONE
    assert place.text("src/view.py") == "# mine\nprint(3)\n"
    assert place.repository.git("for-each-ref", "--format=%(refname)") == b"refs/heads/main\n"


async def test_after_such_a_conflict_a_rejection_goes_to_whom_it_names_too_and_a_killed_run_asks_the_same(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(REPAIRED, writes("view-repair-1", "src/view.py", "print(3)\n"), CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask-on-risk", reviewers=["correctness"])
        # Nothing speaks for asking, so it lands by itself and nobody is asked.
        assert (await place.over(room, run)).state is State.DONE
        place.repository.git("checkout", "-q", ".")
        run = await place.start(room, gate="ask")
        first = await room.question(run)
        (world.workspace / "src/view.py").unlink()
        await place.decide(room, first, "approve")
        again = await room.question(run, lambda one: one.id != first.id)
        assert dict(again.details)["in the way"] == "src/view.py is gone since it was reviewed."
        os.kill(world.supervisor(run), signal.SIGKILL)
        left = await room.question(run, lambda one: one.road.value == "resume")
        assert (left.id, left.digest) == (again.id, again.digest)
        await place.decide(room, left, "reject", feedback="src/core.py must say three")
        third = await room.question(run, lambda one: "round 2" in one.subject)
        assert place.status() == " D src/view.py\n"
        await place.decide(room, third, "approve")
        assert (await place.over(room, run)).state is State.DONE
    assert {"core-repair-1", "view-repair-1"} <= {*place.keys(run)}
    assert (place.text("src/core.py"), place.text("src/view.py")) == ("SUM = 1 + 2\n", "print(3)\n")


async def test_stopping_after_such_a_conflict_lands_nothing_and_leaves_every_file(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        first = await room.question(run)
        (world.workspace / "src/view.py").unlink()
        (world.workspace / "src/view.py").mkdir()
        await place.decide(room, first, "approve")
        again = await room.question(run, lambda one: one.id != first.id)
        # A round cannot begin from what is no file.
        assert again.decisions == ("approve", "stop")
        await place.decide(room, again, "stop")
        item = await place.over(room, run)
    assert item.why == "you stopped it at the gate; nothing landed" and place.text("src/core.py") == "# core\n"
    assert place.result(run)["landed"]["ok"] is False and place.is_tidy(run)


async def test_a_block_at_the_ceiling_can_be_given_another_round(place: ReviewApply, world: RunsWorld) -> None:
    fails = {"key": "core", "do": [{"exit": 3}]}
    place.play(fails, REPAIRED, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask", max_review_rounds=1)
        question = await room.question(run)
        assert (question.kind, question.decisions) == ("gate", ("add_round", "stop"))
        assert question.title == "1 thing left before any review"
        told = dict(question.details)
        assert told["round"] == "1/1" and "task core failed" in told["blockers"] and "print('sum')" in told["patch"]
        await place.decide(room, question, "add_round", feedback="do not exit")
        gate = await room.question(run, lambda one: "approve" in one.decisions)
        assert dict(gate.details)["round"] == "2/2"
        await place.decide(room, gate, "approve")
        assert (await place.over(room, run)).state is State.DONE
    assert "do not exit" in place.prompt(run, "core-repair-1") and place.text("src/core.py") == "SUM = 1 + 2\n"


async def test_a_block_at_the_ceiling_that_a_person_stops_ends_as_it_was_found(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play({"key": "core*", "do": [{"exit": 3}]}, VIEW)
    async with world.room() as room:
        run = await place.start(room, gate="ask-on-risk", max_review_rounds=1)
        await place.decide(room, await room.question(run), "stop")
        await place.over(room, run)
    assert place.result(run)["error"]["category"] == "implementation_pre_review_blocked"
    assert place.status() == "" and place.is_tidy(run)
