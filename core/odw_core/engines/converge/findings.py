"""Where what was configured, claimed and written do not fit together, each with its proof; and what to know. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.engines.converge.acc import LogAcc, RunAcc
from odw_core.engines.converge.badge import ONLY_A_LOG, badge_of, last_planned, origin_of
from odw_core.engines.converge.blockers import EMPTY_SPLIT, stops
from odw_core.engines.converge.names import (
    CONSTRAINTS,
    CONTRACTS,
    CONVERGED,
    FAILED,
    HITL,
    MATRIX,
    RECORD,
    SUMMARY,
    short,
)
from odw_core.engines.converge.plans import colliding, folder_of
from odw_core.engines.converge.saved_log import all_fails
from odw_core.engines.converge.standing import NOT_RECOMPUTED
from odw_core.engines.converge.ties import task_of
from odw_core.engines.loose import objects, parse_object
from odw_core.model.cause import Proof
from odw_core.model.detail import Notice
from odw_core.text.ansi import one_line

_NAMES = 160


def findings_of(acc: RunAcc) -> tuple[Notice, ...]:
    """Every contradiction between the files of a run, its log and its task."""
    if not acc.has_record:
        return ()
    found = [*_of_rounds(acc), *_of_repos(acc), *_of_status(acc), *_of_plans(acc), *_of_files(acc)]
    if acc.log is not None:
        found += _of_log(acc, acc.log)
    return tuple(found)


def _record(acc: RunAcc, key: str, text: str) -> Proof:
    return Proof(RECORD, acc.lines.get(key, 1), text)


def _of_rounds(acc: RunAcc) -> Iterator[Notice]:
    happened, of = acc.round, acc.max_rounds
    said = _record(acc, "round", f'"round": {happened}, "max_rounds": {of}')
    if happened is not None and of is not None:
        if happened > of:
            yield Notice(f"{happened} rounds happened, though {of} were allowed", True, said)
        is_paused = bool(acc.pauses) or acc.decision is not None or any(one.is_interrupt for one in acc.rounds)
        if acc.status == HITL and happened < of and not is_paused:
            yield Notice(f"it stopped in round {happened} of {of}, though a person is required", True, said)
    if acc.rounds and happened is not None and len(acc.rounds) != happened:
        text = f"run.json counts {happened} rounds, its events show {len(acc.rounds)}"
        yield Notice(text, True, _record(acc, "events", '"events"'))


def _of_repos(acc: RunAcc) -> Iterator[Notice]:
    planned = [plan.repo for plan in acc.plans]
    proof = _record(acc, "repo_plans", '"repo_plans"')
    if acc.has_constraints and acc.repos:
        asked = [repo.path for repo in acc.repos]
        if missing := [repo for repo in asked if repo not in planned]:
            yield Notice(f"no plan for {_names(missing)}, though it was asked for", True, proof)
        if extra := [repo for repo in planned if repo not in asked]:
            yield Notice(f"a plan for {_names(extra)}, which constraints.json does not name", True, proof)
    said = acc.rounds[-1].plans if acc.rounds else None
    if said is not None and said != len(planned):
        yield Notice(f"the last round says {said} plans, run.json holds {len(planned)}", True, proof)
    assigned = [duty.repo for duty in acc.duties]
    if strange := [repo for repo in assigned if planned and repo not in planned]:
        text = f"the responsibility matrix names {_names(strange)}, which is none of the repos"
        yield Notice(text, True, Proof(MATRIX, 1, one_line(strange[0], 200)))


def _of_status(acc: RunAcc) -> Iterator[Notice]:
    proof = _record(acc, "status", f'"status": "{one_line(acc.status, 60)}"')
    found = stops(acc)
    open_plans = [plan.repo for plan in acc.plans if plan.status == HITL]
    failed = [plan.repo for plan in acc.plans if plan.status == FAILED]
    if acc.status == CONVERGED and (found or open_plans or failed) and not _is_accepted(acc):
        what = _names(open_plans + failed) or one_line(found[0].text, _NAMES)
        yield Notice(f"the run says CONVERGED, though this is open: {what}", True, proof)
    if acc.status == HITL and not found and not open_plans:
        yield Notice("the run says HITL_REQUIRED, and no file says why", True, proof)
    if failed and acc.status not in (FAILED, CONVERGED):
        yield Notice(f"the plan of {_names(failed)} failed, though the run says {acc.status}", True, proof)
    for plan in acc.plans:
        if bool(plan.questions) != (plan.status == HITL) and plan.status in ("OK", HITL):
            text = f"the plan of {_names([plan.repo])} says {plan.status} with {len(plan.questions)} questions"
            yield Notice(text, True, Proof(RECORD, plan.line, f'"repo_path": "{one_line(plan.repo, 200)}"'))
    last = acc.rounds[-1].status if acc.rounds else None
    if last is not None and last != acc.status:
        yield Notice(f"its last round ended {one_line(last, 60)}, the run says {one_line(acc.status, 60)}", True, proof)


def _is_accepted(acc: RunAcc) -> bool:
    """Whether a person took what is open as it is, by name; upstream knows no such thing."""
    decision = parse_object((acc.decision or "").encode("utf-8", "surrogatepass"))
    return decision is not None and bool(objects(decision, "accepted"))


def _of_plans(acc: RunAcc) -> Iterator[Notice]:
    for plan in acc.plans:
        name, proof = _names([plan.repo]), Proof(RECORD, plan.line, f'"repo_path": "{one_line(plan.repo, 200)}"')
        if plan.model and plan.candidates and plan.candidates[0] != plan.model:
            asked = one_line(plan.candidates[0], 60)
            yield Notice(f"{name}: asked for {asked} first, {one_line(plan.model, 60)} answered", True, proof)
        if origin_of(plan) == "heuristic" and plan.provider == "codex" and plan.status == "OK":
            planned = last_planned(acc, plan.repo)
            why = badge_of(acc, plan).words.removeprefix("heuristic: ") if planned is not None else ""
            because = f", though {why} and" if why and planned is not None and planned.fails else ", though"
            line = planned.fails[-1] if planned is not None and planned.fails else None
            where = Proof(acc.log.path, line.line, one_line(line.text, 400)) if acc.log and line else proof
            yield Notice(f"the plan of {name} says OK{because} a heuristic wrote it", True, where)


def _of_files(acc: RunAcc) -> Iterator[Notice]:
    if acc.has_map and acc.analysis and acc.map and acc.map != acc.analysis:
        yield Notice("contract-map.json differs from what run.json says of contracts", True, Proof(CONTRACTS, 1, "{"))
    counted = acc.rounds[-1].issues if acc.rounds else None
    if counted is not None and acc.analysis and counted != len(acc.issues):
        text = f"the last round counts {counted} contract issues, run.json names {len(acc.issues)}"
        yield Notice(text, True, _record(acc, "contract_analysis", '"contract_analysis"'))
    if acc.summary_status and acc.summary_status != acc.status:
        said = one_line(acc.summary_status, 60)
        proof = Proof(SUMMARY, acc.summary_line, f"**Status:** {said}")
        yield Notice(f"summary.md says {said}, run.json {one_line(acc.status, 60)}", True, proof)
    if acc.has_constraints and acc.asked_goal != acc.goal:
        yield Notice("constraints.json names another goal than run.json", True, Proof(CONSTRAINTS, 2, '"goal"'))
    for folder, repos in colliding(acc).items():
        text = (
            f"{_names(repos)} share one name: {folder or 'the run folder'} holds the files of {_names(repos[-1:])} only"
        )
        yield Notice(text, True, _record(acc, "repo_plans", '"repo_plans"'))
    for number, plan in enumerate(acc.plans):
        if not folder_of(plan, number):
            text = f"the files of {_names([plan.repo])} lie in the run folder itself"
            yield Notice(text, proof=Proof(RECORD, plan.line, f'"repo_path": "{one_line(plan.repo, 200)}"'))


def _of_log(acc: RunAcc, log: LogAcc) -> Iterator[Notice]:
    proof = Proof(log.path, log.last_number, one_line(log.last_line, 400))
    if log.status and log.status != acc.status and acc.decision is None:
        yield Notice(f"the log says {one_line(log.status, 60)}, run.json {one_line(acc.status, 60)}", True, proof)
    if log.rounds and acc.round is not None and len(log.rounds) != acc.round and acc.decision is None:
        where = Proof(log.path, log.rounds[0].line, "CodexAgent initialized")
        yield Notice(f"the log shows {len(log.rounds)} planning rounds, run.json counts {acc.round}", True, where)
    planned = [plan.repo for plan in acc.plans]
    if log.repos and planned and log.repos != planned:
        where = Proof(log.path, log.line, one_line(log.config, 400))
        yield Notice(f"the log asks for {_names(log.repos)}, run.json plans {_names(planned)}", True, where)


def _names(repos: list[str]) -> str:
    return one_line(", ".join(repos), _NAMES)


def notices_of(acc: RunAcc) -> tuple[Notice, ...]:
    """What a reader should know about the whole run."""
    found = [*_of_outcome(acc), *_of_task(acc)]
    if acc.log is not None:
        found += _told_by_log(acc.log)
    elif any(origin_of(plan) == "heuristic" and plan.provider == "codex" and not plan.cause for plan in acc.plans):
        found.append(Notice(ONLY_A_LOG))
    return tuple(found)


def _of_outcome(acc: RunAcc) -> Iterator[Notice]:
    if any(name.startswith("executions/") for name in acc.files):
        yield Notice("executions/ holds the output of an executor; the plans themselves were not executed")
    elif acc.plans:
        yield Notice("nothing was executed or installed; commands are hints")
    decided = _record(acc, "human_decision", one_line(acc.decision or "", 400))
    if acc.decision is not None:
        yield Notice(f"a person decided: {one_line(acc.decision, 400)}", proof=decided)
    if not acc.native:
        yield from _of_upstream(acc, decided)


def _of_upstream(acc: RunAcc, decided: Proof) -> Iterator[Notice]:
    """What nobody would guess of a run that Converge made itself; one of ours does better."""
    if len(acc.rounds) > 1:
        yield Notice(f"plans of the rounds before round {acc.rounds[-1].number} are not kept by upstream")
    if acc.status == HITL:
        proof = _record(acc, "status", f'"status": "{HITL}"')
        yield Notice(
            "exit code 2 of the command means HITL_REQUIRED here; a usage error has the same code", proof=proof
        )
        if acc.decision is not None:
            yield Notice(f"status stays HITL_REQUIRED: {NOT_RECOMPUTED}", True, decided)
    if any(stop.text == EMPTY_SPLIT for stop in stops(acc)):
        yield Notice("what the split itself asked is kept in no file", True)
    if acc.pauses > 1:
        yield Notice(f"1 pause; upstream notes it {acc.pauses} times once it was answered")


def _of_task(acc: RunAcc) -> Iterator[Notice]:
    tied = task_of(acc)
    if tied is None:
        return
    row = tied.row
    proof = Proof(row.database, 1, f"tasks, id {one_line(row.id, 60)}")
    yield Notice(f"of task {short(row.id)} ({one_line(row.status, 40)}): {tied.how}", proof=proof)
    if acc.has_record and row.resolution and acc.decision is None:
        text = f"the stored answer was ignored: human_decision is null ({one_line(row.resolution, 200)})"
        yield Notice(text, True, proof)


def _told_by_log(log: LogAcc) -> Iterator[Notice]:
    if not log.is_certain:
        yield Notice("its log was found by goal, repos and time; it does not name this folder")
    if log.trace is not None:
        yield Notice(f"trace id {log.trace.text}", proof=Proof(log.path, log.trace.line, log.trace.text))
    for number, repo, fail in all_fails(log):
        if fail.kind == "unavailable":
            code = "" if fail.exit is None else f" (exit {fail.exit})"
            text = f"{one_line(fail.model, 60)} was unavailable{code} at {one_line(repo.repo, 80)}, round {number}"
            yield Notice(
                f"{text}; the next model was tried", True, Proof(log.path, fail.line, one_line(fail.text, 400))
            )
    failed = [(number, repo, fail) for number, repo, fail in all_fails(log) if fail.kind != "unavailable"]
    if failed:
        calls = f"{len(failed)} call{'' if len(failed) == 1 else 's'} of Codex gave no plan"
        first = failed[0][2]
        kept = "; of its stderr the log keeps the last 1200 characters" if "stderr_tail" in first.text else ""
        yield Notice(f"{calls}{kept}", True, Proof(log.path, first.line, one_line(first.text, 400)))
    for note in {note.kind: note for note in reversed(log.notes)}.values():
        yield Notice(_NOTES[note.kind], note.kind != "heuristic_split", Proof(log.path, note.line, note.text[:400]))


_NOTES = {
    "heuristic_split": "the split of duties is a heuristic: no model proposed it",
    "no_checkpoints": "checkpoints could not be kept: an answer starts the run anew",
    "fresh_run": "an answer was given, but there was no checkpoint to resume from: the run began anew",
}
