"""Samples: items, questions and details that look like real ones, for tests, pictures and demos of a screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.detail import (
    Attempt,
    Blocker,
    Cell,
    Column,
    ColumnKind,
    Gate,
    Landing,
    Mark,
    Row,
    RunDetail,
    SessionDetail,
    Verification,
)
from odw_core.model.item import Item, Kind, Progress, State, Tokens
from odw_core.model.problem import Problem
from odw_core.model.question import Choice, Field, Question

NOW = 1_795_219_696.0
"""The moment at which every sample was taken."""

WORK = "/home/ada/work"


def item(name: str = "run-1", state: State = State.RUNNING, *, age_s: float = 60.0, **fields: Any) -> Item:
    """One top-level run that started ``age_s`` before ``NOW``; any field of ``Item`` can be given."""
    started_at = NOW - age_s
    given: dict[str, Any] = {
        "address": Address("odw", name),
        "parent": None,
        "kind": Kind.RUN,
        "place": f"{WORK}/shop",
        "title": name.replace("-", " "),
        "state": state,
        "why": f"{state.value}: a sample",
        "raw_state": "running" if state in (State.RUNNING, State.STALE, State.WAITING) else "completed",
        "started_at": started_at,
        "changed_at": started_at,
        "ended_at": NOW - 10 if state in (State.DONE, State.FAILED, State.BLOCKED) else None,
        "driver": "odw",
    }
    return Item(**{**given, **fields})


def question(address: Address, name: str = "q1", **fields: Any) -> Question:
    """An open question of ``address`` with two options."""
    given: dict[str, Any] = {
        "id": name,
        "address": address,
        "kind": "question",
        "asked_at": NOW - 180,
        "title": "Which queue keeps closed items?",
        "body": "The spec says nothing about how long a closed item stays in the queue.",
        "subject": "task core",
        "fields": (
            Field(
                "keep",
                "How long?",
                (Choice("7 days", "what the old queue did"), Choice("30 days", "what the reviewer asks for")),
                allows_other=True,
            ),
        ),
        "decisions": (),
        "risk": None,
        "digest": "6f0c91" + "0" * 58,
        "witnesses": ("journal",),
        "inferred": False,
        "answer_via": "pandacode answer in the workspace, by whoever started the run",
        "why_not": "the run was started outside this room",
    }
    return Question(**{**given, **fields})


def room_items() -> tuple[Item, ...]:
    """About what the sketch of the room shows: every state, several places."""
    return (
        item(
            "add-owner-review-queue",
            State.WAITING,
            age_s=1440,
            changed_at=NOW - 180,
            why="waits for you: task core asks how long closed items are kept; 2 tasks wait behind it",
            raw_state="needs input",
            stage="gate, round 2",
            goal="Add an owner review queue to the shop back office",
            tasks=Progress(4, 4),
            blockers=0,
            questions=1,
            tokens=Tokens(412_000),
            model="gpt-5.3-codex",
        ),
        item(
            "fix-rounding-in-invoices",
            State.WAITING,
            age_s=400,
            changed_at=NOW - 60,
            place=f"{WORK}/billing",
            why="waits for you: the owner must decide about 1 risk; nothing else waits behind it",
            raw_state="needs owner decision",
            stage="owner decision",
            questions=1,
            tokens=Tokens(47_100, at_least=True),
        ),
        item(
            "rename-the-price-table",
            State.BLOCKED,
            age_s=5400,
            ended_at=NOW - 4000,
            changed_at=NOW - 4000,
            place=f"{WORK}/billing",
            why="stopped at the round ceiling: 2 blockers are still open after round 3",
            raw_state="rejected, nothing landed",
            stage="review, round 3/3",
            tasks=Progress(3, 3),
            blockers=2,
            tokens=Tokens(1_240_000),
        ),
        item(
            "plan-the-mobile-release",
            State.FAILED,
            age_s=3700,
            ended_at=NOW - 3600,
            changed_at=NOW - 3600,
            place=f"{WORK}/platform",
            why="failed in planning: codex could not write its sessions folder",
            raw_state="failed",
            stage="planning, round 2/2",
            tasks=Progress(0, 2),
            blockers=1,
            cause="cannot write ~/.codex/sessions: Permission denied (os error 13)",
        ),
        item(
            "decision-digest",
            State.FAILED,
            age_s=9000,
            ended_at=NOW - 7300,
            changed_at=NOW - 7300,
            place=f"{WORK}/dogfood",
            why="landed, but the verifier changed 2 files it must not touch",
            raw_state="landed but verification failed",
            stage="verify",
            tasks=Progress(4, 4),
            blockers=0,
            tokens=Tokens(1_900_000),
            cause="verification_mutated_worktree: README.md, src/digest.js",
        ),
        item(
            "remote-product-loop",
            State.RUNNING,
            age_s=720,
            changed_at=NOW - 2,
            place=f"{WORK}/dogfood",
            why="round 3 of 4 repairs 1 task; 1 blocker was found in round 2",
            stage="repair, round 3/4",
            tasks=Progress(2, 5),
            blockers=1,
            tokens=Tokens(1_200_000),
            last_words="The digest is stable now; checking the snapshot test.",
        ),
        item(
            "explore-flaky-test",
            State.RUNNING,
            age_s=40,
            changed_at=NOW - 1,
            why="1 task of 3 runs",
            stage="explore",
            tasks=Progress(1, 3),
            tokens=Tokens(88_000),
        ),
        item(
            "release-note",
            State.STALE,
            age_s=90_000,
            changed_at=NOW - 86_400,
            place=f"{WORK}/docs",
            why="its owner (pid 5105) is gone; it will not go on by itself",
            raw_state="orphaned",
            stage="draft",
            tasks=Progress(0, 1),
        ),
        item(
            "add-owner-handoff-packet",
            State.DONE,
            age_s=20_000,
            ended_at=NOW - 18_550,
            changed_at=NOW - 18_550,
            why="both reviewers approved in round 3; 5 patches landed; npm test passed",
            stage="landed in round 3",
            tasks=Progress(5, 5),
            blockers=0,
            tokens=Tokens(1_800_000),
        ),
        item(
            "tidy-the-changelog",
            State.DONE,
            age_s=100_000,
            ended_at=NOW - 99_000,
            changed_at=NOW - 99_000,
            place=f"{WORK}/docs",
            why="approved in round 1; 1 patch landed",
            stage="landed in round 1",
            tasks=Progress(1, 1),
            blockers=0,
            tokens=Tokens(96_000),
        ),
    )


def many_items(count: int) -> tuple[Item, ...]:
    """``count`` done items and a few of every other state."""
    done = (
        item(f"done-run-{number}", State.DONE, age_s=200_000 + number * 60, tokens=Tokens(number * 731), stage="landed")
        for number in range(count)
    )
    return (*room_items(), *done)


def snapshot(
    items: Iterable[Item] = (),
    questions: Iterable[Question] = (),
    *,
    complete: bool = True,
    problems: Iterable[Problem] = (),
    places: Iterable[str] = (f"{WORK}/shop", f"{WORK}/billing"),
) -> Snapshot:
    """A room with these items."""
    by_address = {one.address: one for one in items}
    return Snapshot(1, by_address, tuple(questions), tuple(places), tuple(problems), complete)


def room() -> Snapshot:
    """The room of the sketch with its two open questions."""
    items = room_items()
    return snapshot(
        items,
        (
            question(items[0].address),
            question(
                items[1].address,
                "q2",
                kind="gate",
                title="Land although rounding differs for 3 currencies?",
                body="owner-risk: JPY, KRW and CLP have no minor unit.",
                subject="reviewer owner-risk",
                fields=(),
                decisions=("approve", "reject"),
                asked_at=NOW - 60,
            ),
        ),
    )


def session_item(name: str = "core-1", parent: Address | None = None, **fields: Any) -> Item:
    """An agent session, by default one of the first run of the room."""
    owner = parent or Address("odw", "add-owner-review-queue")
    return item(
        name,
        fields.pop("state", State.DONE),
        **{
            "address": Address("pandacode", name),
            "parent": owner,
            "kind": Kind.SESSION,
            "driver": "pandacode",
            **fields,
        },
    )


def attempt(address: Address, number: int = 1, mark: Mark = Mark.DONE, **fields: Any) -> Attempt:
    """One try of the task at ``address``."""
    given: dict[str, Any] = {
        "address": address.child(str(number)),
        "number": number,
        "mark": mark,
        "started_at": NOW - 1400,
        "ended_at": None if mark is Mark.RUNNING else NOW - 1150,
        "runtime": "codex",
        "model": "gpt-5.3-codex",
        "session": "core-1",
        "tokens": 96_000,
        "files": ("src/render.js",),
        "summary": "Renders ids from the digest.",
        "error": None,
        "streams": ("stdout", "prompt", "diff"),
    }
    return Attempt(**{**given, **fields})


def run_detail(of: Item | None = None, **fields: Any) -> RunDetail:
    """Three rounds of a review loop that landed: five tasks, two reviewers, blockers repaired on the way."""
    run = of or room_items()[8]
    columns = (
        Column("plan", ColumnKind.PLAN, "plan", Mark.DONE, "", NOW - 20_000, NOW - 19_959),
        Column("round-1", ColumnKind.ROUND, "round 1", Mark.REJECTED, "3 blockers", NOW - 19_959, NOW - 19_600),
        Column("round-2", ColumnKind.ROUND, "round 2", Mark.REJECTED, "2 blockers", NOW - 19_600, NOW - 19_400),
        Column("round-3", ColumnKind.ROUND, "round 3", Mark.APPROVED, "approved", NOW - 19_400, NOW - 18_700),
        Column("land", ColumnKind.LAND, "land", Mark.DONE, "5 of 5", NOW - 18_700, NOW - 18_690),
        Column("verify", ColumnKind.VERIFY, "verify", Mark.DONE, "clean", NOW - 18_690, NOW - 18_550),
    )
    marks = {
        "core": (Mark.DONE, Mark.REPAIRED, Mark.REPAIRED),
        "handoff": (Mark.DONE, Mark.REPAIRED, Mark.KEPT),
        "markdown": (Mark.DONE, Mark.REPAIRED, Mark.REPAIRED),
        "tests": (Mark.DONE, Mark.KEPT, Mark.REPAIRED),
        "readme": (Mark.DONE, Mark.KEPT, Mark.KEPT),
        "correctness": (Mark.REJECTED, Mark.REJECTED, Mark.APPROVED),
        "owner-risk": (Mark.APPROVED, Mark.REJECTED, Mark.APPROVED),
    }
    reviewers = ("correctness", "owner-risk")
    rows = tuple(Row(key, key, "reviewer" if key in reviewers else "task") for key in marks)
    cells = [
        _cell(run.address, key, number, mark) for key, row in marks.items() for number, mark in enumerate(row, start=1)
    ]
    cells += [
        Cell(key, "land", Mark.DONE, f"{1 + place} files") for place, key in enumerate(marks) if key not in reviewers
    ]
    cells.append(Cell("core", "plan", Mark.DONE, "5 tasks"))
    blockers = (
        Blocker(
            "renders ids that the digest no longer has",
            "src/render.js",
            12,
            "correctness",
            ("markdown", "core"),
            1,
            "fixed in round 3",
        ),
        Blocker("the queue loses closed items", "src/queue.js", 40, "correctness", ("core",), 1, "fixed in round 2"),
        Blocker("no test for an empty packet", None, None, "correctness", ("tests",), 2, "fixed in round 3"),
    )
    given: dict[str, Any] = {
        "item": run,
        "workflow": "parallel-review-apply",
        "backend": "pandacode",
        "max_rounds": 4,
        "columns": columns,
        "rows": rows,
        "cells": tuple(cells),
        "gates": (_gate(1, "reject", blockers[:2]), _gate(2, "reject", blockers[2:]), _gate(3, "approve", ())),
        "blockers": blockers,
        "landing": Landing(True, 5, 5, 9, ""),
        "verification": Verification(True, "npm test passed", True, (), None),
        "questions": (),
        "cause": (),
        "checkpoints": ("plan", "landed"),
        "auto_answers": 0,
        "resumed_from": None,
        "sessions": (Address("pandacode", "core-1"),),
        "streams": ("journal", "stderr"),
    }
    return RunDetail(**{**given, **fields})


def _cell(run: Address, key: str, number: int, mark: Mark) -> Cell:
    tried = () if mark is Mark.KEPT else (attempt(run.child(f"{key}-r{number}"), 1, mark),)
    return Cell(key, f"round-{number}", mark, "kept" if mark is Mark.KEPT else "", tried)


def _gate(number: int, decision: str, blockers: tuple[Blocker, ...]) -> Gate:
    return Gate(
        round=number,
        label="batch-review" if number == 1 else f"batch-review-r{number}",
        decision=decision,
        apply_ready=decision == "approve",
        files=("src/queue.js", "src/render.js"),
        file_count=2,
        verdicts=(("correctness", decision), ("owner-risk", "approve")),
        blockers=blockers,
        blocker_count=len(blockers),
        risks=(),
        owner_questions=(),
        preflight=None,
        at=NOW - 19_600 + 200 * number,
    )


def session_detail(of: Item | None = None, **fields: Any) -> SessionDetail:
    """A finished Codex session."""
    given: dict[str, Any] = {
        "item": of or session_item(),
        "runtime": "codex",
        "session": "core-1",
        "driver": "app-server",
        "thread_id": "0199-core",
        "model": "gpt-5.3-codex",
        "effort": "medium",
        "permission": "workspace-write",
        "owner_pid": 5105,
        "questions": (),
        "cause": (),
        "missing_artifacts": (),
        "streams": ("stderr", "prompt"),
    }
    return SessionDetail(**{**given, **fields})
