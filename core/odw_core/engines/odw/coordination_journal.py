"""Folds what only runs over several repos write down: rounds, plans, contracts, campaigns, calls of agents. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from odw_core.engines.loose import Json, flag, integer, mapping, objects, sequence, text, texts
from odw_core.engines.odw.acc import NodeAcc, RunAcc
from odw_core.engines.odw.coordination_acc import (
    AnswerAcc,
    BatchAcc,
    CallAcc,
    CampaignAcc,
    CampaignRepoAcc,
    CoordinationAcc,
    EditAcc,
    IssueAcc,
    MapAcc,
    PlanAcc,
    ReasonAcc,
    RepoAcc,
    RoundAcc,
    ScenarioAcc,
    SideAcc,
    SplitAcc,
)
from odw_core.engines.state_graph import PAUSE
from odw_core.text.ansi import one_line

_MOST, _MOST_ROUNDS, _MOST_CALLS, _MOST_IDS = 200, 50, 1_000, 500
"""Repos, rounds, calls and contracts that are kept: a journal is foreign text like any other."""
_LINE, _TEXT = 400, 4_000
_MOST_SCENARIOS = 10_000
_END = re.compile(
    r"^\[[^\]]{1,40}\] END +(?P<index>\d{1,6})/\d{1,6} (?P<status>[A-Z_]{1,20}) (?P<took>\d{1,9}\.\d)s (?P<title>.+)$"
)


def fold_coordination(acc: RunAcc, kind: str, event: Json, ts_ms: int | None) -> None:
    """One event. Never raises; unknown kinds say nothing."""
    match kind:
        case "agent_call":
            _call(acc, event)
        case "batch" | "batch_stopping" | "scenario_event":
            _batch(acc, kind, event)
        case "campaign" | "campaign_repo":
            _campaign(acc, kind, event, ts_ms)
        case "coordination":
            known = _known(acc)
            known.goal = text(event, "goal")[:_TEXT]
            known.repos = texts(event, "repos")[:_MOST]
            known.from_run = one_line(text(event, "from_run"), 200)
            known.mode, known.max_rounds = one_line(text(event, "mode"), 40), integer(event, "max_rounds")
        case "coordination_repos" | "coordination_split" | "coordination_plan" | "coordination_contracts":
            _of_round(acc, kind, event, ts_ms)
        case "coordination_decided":
            _decided(acc, event, ts_ms)
        case "coordination_answered" | "coordination_accepted":
            _told(acc, kind, event)
        case "campaign_contracts" if acc.native.campaign is not None:
            said = (one_line(text(one, "text"), _LINE) for one in objects(event, "new")[:_MOST])
            acc.native.campaign.misfits = [*dict.fromkeys((*acc.native.campaign.misfits, *said))][:_MOST]
        case "plan_edited":
            _edited(acc.native.campaign or _known(acc), event)
        case "plans_approved":
            about = acc.native.campaign or _known(acc)
            about.approved = {text(one, "repo"): text(one, "sha256") for one in objects(event, "plans")[:_MOST]}
            about.approved_by = one_line(text(event, "by"), 200)
            acc.last_words = f"{len(about.approved)} plans approved"
        case "handoff_written":
            (acc.native.campaign or _known(acc)).handoff = one_line(text(event, "folder"), _LINE)
        case "coordination_written":
            known = _known(acc)
            known.stamp, known.files = one_line(text(event, "stamp"), 60), integer(event, "files")
        case _:
            pass


def place_node(acc: RunAcc, node: NodeAcc) -> None:
    """What an agent of such a run is for: its key names the repo and the round, ``plan-<base>-r<N>``."""
    if acc.native.coordination is None:
        return
    head, _, number = node.key.rpartition("-r")
    if not number.isdecimal() or not number.isascii() or len(number) > 4:
        return
    kind, _, base = head.partition("-")
    if kind in ("plan", "split"):
        node.task, node.round = base if kind == "plan" else "", int(number)


def _known(acc: RunAcc) -> CoordinationAcc:
    if acc.native.coordination is None:
        acc.native.coordination = CoordinationAcc()
    return acc.native.coordination


def _round(acc: RunAcc, event: Json) -> RoundAcc | None:
    """The round an event is about; None where there are too many."""
    rounds = _known(acc).rounds
    number = max(integer(event, "round") or 1, 1)
    found = next((one for one in reversed(rounds) if one.number == number), None)
    if found is None and len(rounds) < _MOST_ROUNDS:
        found = RoundAcc(number)
        rounds.append(found)
        rounds.sort(key=lambda one: one.number)
    return found


def _of_round(acc: RunAcc, kind: str, event: Json, ts_ms: int | None) -> None:
    found = _round(acc, event)
    if found is None:
        return
    found.began_ms = found.began_ms if found.began_ms is not None else ts_ms
    match kind:
        case "coordination_repos":
            found.repos = [_repo(one) for one in objects(event, "repos")[:_MOST]]
            acc.last_words = f"looked at {len(found.repos)} repos"
        case "coordination_split":
            found.split = _split(event)
            acc.last_words = one_line(f"split: {found.split.rationale}", _LINE)
        case "coordination_plan" if len(found.plans) < _MOST or text(event, "repo") in found.plans:
            plan = found.plans[text(event, "repo")] = _plan(event)
            words = plan.cause or plan.summary
            acc.last_words = one_line(f"{plan.base or plan.repo}: {words}", _LINE)
        case "coordination_contracts":
            found.has_contracts = True
            found.contracts = [_map(one) for one in objects(event, "repos")[:_MOST]]
            found.issues = [_issue(one) for one in objects(event, "issues")[:_MOST]]
        case _:
            pass


def _repo(of: Json) -> RepoAcc:
    languages = [one for one in sequence(of, "languages") if isinstance(one, list) and len(one) == 2]
    return RepoAcc(
        text(of, "path"),
        flag(of, "exists") is not False,
        one_line(text(of, "kind"), 60),
        texts(of, "signals")[:_MOST],
        [[str(name)[:60], count] for name, count in languages[:40]],
        [one[:_LINE] for one in texts(of, "evidence")[:_MOST]],
        [one[:_LINE] for one in texts(of, "constraints")[:_MOST]],
    )


def _split(event: Json) -> SplitAcc:
    given = mapping(event, "assignments")
    return SplitAcc(
        source=one_line(text(event, "source"), 40),
        cause=text(event, "cause")[:_TEXT],
        assignments={repo: [one[:_LINE] for one in texts(given, repo)[:_MOST]] for repo in [*given][:_MOST]},
        rationale=text(event, "rationale")[:_TEXT],
        risks=[one[:_TEXT] for one in texts(event, "risks")[:_MOST]],
        questions=[one[:_TEXT] for one in texts(event, "questions")[:_MOST]],
    )


def _plan(event: Json) -> PlanAcc:
    return PlanAcc(
        repo=text(event, "repo"),
        base=text(event, "base")[:_LINE],
        status=one_line(text(event, "status"), 60),
        origin=one_line(text(event, "origin"), 60),
        cause=text(event, "cause")[:_TEXT],
        summary=text(event, "summary")[:_TEXT],
        changes=[one[:_TEXT] for one in texts(event, "changes")[:_MOST]],
        questions=[one[:_TEXT] for one in texts(event, "questions")[:_MOST]],
        key=text(event, "key"),
        model=one_line(text(event, "model"), 80),
        sha256=one_line(text(event, "sha256"), 80),
    )


def _edited(known: CoordinationAcc | CampaignAcc, event: Json) -> None:
    """A person rewrote a plan before it was approved: from then on it is the plan."""
    repo, before = text(event, "repo"), text(event, "sha256_before")
    if len(known.edits) < _MOST:
        known.edits.append(EditAcc(repo, before, text(event, "sha256")))
    plans = known.rounds[-1].plans if isinstance(known, CoordinationAcc) and known.rounds else {}
    if repo in plans and "summary" in event:
        plans[repo] = replace(_plan(event), base=plans[repo].base, key=plans[repo].key, model=plans[repo].model)


def _map(of: Json) -> MapAcc:
    repo, artifacts = text(of, "repo_path"), objects(of, "artifacts")[:_MOST_IDS]
    places: dict[str, SideAcc] = {}
    declared = ({"path": text(one, "path"), **use} for one in artifacts for use in objects(one, "ids"))
    for use in (*declared, *objects(of, "consumed")):
        if len(places) < _MOST_IDS:
            places.setdefault(text(use, "id")[:_LINE], _side({**use, "repo": repo}))
    return MapAcc(
        repo,
        texts(of, "declared_contract_ids")[:_MOST_IDS],
        texts(of, "consumed_contract_ids")[:_MOST_IDS],
        [text(one, "path") for one in artifacts],
        places,
    )


def _issue(of: Json) -> IssueAcc:
    return IssueAcc(
        one_line(text(of, "kind"), 60),
        text(of, "id")[:_LINE],
        text(of, "text")[:_TEXT],
        [_side(one) for one in objects(of, "declared")[:_MOST]],
        [_side(one) for one in objects(of, "consumed")[:_MOST]],
    )


def _side(of: Json) -> SideAcc:
    return SideAcc(text(of, "repo"), text(of, "path")[:_LINE], integer(of, "line"), text(of, "text")[:_LINE])


def _decided(acc: RunAcc, event: Json, ts_ms: int | None) -> None:
    found = _round(acc, event)
    if found is None:
        return
    goes, why = one_line(text(event, "next"), 40), text(event, "why")[:_TEXT]
    if found.next == PAUSE and goes != PAUSE:
        # It was decided once more after people had said something: what stood against it stays told.
        found.after_pause, found.after_why = goes, why
    else:
        found.ended_ms, found.next, found.why = ts_ms, goes, why
        found.reasons = [
            ReasonAcc(one_line(text(one, "kind"), 60), text(one, "repo"), text(one, "text")[:_TEXT])
            for one in objects(event, "reasons")[:_MOST]
        ]
    found.status = one_line(text(event, "status"), 60)
    # A person's answer grants a round beyond the ceiling.
    found.max_rounds = integer(event, "max_rounds")
    acc.last_words = one_line(f"round {found.number}: {found.status}, {why}", _LINE)


def _told(acc: RunAcc, kind: str, event: Json) -> None:
    """What a person said after the last round that was decided, or before the first."""
    known = _known(acc)
    last = known.rounds[-1] if known.rounds else None
    if kind == "coordination_accepted":
        if last is not None:
            last.accepted = [one_line(one, _LINE) for one in _accepted(event)][:_MOST]
        return
    answers = known.known if last is None else last.answers
    for one in objects(event, "answers")[:_MOST]:
        told = AnswerAcc(
            text(one, "question")[:_TEXT], text(one, "repo"), text(one, "text")[:_TEXT], one_line(text(one, "by"), 200)
        )
        if told not in answers and len(answers) < _MOST:
            answers.append(told)


def _accepted(event: Json) -> list[str]:
    told = [text(one, "text") or text(one, "kind") for key in ("reasons", "accepted") for one in objects(event, key)]
    return [one for one in (*texts(event, "reasons"), *texts(event, "accepted"), *told) if one]


def _call(acc: RunAcc, event: Json) -> None:
    if len(acc.native.calls) >= _MOST_CALLS:
        return
    started = event.get("started_at")
    is_time = isinstance(started, int | float) and not isinstance(started, bool) and 0 <= started < 1e12
    call = CallAcc(
        key=text(event, "key"),
        round=integer(event, "round"),
        attempt=integer(event, "attempt") or 1,
        argv=[one[:_LINE] for one in texts(event, "argv")[:100]],
        model=one_line(text(event, "model"), 80),
        has_schema=flag(event, "schema") is True,
        sandbox=one_line(text(event, "sandbox"), 60),
        started_at=float(started) if is_time and isinstance(started, int | float) else None,
        duration_ms=integer(event, "duration_ms"),
        exit_code=integer(event, "exit_code"),
        stderr=text(event, "stderr")[:_LINE],
        cause=text(event, "cause")[:_TEXT],
    )
    # The same call told again after a restart is the same call.
    calls = [one for one in acc.native.calls if (one.key, one.attempt) != (call.key, call.attempt)]
    acc.native.calls = [*calls, call]


def _batch(acc: RunAcc, kind: str, event: Json) -> None:
    known = acc.native.batch = acc.native.batch or BatchAcc()
    if kind == "batch":
        planned = [one for one in sequence(event, "planned") if isinstance(one, int) and not isinstance(one, bool)]
        known.planned, known.jobs = planned[:_MOST_SCENARIOS], max(integer(event, "jobs") or 1, 1)
        known.model = one_line(text(event, "model"), 80)
        return
    if kind == "batch_stopping":
        known.is_stopping = True
        return
    line = text(event, "line")[:_LINE]
    acc.last_words = one_line(line, _LINE) or acc.last_words
    if (match := _END.match(line)) is not None and len(known.ended) < _MOST_SCENARIOS:
        known.ended[match["index"]] = ScenarioAcc(match["status"], float(match["took"]), one_line(match["title"], 200))


def _campaign(acc: RunAcc, kind: str, event: Json, ts_ms: int | None) -> None:
    known = acc.native.campaign = acc.native.campaign or CampaignAcc()
    if kind == "campaign":
        known.holds_landings = flag(event, "hold_landings") is True
        known.from_run, known.again = one_line(text(event, "from_run"), 200), one_line(text(event, "again"), 200)
        for one in objects(event, "repos")[:_MOST]:
            repo = text(one, "repo")
            found = known.repos.setdefault(repo, CampaignRepoAcc(repo, []))
            found.after, found.name = texts(one, "after")[:_MOST], one_line(text(one, "name"), 120)
            found.has_landed_before = flag(one, "has_landed") is True
        return
    repo = text(event, "repo")
    if repo not in known.repos and len(known.repos) >= _MOST:
        return
    found = known.repos.setdefault(repo, CampaignRepoAcc(repo, []))
    found.run = text(event, "run") or found.run
    found.state, found.why = one_line(text(event, "state"), 40) or found.state, text(event, "why")[:_TEXT]
    found.is_left, found.asks = flag(event, "is_left") is True, text(event, "asks")[:_TEXT]
    if ts_ms is not None and len(found.at_ms) < _MOST:
        found.at_ms.setdefault(found.state, ts_ms)
    said = f"{found.name or one_line(repo, 120).rstrip('/').rpartition('/')[2]}: {found.state}"
    acc.last_words = one_line(f"{said}, {found.why}" if found.why else said, _LINE)
