"""Native coordinate runs: real supervisors, scripted planners as processes, real repositories."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from drivers.command import odw_tui
from drivers.coordinated import GOAL, Coordinated, fails, place, plan, plans
from drivers.runs_world import RunsWorld, world
from drivers.small_disk import small_disk
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Outcome, Rerun, Resume, Start
from odw_core.model.item import State
from odw_core.model.question import Road
from odw_core.runs.reuse import FINISHED
from odw_core.service.checks.preflight import preflight
from odw_core.service.starts.starter import Surroundings

__all__ = ["place", "world"]
SECRET = "sk-proj-" + "a1B2c3D4" * 6
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


async def test_plans_that_agree_are_written_after_one_round(place: Coordinated, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await place.start(room)
        item = await place.over(room, run)
    result = place.result(run)
    assert (item.state, result["ok"], result["status"], result["rounds"]) == (State.DONE, True, "CONVERGED", 1)
    assert sorted(place.keys(run)) == ["plan-api-r1", "plan-web-r1", "split-r1"]
    record = place.projected(run)
    assert (record["goal"], record["status"], record["round"]) == (GOAL, "CONVERGED", 1)
    assert record["odw_run"] == str(run)
    assert [one["repo_path"] for one in record["repo_plans"]] == [place.path("api"), place.path("web")]
    assert [one["status"] for one in record["repo_plans"]] == ["OK", "OK"]


async def test_every_call_of_an_agent_is_a_line_with_its_program_times_and_end(
    place: Coordinated, world: RunsWorld
) -> None:
    place.play({"key": "plan-web-r1", "do": [{"print": "a word on stderr"}], "result": plan("x"), "model": "m-1"})
    async with world.room() as room:
        run = await place.start(room, model="m-0")
        await place.over(room, run)
    calls = {call["key"]: call for call in place.events(run, "agent_call")}
    assert sorted(calls) == ["plan-api-r1", "plan-web-r1", "split-r1"]
    web = calls["plan-web-r1"]
    assert (web["round"], web["attempt"], web["model"], web["schema"], web["sandbox"]) == (
        1,
        1,
        "m-1",
        True,
        "read-only",
    )
    assert web["argv"][-1] == str(place.script) and "odw_core.agents.scripted_player" in web["argv"]
    assert (web["exit_code"], web["cause"]) == (0, "")
    assert web["duration_ms"] >= 0 and web["started_at"] > 1_700_000_000
    assert (world.run(run) / web["stderr"]).read_text() == "a word on stderr\n"
    assert [call["key"] for call in place.projected(run)["calls"]] == [
        c["key"] for c in place.events(run, "agent_call")
    ]


async def test_a1_planners_work_at_the_same_time_and_cannot_write(place: Coordinated, world: RunsWorld) -> None:
    # Each waits for a word of the other: one after the other they would wait for ever.
    place.play(
        {"key": "plan-api-r1", "do": [{"touch": "api-is-here"}, {"wait": "web-is-here"}], "result": plan("a")},
        {"key": "plan-web-r1", "do": [{"touch": "web-is-here"}, {"wait": "api-is-here"}], "result": plan("b")},
    )
    async with world.room() as room:
        run = await place.start(room)
        assert (await place.over(room, run)).state is State.DONE
    starts = {event["key"]: event for event in place.events(run, "agent_start")}
    assert {event["agentType"] for key, event in starts.items() if key != "split-r1"} == {"planner"}
    assert {call["sandbox"] for call in place.events(run, "agent_call")} == {"read-only"}


async def test_d5_a_question_is_a_card_and_its_answer_completes_the_run(place: Coordinated, world: RunsWorld) -> None:
    asks = plan("Hide the button.", questions=("Which orders?",))
    place.play(plans("web", plan("Show it for open orders."), prompt="Only open ones."), plans("web", asks))
    async with world.room() as room:
        run = await place.start(room)
        question = await room.question(run)
        assert (question.kind, question.title, question.subject) == ("question", "Which orders?", "web")
        # The other plan was news to the planner, so it was asked once more before a person was.
        assert sorted(place.keys(run)) == ["plan-api-r1", "plan-api-r2", "plan-web-r1", "plan-web-r2", "split-r1"]
        receipt = await place.decide(room, question, "answer", answer="Only open ones.")
        assert receipt.outcome is Outcome.ACCEPTED
        item = await place.over(room, run)
    result = place.result(run)
    assert (item.state, result["status"], result["rounds"]) == (State.DONE, "CONVERGED", 3)
    assert "Only open ones." in place.prompt(run, "plan-web-r3")
    assert place.keys(run).count("plan-api-r3") == 0, "it would have been told nothing new"
    record = place.projected(run)
    assert record["human_decision"]["answers"][0]["text"] == "Only open ones."
    assert [one["status"] for one in record["rounds"]] == ["HITL_REQUIRED", "HITL_REQUIRED", "CONVERGED"]
    (told,) = place.events(run, "coordination_answered")
    assert [(one["question"], one["repo"]) for one in told["answers"]] == [("Which orders?", place.path("web"))]


async def test_p6_a_round_that_would_be_told_nothing_new_is_not_run(place: Coordinated, world: RunsWorld) -> None:
    place.play(plans("api", plan("a", questions=("How?",))))
    async with world.room() as room:
        run = await place.start(room, repos=["api"], max_rounds=8, split="heuristic")
        await room.question(run)
        (decided,) = place.events(run, "coordination_decided")
        assert (decided["next"], decided["round"], decided["news"]) == ("pause", 1, [])
        assert "nothing new" in decided["why"]
        assert place.keys(run) == ["plan-api-r1"]
        await place.told(room, Cancel(run))
        await place.over(room, run)


async def test_c1_what_changed_in_a_repository_is_news(place: Coordinated, world: RunsWorld) -> None:
    asks = plan("a", questions=("Where?",))
    place.play(plans("api", plan("b"), number=2), plans("api", asks))
    change = {"key": "plan-api-r1", "do": [{"run": ["sh", "-c", "echo '# more' > new.py"]}], "result": asks}
    place.play(change, plans("api", plan("b"), number=2))
    async with world.room() as room:
        run = await place.start(room, repos=["api"], split="heuristic")
        assert (await place.over(room, run)).state is State.DONE
    first, _ = place.events(run, "coordination_decided")
    assert first["news"] == [f"{place.path('api')} changed"]


async def test_a_repository_that_says_something_else_of_itself_in_as_many_letters_is_news(
    place: Coordinated, world: RunsWorld
) -> None:
    asks = plan("a", questions=("Where?",))
    writes = {"run": ["sh", "-c", "echo 'Use the legacy one.' > AGENTS.md"]}
    place.write("api", "AGENTS.md", "Use the newest one.\n")
    place.play({"key": "plan-api-r1", "do": [writes], "result": asks}, plans("api", plan("b"), number=2))
    async with world.room() as room:
        run = await place.start(room, repos=["api"], split="heuristic")
        assert (await place.over(room, run)).state is State.DONE
    first, _ = place.events(run, "coordination_decided")
    assert first["news"] == ["what the repositories say of themselves changed"]
    assert "Use the legacy one." in place.prompt(run, "plan-api-r2")


async def test_a4_a_planner_that_fails_is_stood_in_for_and_its_cause_comes_first(
    place: Coordinated, world: RunsWorld
) -> None:
    place.play(fails("web", "You've hit your usage limit."), plans("api", plan("a", questions=("Which?",))))
    async with world.room() as room:
        run = await place.start(room)
        card = await room.question(run, lambda one: one.kind == "coordination")
        assert "usage limit" in card.title.lower() and "web" in card.title
        assert card.body.lower().index("usage limit") < 120
        item = await room.item(run, State.WAITING)
        assert "usage limit" in item.why.lower()
        assert card.decisions == ("look_again", "accept", "stop")
        told = {event["base"]: event for event in place.events(run, "coordination_plan")}
        assert (told["web"]["status"], told["web"]["origin"]) == ("FALLBACK", "heuristic")
        assert "usage limit" in told["web"]["cause"].lower()
        assert (await place.decide(room, card, "stop")).outcome is Outcome.ACCEPTED
        item = await place.over(room, run)
    result = place.result(run)
    assert (item.state, result["ok"], result["status"]) == (State.BLOCKED, False, "HITL_REQUIRED")
    assert result["error"]["category"] == "stopped_by_owner" and "usage limit" in item.why.lower()
    web = next(one for one in place.projected(run)["repo_plans"] if one["repo_path"].endswith("web"))
    assert (web["provider"], web["status"], web["raw"]["execution_mode"]) == ("codex", "HITL_REQUIRED", "heuristic")
    assert "usage limit" in web["raw"]["fallback_cause"].lower()


async def test_a5_a_model_that_nobody_may_use_is_asked_once_and_named_what_may_pass_is_tried_again(
    place: Coordinated, world: RunsWorld
) -> None:
    refused = "The model `m-9` does not exist or you do not have access to it."
    place.play(
        fails("web", refused),
        {"key": "plan-api-r*", "attempt": 1, "do": [{"fail": "stream closed before response.completed"}]},
    )
    async with world.room() as room:
        run = await place.start(room, model="m-9", split="heuristic")
        card = await room.question(run)
        assert "m-9" in card.title and "web" in card.title
        await place.decide(room, card, "stop")
        await place.over(room, run)
    calls = [(call["key"], call["attempt"]) for call in place.events(run, "agent_call")]
    # No other model is taken unasked, and the second round, which tells it of the other plan, asks it no more either.
    assert sorted(calls) == [("plan-api-r1", 1), ("plan-api-r1", 2), ("plan-web-r1", 1)]


async def test_a_command_that_cannot_say_it_names_the_one_that_does(place: Coordinated, world: RunsWorld) -> None:
    place.write("web", "src/app.ts", 'fetch("/api/invoices/7");\n')
    root = ("--root", str(world.workspace))
    async with world.room() as room:
        run = await place.start(room, max_rounds=1)
        card = await room.question(run)
        # Both sides stand on the card: nobody has to look for them before they decide.
        assert 'used: web/src/app.ts:1  fetch("/api/invoices/7");' in card.body
        refused = odw_tui("approve", card.id, "--as", "look_again", "--yes", *root)
        assert refused.code == 2
        assert f"odw-tui reject {card.id} --as look_again says it." in refused.err
        shown = odw_tui("show", str(run), *root)
        assert "contracts that do not fit" in shown.out and "/src/app.ts:1" in shown.out
        told = odw_tui("logs", str(run), *root).out
        assert "web: scripted begins" in told and "agent_start" not in told
        await place.told(room, Cancel(run))
        await place.over(room, run)


async def test_looking_again_asks_once_more_whoever_gave_no_answer(place: Coordinated, world: RunsWorld) -> None:
    place.play({"key": "plan-web-r1", "do": [{"fail": "You've hit your usage limit."}]})
    async with world.room() as room:
        run = await place.start(room, max_rounds=1)
        card = await room.question(run)
        await place.decide(room, card, "look_again")
        assert (await place.over(room, run)).state is State.DONE
    assert place.keys(run).count("plan-web-r2") == 1
    assert place.result(run)["plans"][1]["status"] == "OK"


async def test_a_contract_that_fits_after_a_look_agrees_without_asking_anybody_again(
    place: Coordinated, world: RunsWorld
) -> None:
    place.write("api", "api/app.py", 'call("/api/invoice/7")\n')
    async with world.room() as room:
        run = await place.start(room, repos=["api"], max_rounds=1, split="heuristic")
        card = await room.question(run)
        assert "/api/invoice/{id}" in card.title
        # As many letters as before: what fits is known by what files say, not by their size.
        place.write("api", "api/app.py", 'call("/api/orders/42")\n')
        await place.decide(room, card, "look_again")
        assert (await place.over(room, run)).state is State.DONE
    assert place.keys(run) == ["plan-api-r1"]
    *_, gone, _ = place.events(run, "coordination_decided")
    (settled,) = gone["news"]
    assert settled.startswith("settled: ") and "/api/invoice/{id}" in settled


async def test_a_look_that_finds_nothing_new_asks_the_person_again(place: Coordinated, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await place.start(room, repos=["api", "gone"], max_rounds=1, split="heuristic")
        card = await room.question(run)
        assert (card.kind, card.title) == ("coordination", "missing repositories: repo path not found (gone)")
        await place.decide(room, card, "look_again")
        again = await room.question(run, lambda one: one.id != card.id)
        assert "Nothing changed" in again.body
        place.write("gone", "go.mod", "module gone\n")
        await place.decide(room, again, "look_again")
        assert (await place.over(room, run)).state is State.DONE
    assert [one["status"] for one in place.result(run)["plans"]] == ["OK", "OK"]


async def test_k9_what_is_accepted_by_name_stands_against_nothing_any_more(
    place: Coordinated, world: RunsWorld
) -> None:
    place.write("web", "src/app.ts", 'fetch("/api/invoices/7");\n')
    async with world.room() as room:
        run = await place.start(room)
        card = await room.question(run)
        assert "/api/invoices/{id}" in card.title
        assert place.keys(run).count("plan-web-r2") == 1, "the mismatch was news to its planner"
        await place.decide(room, card, "accept")
        assert (await place.over(room, run)).state is State.DONE
    (accepted,) = place.events(run, "coordination_accepted")
    assert [one["kind"] for one in accepted["reasons"]] == ["contract_issue"] and accepted["by"]
    record = place.projected(run)
    assert record["status"] == "CONVERGED"
    assert record["human_decision"]["accepted"][0]["kind"] == "contract_issue"
    (first, *_) = place.events(run, "coordination_contracts")
    (issue,) = first["issues"]
    assert [(side["path"], side["line"]) for side in issue["consumed"]] == [("src/app.ts", 1)]


async def test_d4_interrupt_asks_after_the_first_round_whatever_is_left(place: Coordinated, world: RunsWorld) -> None:
    asks = plan("Hide it.", questions=("Which orders?",))
    place.play(plans("web", plan("Show it."), prompt="The open ones."), plans("web", asks))
    async with world.room() as room:
        run = await place.start(room, mode="interrupt", max_rounds=4)
        question = await room.question(run)
        assert sorted(place.keys(run)) == ["plan-api-r1", "plan-web-r1", "split-r1"]
        os.kill(world.supervisor(run), signal.SIGKILL)
        gone = await room.question(run, lambda one: one.road is Road.RESUME)
        assert gone.digest == question.digest
        await place.decide(room, gone, "answer", answer="The open ones.")
        assert (await place.over(room, run)).state is State.DONE
    assert [key for key in place.keys(run) if key.endswith("r1")].count("plan-api-r1") == 1
    assert place.result(run)["rounds"] == 2


async def test_a3_a_readme_that_is_no_text_and_names_that_are_none_kill_nothing(
    place: Coordinated, world: RunsWorld
) -> None:
    place.write("api", "README.md", b"\xff\xfe\x00caf\xe9 \x1b[31m" * 50)
    place.write("api", os.fsdecode(b"src-\xff.py"), b"\xff\xfe")
    place.write("web", "openapi.json", b'{"openapi": ' + b"\xf0" * 10)
    async with world.room() as room:
        run = await place.start(room)
        assert (await place.over(room, run)).state is State.DONE
    assert "\x1b" not in place.prompt(run, "plan-api-r1")


async def test_two_repositories_of_one_name_and_the_folder_itself_keep_apart(
    place: Coordinated, world: RunsWorld
) -> None:
    place.write("teams/one/api", "go.mod", "module one\n")
    place.write("teams/two/api", "go.mod", "module two\n")
    async with world.room() as room:
        run = await place.start(room, repos=["teams/one/api", place.path("teams/one/api")])
        item = await place.over(room, run)
    assert item.state is State.FAILED and "same folder" in item.why
    async with world.room() as room:
        run = await place.start(room, repos=["teams/one/api", "teams/two/api", "."], max_rounds=1)
        await place.over(room, run)
    assert sorted(one.name for one in (place.folder(run) / "repo-plans").iterdir()) == ["api", "api-2", "shop"]
    assert {"plan-api-r1", "plan-api-2-r1", "plan-shop-r1"} < set(place.keys(run))
    files = {str(one.relative_to(place.folder(run))) for one in place.folder(run).rglob("*") if one.is_file()}
    assert "plan.md" not in files and "run.json" in files


async def test_plans_that_are_approved_are_bound_by_their_hash_and_handed_over(
    place: Coordinated, world: RunsWorld
) -> None:
    async with world.room() as room:
        run = await place.start(room, approval="ask")
        card = await room.question(run)
        assert (card.kind, card.decisions) == ("plans", ("approve", "stop"))
        assert not (world.workspace / ".converge").exists()
        before = card.fields[1].default
        after = before.replace("- Add DELETE", f"- With {SECRET}, call DELETE")
        await place.decide(room, card, "approve", plan__web=after)
        assert (await place.over(room, run)).state is State.DONE
    pack = place.folder(run) / "handoff"
    spec = (pack / "web" / "spec.md").read_bytes()
    assert b", call DELETE" in spec and b"- Add DELETE" in (pack / "api" / "spec.md").read_bytes()
    (edited,) = place.events(run, "plan_edited")
    assert edited["repo"] == place.path("web")
    assert edited["sha256_before"] == hashlib.sha256(before.encode()).hexdigest()
    assert edited["sha256"] == hashlib.sha256(spec).hexdigest()
    (approved,) = place.events(run, "plans_approved")
    approval = json.loads((pack / "approval.json").read_text())
    assert [one["sha256"] for one in approval["plans"]] == [one["sha256"] for one in approved["plans"]]
    assert approval["approved_by"] == approved["by"] != ""
    assert "start campaign" in (pack / "README.md").read_text()
    (handed,) = place.events(run, "handoff_written")
    assert (handed["folder"], handed["files"]) == (str(pack), 4)
    kept = [one for one in place.folder(run).rglob("*") if one.is_file() and SECRET in one.read_text()]
    assert kept == [], "a secret of a known shape is masked in whatever is handed over, and in what its hash is of"


async def test_plans_that_nobody_approves_end_the_run(place: Coordinated, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await place.start(room, approval="ask")
        await place.decide(room, await room.question(run), "stop")
        item = await place.over(room, run)
    assert item.state is State.BLOCKED and "nothing was approved" in item.why
    assert not (place.folder(run) / "handoff").exists()


async def test_answers_and_plans_of_an_earlier_run_are_told_from_the_first_round_on(
    place: Coordinated, world: RunsWorld
) -> None:
    given = {
        "answers": [{"question": "Which orders?", "repo": "web", "text": "The open ones."}],
        "plans": [{"repo": "api", "summary": "Add an endpoint", "changes": ["DELETE /orders"]}],
        "from_run": "converge:20260212T030222995117Z",
    }
    async with world.room() as room:
        run = await place.start(room, **given)
        await place.over(room, run)
    assert "The open ones." in place.prompt(run, "plan-web-r1")
    assert "DELETE /orders" in place.prompt(run, "plan-web-r1")
    assert "The open ones." not in place.prompt(run, "plan-api-r1")
    assert place.events(run, "coordination")[0]["from_run"] == "converge:20260212T030222995117Z"


async def test_p1_a_split_that_no_agent_gives_follows_what_the_repositories_are(
    place: Coordinated, world: RunsWorld
) -> None:
    place.play({"key": "split-*", "do": [{"fail": "You've hit your usage limit."}]})
    async with world.room() as room:
        run = await place.start(room)
        assert (await place.over(room, run)).state is State.DONE
    (split,) = place.events(run, "coordination_split")
    assert split["source"] == "heuristic" and "usage limit" in split["cause"].lower()
    assert "Implement server-side logic" in place.prompt(run, "plan-api-r1")


async def test_a_converge_folder_that_is_a_link_is_not_written_through(
    place: Coordinated, world: RunsWorld, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (world.workspace / ".converge").symlink_to(elsewhere)
    async with world.room() as room:
        run = await place.start(room)
        assert (await place.over(room, run)).state is State.DONE
    assert [*elsewhere.iterdir()] == [] and place.result(run)["stamp"] == ""
    assert any("no real folder" in str(one["message"]) for one in place.events(run, "warning"))


async def test_a_run_that_is_cancelled_ends_its_planners(place: Coordinated, world: RunsWorld) -> None:
    place.play({"key": "plan-web-r1", "do": [{"hang": True, "stubborn": True}]})
    async with world.room() as room:
        run = await place.start(room)
        await room.until(lambda _: "plan-web-r1" in place.keys(run))
        assert (await place.told(room, Cancel(run))).outcome is Outcome.ACCEPTED
        assert (await place.over(room, run)).state is State.IDLE


def test_what_stands_against_a_start_is_said_before_it(place: Coordinated, world: RunsWorld) -> None:
    def levels(**more: object) -> dict[str, str]:
        start = Start("coordinate", place.given(**more), str(world.workspace))
        found = asyncio.run(preflight(start, Surroundings("/", now=0.0)))
        return {check.id: str(check.level).lower() for check in found if check.id != "folder"}

    assert levels() == {"input": "pass", "agent": "pass", "repositories": "pass"}
    assert levels(repos=["api", "gone"])["repositories"] == "warn"
    assert levels(repos=["api", place.path("api")])["repositories"] == "fail"
    assert levels(script="/nowhere.json")["agent"] == "fail"
    assert levels(goal=" ")["input"] == "fail"
    assert {"codex", "codex_sessions"} <= set(levels(agent="codex", script=None))
    (world.workspace / ".converge").symlink_to(world.state)
    assert levels()["converge"] == "warn"


async def test_a_rerun_asks_only_those_again_who_gave_no_answer(place: Coordinated, world: RunsWorld) -> None:
    place.play({"key": "plan-web-r1", "attempt": [1, 2], "do": [{"fail": "You've hit your usage limit."}]})
    async with world.room() as room:
        run = await place.start(room, max_rounds=1)
        await place.decide(room, await room.question(run), "stop")
        await place.over(room, run)
        place.play()
        receipt = await room.service.submit(Rerun(run, {}, FINISHED))
        assert receipt.address is not None, receipt
        again = receipt.address
        item = await place.over(room, again)
    assert item.state is State.DONE and place.result(again)["status"] == "CONVERGED"
    assert place.keys(again) == ["plan-web-r1"]
    assert place.projected(again)["odw_run"] == str(again)
    assert len({one.name for one in (world.workspace / ".converge" / "runs").iterdir()}) == 2


async def test_a_command_line_starts_one_and_follows_it_to_its_end(place: Coordinated, world: RunsWorld) -> None:
    words = ("--set", f"goal={GOAL}", "--set", "repos=api", "--set", "repos=web", "--script", str(place.script))
    argv = ("start", "coordinate", *words, "--agent", "scripted", "--foreground")
    ran = await asyncio.to_thread(odw_tui, *argv, cwd=world.workspace)
    assert ran.code == 0, ran
    run = Address.parse(ran.out.splitlines()[0].strip())
    (folder,) = (world.workspace / ".converge" / "runs").iterdir()
    record = json.loads((folder / "run.json").read_bytes())
    assert (record["odw_run"], record["status"]) == (str(run), "CONVERGED")
    shown = await asyncio.to_thread(odw_tui, "show", str(run), "--json", cwd=world.workspace)
    assert (shown.document["state"], shown.document["goal"]) == ("done", GOAL)


async def test_a_disk_that_fills_up_stops_a_coordination_that_goes_on_when_there_is_room(
    world: RunsWorld, tmp_path: Path
) -> None:
    with small_disk(world.workspace, 8) as disk:
        place = Coordinated(world, tmp_path)
        once = tmp_path / "filled"
        fills = f"[ -e '{once}' ] || {{ touch '{once}'; cat /dev/zero > '{disk.filler}' 2> /dev/null; }}; true"
        place.play({"key": "plan-web-*", "do": [{"run": ["sh", "-c", fills]}], "result": plan("Show it.")})
        async with world.room() as room:
            run = await place.start(room)
            item = await room.item(run, State.STALE, where=lambda one: "No space left" in one.why)
            assert item.ended_at is None
            disk.make_room()
            assert (await room.service.submit(Resume(run))).outcome is Outcome.ACCEPTED
            assert (await place.over(room, run)).state is State.DONE
        assert place.projected(run)["status"] == "CONVERGED"
        assert place.keys(run).count("plan-api-r1") <= 2
