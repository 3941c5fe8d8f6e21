"""A run over several repos in full: rounds × repos, plans by round, both sides of contracts, the states. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

from odw_core.engines.odw.acc import NodeAcc, RunAcc
from odw_core.engines.odw.coordination import (
    FALLBACK,
    HITL,
    MISSING,
    OK,
    is_accepted,
    newest_plans,
    place_of,
    reached,
    repo_name,
    repos_of,
    round_of,
)
from odw_core.engines.odw.coordination_acc import (
    AnswerAcc,
    CallAcc,
    CampaignAcc,
    CoordinationAcc,
    PlanAcc,
    RoundAcc,
    SideAcc,
)
from odw_core.engines.odw.names import JOURNAL
from odw_core.engines.odw.roles import SPLIT
from odw_core.engines.state_graph import PAUSE, PROPOSE, WRITE, Turn, counted, state_graph
from odw_core.model.address import Address
from odw_core.model.cause import Cause
from odw_core.model.coordination import AgentCall, Graph, Mismatch, PlanRound, Side
from odw_core.model.detail import (
    Attempt,
    Blocker,
    Cell,
    Column,
    ColumnKind,
    Contract,
    Duty,
    Mark,
    Notice,
    Plan,
    Row,
    RunDetail,
)
from odw_core.text.ansi import one_line, plain

AttemptOf = Callable[[NodeAcc, int], Attempt]
_MARKS = {OK: Mark.DONE, HITL: Mark.NEEDS_OWNER, FALLBACK: Mark.FAILED, MISSING: Mark.SKIPPED}


def with_coordination(acc: RunAcc, known: CoordinationAcc, detail: RunDetail, attempt_of: AttemptOf) -> RunDetail:
    """``detail`` with everything that only such a run has."""
    grid = _Rounds(acc, known, detail, attempt_of)
    causes = (*detail.causes, *_causes(known, {one.kind for one in detail.causes}))
    lines = [f"{repo_name(plan.repo)}: {plain(plan.cause)}" for _, plan in newest_plans(known).values() if plan.cause]
    last = round_of(known)
    return replace(
        detail,
        resumed_from=detail.resumed_from or known.from_run or None,
        max_rounds=(last.max_rounds if last is not None else None) or known.max_rounds,
        columns=grid.columns(),
        rows=grid.rows(),
        cells=grid.cells(),
        blockers=tuple(_blockers(known)),
        cause=detail.cause or tuple(lines),
        causes=causes,
        plans=tuple(_plan(acc, known, repo) for repo in newest_plans(known)),
        duties=_duties(known),
        contracts=_contracts(known),
        mismatches=_mismatches(known),
        graph=_graph(acc, known, is_over=acc.has_exit),
        notices=(*_notices(known), *detail.notices),
    )


def calls_of(acc: RunAcc) -> tuple[AgentCall, ...]:
    """Every call of an agent, as the journal has it."""
    return tuple(_call(one) for one in acc.native.calls)


def _call(one: CallAcc) -> AgentCall:
    return AgentCall(
        key=one_line(one.key, 120),
        round=one.round,
        attempt=one.attempt,
        argv=tuple(plain(part) for part in one.argv),
        model=one.model or None,
        has_schema=one.has_schema,
        sandbox=one.sandbox,
        started_at=one.started_at,
        duration_s=None if one.duration_ms is None else one.duration_ms / 1000,
        exit_code=one.exit_code,
        stderr=one_line(one.stderr, 400),
        cause=plain(one.cause),
    )


class _Rounds:
    """Lays rounds and repos out as a grid."""

    def __init__(self, acc: RunAcc, known: CoordinationAcc, detail: RunDetail, attempt_of: AttemptOf) -> None:
        self._acc, self._known, self._detail, self._attempt_of = acc, known, detail, attempt_of
        self._repos = repos_of(known)
        plans = [plan for one in known.rounds for plan in one.plans.values()]
        self._by_base = {repo_name(repo): repo for repo in reversed(self._repos)} | {
            one.base: one.repo for one in plans
        }

    def rows(self) -> tuple[Row, ...]:
        found = [Row(repo, one_line(repo_name(repo), 120), "task") for repo in self._repos]
        if any(node.round and not node.task for node in self._acc.nodes.values()):
            found.insert(0, Row(SPLIT, "who does what", "planner"))
        return tuple(found)

    def columns(self) -> tuple[Column, ...]:
        rounds = self._known.rounds
        return tuple(self._column(at, one) for at, one in enumerate(rounds))

    def _column(self, at: int, one: RoundAcc) -> Column:
        is_last = at == len(self._known.rounds) - 1
        return Column(
            key=f"round-{one.number}",
            kind=ColumnKind.ROUND,
            title=f"round {one.number}",
            mark=self._column_mark(one, is_last=is_last),
            note=counted(len(one.reasons), "blocker") if one.reasons else one_line(one.status, 40).lower(),
            started_at=_seconds(one.began_ms),
            ended_at=_seconds(one.ended_ms),
            why="; ".join(filter(None, (self._why_began(at), plain(one.why), plain(one.after_why)))),
        )

    def _column_mark(self, one: RoundAcc, *, is_last: bool) -> Mark:
        if not one.status:
            return Mark.UNFINISHED if self._acc.has_exit or not is_last else Mark.RUNNING
        if one.status == HITL:
            waits = is_last and bool(self._acc.native.asked)
            return Mark.WAITING if waits else Mark.NEEDS_OWNER if is_last else Mark.REJECTED
        return Mark.FAILED if one.status == "FAILED" else Mark.DONE

    def _why_began(self, at: int) -> str:
        if at == 0:
            return "started because every run has a first round"
        before = self._known.rounds[at - 1]
        if before.answers:
            return f"started because a person answered {counted(len(before.answers), 'question')}"
        return f"started because of what round {before.number} found"

    def cells(self) -> tuple[Cell, ...]:
        found: list[Cell] = []
        nodes = {(self._row(node), node.round): node for node in self._acc.nodes.values() if node.round}
        for one in self._known.rounds:
            for row in (*self._repos, SPLIT):
                node, plan = nodes.get((row, one.number)), one.plans.get(row)
                if node is not None or plan is not None:
                    found.append(self._cell(row, one, node, plan))
        return tuple(found)

    def _row(self, node: NodeAcc) -> str:
        if not node.task:
            return SPLIT
        plans = [plan for one in self._known.rounds for plan in one.plans.values()]
        return next((one.repo for one in plans if one.key == node.key), self._by_base.get(node.task, node.task))

    def _cell(self, row: str, one: RoundAcc, node: NodeAcc | None, plan: PlanAcc | None) -> Cell:
        # Planners only read, so none of them leaves a diff.
        tried = (self._attempt_of(node, at) for at in range(len(node.attempts))) if node is not None else ()
        attempts = tuple(replace(each, streams=tuple(s for s in each.streams if s != "diff")) for each in tried)
        if attempts and (said := _said(attempts[-1].summary, row, one, plan)):
            attempts = (*attempts[:-1], replace(attempts[-1], summary=said))
        if plan is None:
            mark = attempts[-1].mark if attempts else Mark.UNFINISHED
            is_guess = row == SPLIT and one.split is not None and one.split.source == "heuristic"
            return Cell(row, f"round-{one.number}", mark, "fallback" if is_guess else "", attempts)
        if node is None and plan.sha256 and plan.sha256 == self._digest_before(row, one.number):
            # Its planner would have been told nothing new.
            return Cell(row, f"round-{one.number}", Mark.KEPT, "kept")
        return Cell(row, f"round-{one.number}", _MARKS.get(plan.status, Mark.FAILED), _note(plan), attempts)

    def _digest_before(self, repo: str, number: int) -> str:
        earlier = [one.plans[repo] for one in self._known.rounds if one.number < number and repo in one.plans]
        return earlier[-1].sha256 if earlier else ""


def _said(summary: str, row: str, one: RoundAcc, plan: PlanAcc | None) -> str:
    """What an agent said that answers with an object, in its words; empty where it said no such thing."""
    if not summary.lstrip().startswith("{"):
        return ""
    if plan is not None:
        return plain(plan.summary)
    if row == SPLIT and one.split is not None:
        return plain(one.split.rationale)
    try:
        told = json.loads(summary)
    except (ValueError, RecursionError):
        return ""
    found = (told.get(name) for name in ("summary", "rationale")) if isinstance(told, dict) else ()
    return next((plain(words) for words in found if isinstance(words, str) and words), "")


def _note(plan: PlanAcc) -> str:
    match plan.status:
        case "OK":
            return counted(len(plan.changes), "change")
        case "HITL_REQUIRED":
            return counted(len(plan.questions), "question")
        case "FALLBACK":
            return f"fallback: {one_line(plan.cause, 200) or 'no agent answered'}"
        case _:
            return one_line(plan.cause, 200) or one_line(plan.status, 40).lower()


def _causes(known: CoordinationAcc, kinds: set[str]) -> Iterator[Cause]:
    """Why plans are fallbacks: by the table of what breaks agents, else in their own words."""
    # Imported late: rows of thousands are made without it.
    from odw_core.diagnose.causes import cause_of

    for _, plan in newest_plans(known).values():
        if not plan.cause:
            continue
        what = f"no agent planned {repo_name(plan.repo)}"
        said = one_line(plan.cause, 400)
        cause = cause_of(plan.cause, file=JOURNAL, what=what) or Cause("fallback", f"{what}: {said}", "")
        if cause.kind not in kinds:
            kinds.add(cause.kind)
            yield cause


def _blockers(known: CoordinationAcc) -> Iterator[Blocker]:
    decided = [one for one in known.rounds if one.status]
    for at, one in enumerate(decided):
        for reason in one.reasons:
            fate = "open"
            later = next(
                (after for after in decided[at + 1 :] if reason.text not in [x.text for x in after.reasons]), None
            )
            stood = decided[at : decided.index(later) if later is not None else len(decided)]
            if any(is_accepted(there, reason.text, reason.kind) for there in stood):
                # What was accepted is no reason of the next round, and nobody fixed it.
                fate = "accepted as it is"
            elif later is not None:
                fate = f"fixed in round {later.number}"
            elif at + 1 < len(decided):
                fate = f"still there in round {decided[-1].number}"
            tasks = (repo_name(reason.repo),) if reason.repo else ()
            yield Blocker(plain(reason.text), None, None, reason.kind.replace("_", " "), tasks, one.number, fate)


def _plan(acc: RunAcc, known: CoordinationAcc, repo: str) -> Plan:
    one, plan = newest_plans(known)[repo]
    badge, is_doubtful = _badge(acc, plan)
    root = Address("odw", acc.run_id)
    return Plan(
        address=root.child(plan.key) if plan.key in acc.nodes else root,
        repo=repo,
        status=plan.status,
        badge=badge,
        is_doubtful=is_doubtful,
        markdown=plain(_markdown(plan)),
        prompt=None,
        evidence=tuple(_evidence(one, repo)),
        model=plan.model or None,
        causes=tuple(_causes(CoordinationAcc(rounds=[RoundAcc(one.number, plans={repo: plan})]), set())),
        rounds=tuple(_plan_rounds(acc, known, repo)),
    )


def _badge(acc: RunAcc, plan: PlanAcc) -> tuple[str, bool]:
    """Who wrote a plan, and whether that is not what was asked for."""
    if plan.status == FALLBACK:
        return f"fallback: {one_line(plan.cause, 200) or 'no agent answered'}", True
    if plan.status == MISSING:
        return "nobody: the repo is missing", True
    if plan.origin == "person":
        return "edited by a person", False
    node = acc.nodes.get(plan.key)
    who = one_line(node.runtime, 40) if node is not None else ""
    model = plan.model or (one_line(node.model, 80) if node is not None else "")
    named = who or plan.origin or "agent"
    return (f"{named} ({model})" if model else named), False


def _markdown(plan: PlanAcc) -> str:
    parts = [f"# {plan.repo}", plan.summary]
    if plan.changes:
        parts += ["## Proposed changes", "\n".join(f"- {change}" for change in plan.changes)]
    if plan.questions:
        parts += ["## Questions", "\n".join(f"- {asked}" for asked in plan.questions)]
    return "\n\n".join(part for part in parts if part)


def _evidence(one: RoundAcc, repo: str) -> Iterator[str]:
    found = next((known for known in one.repos if known.path == repo), None)
    if found is None:
        return
    yield f"type: {found.kind or 'unknown'}" if found.exists else "the repo is missing"
    if found.languages:
        yield "languages: " + ", ".join(f"{one_line(str(name), 40)} {count}" for name, count in found.languages)
    yield from (f"signal: {one_line(signal, 120)}" for signal in found.signals)
    yield from (one_line(said, 200) for said in (*found.evidence, *found.constraints))


def _plan_rounds(acc: RunAcc, known: CoordinationAcc, repo: str) -> Iterator[PlanRound]:
    told = _answers_to(known.known, repo)
    for one in known.rounds:
        plan = one.plans.get(repo)
        if plan is not None:
            yield PlanRound(
                number=one.number,
                status=plan.status,
                badge=_badge(acc, plan)[0],
                summary=plain(plan.summary),
                changes=tuple(map(plain, plan.changes)),
                questions=tuple(map(plain, plan.questions)),
                answers=tuple(told),
            )
            told = []
        told += _answers_to(one.answers, repo)


def _answers_to(answers: list[AnswerAcc], repo: str) -> list[tuple[str, str]]:
    return [(plain(answer.question), plain(answer.text)) for answer in answers if answer.repo == repo]


def _duties(known: CoordinationAcc) -> tuple[Duty, ...]:
    split = next((one.split for one in reversed(known.rounds) if one.split is not None), None)
    if split is None:
        return ()
    # A journal sorts its keys; people gave their repos an order.
    order = {repo: place for place, repo in enumerate(repos_of(known))}
    given = sorted(split.assignments.items(), key=lambda one: order.get(one[0], len(order)))
    return tuple(Duty(repo, tuple(duties)) for repo, duties in given)


def _aligned(known: CoordinationAcc) -> RoundAcc | None:
    return next((one for one in reversed(known.rounds) if one.has_contracts), None)


def _contracts(known: CoordinationAcc) -> tuple[Contract, ...]:
    one = _aligned(known)
    found = one.contracts if one is not None else []
    return tuple(
        Contract(
            at.repo,
            tuple(at.declared),
            tuple(at.consumed),
            tuple(at.artifacts),
            tuple((name, _side(side)) for name, side in at.places.items()),
        )
        for at in found
    )


def _mismatches(known: CoordinationAcc) -> tuple[Mismatch, ...]:
    one = _aligned(known)
    return tuple(
        Mismatch(issue.kind, plain(issue.id), plain(issue.text), _sides(issue.declared), _sides(issue.consumed))
        for issue in (one.issues if one is not None else ())
    )


def _sides(sides: list[SideAcc]) -> tuple[Side, ...]:
    return tuple(map(_side, sides))


def _side(one: SideAcc) -> Side:
    return Side(one.repo, plain(one.path), one.line, plain(one.text))


def _graph(acc: RunAcc, known: CoordinationAcc, *, is_over: bool) -> Graph:
    turns = [_turn(acc, known, at) for at in range(len(known.rounds))]
    last = round_of(known)
    notes = {} if last is None else _graph_notes(known, last)
    lit = WRITE if known.stamp else place_of(acc, known)
    return state_graph(turns, lit, notes=notes, is_over=is_over)


def _turn(acc: RunAcc, known: CoordinationAcc, at: int) -> Turn:
    one, is_last = known.rounds[at], at == len(known.rounds) - 1
    way = {"propose": PROPOSE, "pause": PAUSE, "write": WRITE}.get(one.next, "")
    after = one.after_pause or (PROPOSE if way == PAUSE and not is_last else "")
    if way == PAUSE and is_last and not after and known.stamp:
        after = WRITE
    why = plain(one.after_why or one.why)
    if way == PAUSE and one.answers:
        said = [f"{one_line(answer.question, 200)} {one_line(answer.text, 200)}" for answer in one.answers]
        why = f"a person answered: {said[0]}" + (f" (and {len(said) - 1} more)" if len(said) > 1 else "")
    return Turn(one.number, reached(acc, known, one), way, why, after)


def _graph_notes(known: CoordinationAcc, last: RoundAcc) -> dict[str, str]:
    fine = sum(plan.status == OK for plan in last.plans.values())
    notes = {
        "collect": counted(len(known.repos), "repo"),
        "propose": "" if last.split is None else "by an agent" if last.split.source == "agent" else "a fallback",
        "plan": f"{fine} of {len(known.repos)} OK" if last.plans else "",
        "align": counted(len(last.issues), "issue") if last.has_contracts else "",
        "decide": one_line(last.status, 40),
        "write": counted(known.files, "file") if known.files is not None else "",
    }
    if last.reasons:
        # What a person is needed for says more than the word for it, and there is space for one of them.
        notes["decide"] = counted(len(last.reasons), "blocker")
    return notes


def approval_notices(known: CoordinationAcc | CampaignAcc) -> Iterator[Notice]:
    """Which plans were changed and approved, by whom."""
    for edit in known.edits:
        yield Notice(f"the plan of {repo_name(edit.repo)} was edited before it was approved ({edit.after[:12]})")
    if known.approved:
        by = f" by {known.approved_by}" if known.approved_by else ""
        named = ", ".join(f"{repo_name(repo)} {digest[:12]}" for repo, digest in known.approved.items())
        yield Notice(f"plans approved{by}: {named}")


def _notices(known: CoordinationAcc) -> Iterator[Notice]:
    if known.from_run:
        yield Notice(f"it goes on with {known.from_run}")
    yield from map(_answered, known.known)
    for one in known.rounds:
        if one.split is not None and one.split.source == "heuristic":
            why = f": {one_line(one.split.cause, 300)}" if one.split.cause else ""
            yield Notice(f"round {one.number}: the split is a fallback{why}", True)
        for risk in one.split.risks if one is known.rounds[-1] and one.split is not None else ():
            yield Notice(f"risk: {plain(risk)}", True)
        yield from map(_answered, one.answers)
        for taken in one.accepted:
            yield Notice(f"accepted as it is: {taken}")
    yield from approval_notices(known)
    if known.stamp:
        yield Notice(f"written for others as converge:{known.stamp}, {counted(known.files or 0, 'file')}")


def _answered(answer: AnswerAcc) -> Notice:
    by = f" by {answer.by}" if answer.by else ""
    return Notice(f"answered{by}: {one_line(answer.question, 200)}: {one_line(answer.text, 300)}")


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
