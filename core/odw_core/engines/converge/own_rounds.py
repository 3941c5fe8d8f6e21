"""What runs of ours say of every round in ``run.json``, beside what upstream writes there. Pure; never raises, and says
nothing of a record that is upstream's own."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.engines.converge.acc import RunAcc, ToldIssue, ToldPlan, ToldReason, ToldRepo, ToldRound, ToldSide
from odw_core.engines.coordination_words import (
    FALLBACK,
    MISSING,
    fate_of,
    is_answered,
    mismatches,
    no_agent,
    plan_mark,
    plan_note,
    why_after,
)
from odw_core.engines.loose import Json, flag, integer, objects, sequence, text, texts
from odw_core.engines.state_graph import DECIDE, PAUSE, PROPOSE, WRITE, Turn
from odw_core.model.coordination import Mismatch, PlanRound
from odw_core.model.detail import Blocker, Mark
from odw_core.text.ansi import one_line, plain

_MOST_ROUNDS, _MOST = 50, 200
_LINE, _TEXT = 400, 4_000
_PERSON, _AGENT = "person", "agent"
_NO_AGENT = ("fallback", "no_plan", "missing_repo", "failed")
_WAYS = {"propose": PROPOSE, "pause": PAUSE, "write": WRITE}


def told_rounds(fields: Json) -> list[ToldRound]:
    """The rounds that the record tells of, oldest first; none where no run of ours wrote it."""
    if not text(fields, "odw_run"):
        return []
    return [_round(one) for one in objects(fields, "rounds")[:_MOST_ROUNDS]]


def _round(of: Json) -> ToldRound:
    return ToldRound(
        number=max(integer(of, "round") or 1, 1),
        status=one_line(text(of, "status"), 60),
        repos=[_repo(one) for one in objects(of, "repos")[:_MOST]],
        plans=[_plan(one) for one in objects(of, "plans")[:_MOST]],
        issues=[_issue(one) for one in objects(of, "issues")[:_MOST]],
        reasons=_reasons(of, "reasons"),
        accepted=_reasons(of, "accepted"),
        answers=[
            [
                text(one, "repo"),
                text(one, "question")[:_TEXT],
                text(one, "text")[:_TEXT],
                one_line(text(one, "by"), 200),
            ]
            for one in objects(of, "answers")[:_MOST]
        ],
        ways=[[one_line(text(one, "next"), 40), text(one, "why")[:_TEXT]] for one in objects(of, "ways")[:_MOST]],
    )


def _repo(of: Json) -> ToldRepo:
    languages = [one for one in sequence(of, "languages") if isinstance(one, list) and len(one) == 2]
    return ToldRepo(
        text(of, "path"),
        flag(of, "exists") is not False,
        one_line(text(of, "kind"), 60),
        [one_line(one, 120) for one in texts(of, "signals")[:_MOST]],
        [f"{one_line(str(name), 40)} {one_line(str(count), 20)}" for name, count in languages[:40]],
        [one_line(one, 200) for name in ("evidence", "constraints") for one in texts(of, name)[:_MOST]],
    )


def _plan(of: Json) -> ToldPlan:
    return ToldPlan(
        text(of, "repo"),
        one_line(text(of, "status"), 60),
        one_line(text(of, "origin"), 60),
        text(of, "cause")[:_TEXT],
        text(of, "summary")[:_TEXT],
        [one[:_TEXT] for one in texts(of, "changes")[:_MOST]],
        [one[:_TEXT] for one in texts(of, "questions")[:_MOST]],
        one_line(text(of, "model"), 80),
        one_line(text(of, "sha256"), 80),
        one_line(text(of, "key"), 200),
    )


def _issue(of: Json) -> ToldIssue:
    sides = ([_side(one) for one in objects(of, key)[:_MOST]] for key in ("declared", "consumed"))
    declared, consumed = sides
    return ToldIssue(
        one_line(text(of, "kind"), 60), text(of, "id")[:_LINE], text(of, "text")[:_TEXT], declared, consumed
    )


def _side(of: Json) -> ToldSide:
    return ToldSide(text(of, "repo"), text(of, "path")[:_LINE], integer(of, "line"), text(of, "text")[:_LINE])


def _reasons(of: Json, key: str) -> list[ToldReason]:
    return [
        ToldReason(one_line(text(one, "kind"), 60), text(one, "repo"), text(one, "text")[:_TEXT])
        for one in objects(of, key)[:_MOST]
    ]


def told_of(acc: RunAcc, number: int) -> ToldRound | None:
    """What the record tells of a round."""
    return next((one for one in acc.told if one.number == number), None)


def told_plan(acc: RunAcc, repo: str) -> ToldPlan | None:
    """The plan of a repo as the last round left it."""
    return next((one for one in acc.told[-1].plans if one.repo == repo), None) if acc.told else None


def is_taken(acc: RunAcc, kind: str, repo: str | None, said: str) -> bool:
    """Whether a person took as it is what stands in the way, by name; upstream knows no such thing."""
    taken = [one for told in acc.told for one in told.accepted]
    if any((one.kind, one.repo, one.text) == (kind, repo or "", said) for one in taken):
        return True
    plan = told_plan(acc, repo) if repo and kind == "question" else None
    # A plan that no agent gave asks its cause in upstream's files.
    is_guess = plan is not None and plan.status in (FALLBACK, MISSING)
    return is_guess and any(one.repo == repo and one.kind in _NO_AGENT for one in taken)


def reasons_in(acc: RunAcc, told: ToldRound) -> list[ToldReason]:
    """What stood against an agreement when a round was decided, also what a person accepted afterwards."""
    before = {(one.kind, one.text) for other in acc.told if other.number < told.number for one in other.accepted}
    later = [one for one in told.accepted if (one.kind, one.text) not in before]
    return [*told.reasons, *later]


def own_badge(acc: RunAcc, told: ToldPlan) -> str:
    """Who wrote a plan of a run of ours."""
    if told.status == FALLBACK:
        return f"fallback: {no_agent(told.cause)}"
    if told.status == MISSING:
        return "nobody: the repo is missing"
    if told.origin == _PERSON:
        return "edited by a person"
    who = acc.agent or _AGENT if told.origin in (_AGENT, "") else told.origin
    return f"{who} ({told.model})" if told.model else who


def own_plan_rounds(acc: RunAcc, repo: str) -> Iterator[PlanRound]:
    """The plan of a repo as each round left it."""
    answered: list[tuple[str, str]] = []
    for one in acc.told:
        for plan in one.plans:
            if plan.repo == repo:
                yield PlanRound(
                    number=one.number,
                    status=plan.status,
                    badge=own_badge(acc, plan),
                    summary=plain(plan.summary),
                    changes=tuple(map(plain, plan.changes)),
                    questions=tuple(map(plain, plan.questions)),
                    answers=tuple(answered),
                )
                answered = []
        answered += [(plain(asked), plain(said)) for who, asked, said, _ in one.answers if who == repo]


def own_blockers(acc: RunAcc) -> tuple[Blocker, ...]:
    """What stood in the way of every round, and what became of it."""
    against = [(told, reasons_in(acc, told)) for told in acc.told]
    return tuple(
        _blocker(told, reason, [*against[at:]]) for at, (told, reasons) in enumerate(against) for reason in reasons
    )


def _blocker(told: ToldRound, reason: ToldReason, since: list[tuple[ToldRound, list[ToldReason]]]) -> Blocker:
    gone = next((one for one, reasons in since if reason.text not in [x.text for x in reasons]), None)
    stood = [one for one, _ in since if gone is None or one.number < gone.number]
    fate = fate_of(
        is_accepted=any(reason in one.accepted for one in stood),
        fixed_in=gone.number if gone is not None else None,
        still_in=since[-1][0].number if len(since) > 1 else None,
    )
    tasks = (reason.repo,) if reason.repo else ()
    return Blocker(plain(reason.text), None, None, reason.kind.replace("_", " "), tasks, told.number, fate)


def own_cells(acc: RunAcc, told: ToldRound) -> Iterator[tuple[ToldPlan, Mark, str]]:
    """Every plan of a round with its mark and what there is to say of it in a few words."""
    before = {plan.repo: plan.sha256 for one in acc.told if one.number < told.number for plan in one.plans}
    for plan in told.plans:
        is_asked = not plan.key or plan.key.endswith(f"-r{told.number}")
        if not is_asked and is_answered(plan) and plan.sha256 and plan.sha256 == before.get(plan.repo):
            yield plan, Mark.KEPT, "kept"
        else:
            yield plan, plan_mark(plan), plan_note(plan)


def own_turn(acc: RunAcc, told: ToldRound) -> Turn | None:
    """Where a round went and why; None where the record does not say."""
    if not told.ways:
        return None
    is_last = told is acc.told[-1]
    way, why = _WAYS.get(told.ways[0][0], ""), plain(told.ways[-1][1])
    after = ""
    if way == PAUSE:
        after = _WAYS.get(told.ways[-1][0], "") if len(told.ways) > 1 else WRITE if is_last else PROPOSE
        if told.answers:
            why = why_after([(asked, answer) for _, asked, answer, _ in told.answers])
    return Turn(told.number, DECIDE, way, why, after)


def own_evidence(acc: RunAcc, repo: str) -> Iterator[str]:
    """What was found in a repo before the last round, with counts and the files that show it."""
    found = next((one for one in acc.told[-1].repos if one.path == repo), None) if acc.told else None
    if found is None:
        return
    yield f"type: {found.kind or 'unknown'}" if found.exists else "the repo is missing"
    if found.languages:
        yield f"languages: {', '.join(found.languages)}"
    yield from (f"signal: {signal}" for signal in found.signals)
    yield from found.evidence


def own_mismatches(acc: RunAcc) -> tuple[Mismatch, ...]:
    """Every contract issue of the last round with both of its sides."""
    return mismatches(acc.told[-1].issues if acc.told else ())
