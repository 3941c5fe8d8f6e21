"""The plans of a run: from run.json alone; a folder gives attachments to the last plan of its name. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.engines.converge.acc import PlanAcc, RepoAcc, RunAcc
from odw_core.engines.converge.badge import ONLY_A_LOG, badge_of, last_planned, origin_of
from odw_core.engines.converge.causes import fail_cause, log_name
from odw_core.engines.converge.names import PLANS, attachment_folder, base_name, run_address
from odw_core.engines.converge.own_rounds import own_evidence, own_plan_rounds, told_plan
from odw_core.engines.converge.repeats import repeat_cause, repeat_words, repeats_of
from odw_core.engines.coordination_words import plan_markdown
from odw_core.model.cause import Cause
from odw_core.model.coordination import PlanRound
from odw_core.model.detail import Artifact, Plan
from odw_core.text.ansi import one_line, plain

_OWN = ("plan.md", "agent-prompt.txt", "copilot-prompt.txt", "commands.sh")
_RESTATED = "the plan restated, not the prompt that was sent"
_SENT = "the prompt that was sent"
_KNOWN = {
    "run.json": "the record; plans of the last round",
    "summary.md": "for people",
    "responsibility-matrix.md": "who does what",
    "constraints.json": "what was found in each repo",
    "contract-map.json": "declared and consumed contracts",
    "contract-checks.md": "contracts, for people",
}


def plans_of(acc: RunAcc) -> tuple[Plan, ...]:
    """Every plan of run.json, also those whose folder another repo of the same name overwrote."""
    return tuple(_plan(acc, number, plan) for number, plan in enumerate(acc.plans))


def _plan(acc: RunAcc, number: int, plan: PlanAcc) -> Plan:
    badge = badge_of(acc, plan)
    # Upstream's shape asks as a question why nobody answered; our own says it as what it is.
    own = told_plan(acc, plan.repo)
    model = own.model if own is not None else plan.model or ""
    return Plan(
        address=run_address(acc.item).child(plan.repo),
        repo=plan.repo,
        status=one_line(plan.status, 60),
        badge=badge.words,
        is_doubtful=badge.is_doubtful,
        markdown=plain(plan_markdown(own or plan)),
        prompt=plain(plan.prompt) or None,
        evidence=tuple(_evidence(acc, plan)),
        model=one_line(model, 120) or None,
        commands=tuple(plain(hint) for hint in _hints(acc, number)),
        attachments=attachments(acc, number),
        causes=_causes(acc, plan),
        rounds=tuple(own_plan_rounds(acc, plan.repo)) or (_round(acc, plan, badge.words),),
    )


def _round(acc: RunAcc, plan: PlanAcc, badge: str) -> PlanRound:
    """The one round whose plan upstream keeps."""
    return PlanRound(
        number=acc.round or len(acc.rounds) or 1,
        status=one_line(plan.status, 60),
        badge=badge,
        summary=plain(plan.summary),
        changes=tuple(map(plain, plan.changes)),
        questions=tuple(map(plain, plan.questions)),
    )


def _evidence(acc: RunAcc, plan: PlanAcc) -> Iterator[str]:
    if told := [*own_evidence(acc, plan.repo)]:
        # With counts and files, which upstream's own words leave out.
        yield from told
        return
    repo: RepoAcc | None = next((repo for repo in acc.repos if repo.path == plan.repo), None)
    if repo is not None:
        yield f"type: {one_line(repo.type, 60) or 'unknown'}" if repo.exists else "the repo is missing"
    signals = repo.signals if repo is not None else plan.signals
    yield from (f"signal: {one_line(signal, 120)}" for signal in signals)
    if repo is not None:
        yield from (one_line(constraint, 200) for constraint in repo.constraints)
    match origin_of(plan):
        case "prompt only":
            yield "no agent answered: only its prompt was written"
        case "heuristic" if acc.log is None and not plan.cause:
            yield ONLY_A_LOG
        case "codex_cli":
            yield "stdout and stderr of Codex: first 2000 characters only"
    yield from (repeat_words(one) for one in repeats_of(acc, plan.repo))
    if plan.prompt_chars > len(plan.prompt):
        yield f"prompt: the first {len(plan.prompt):,} of {plan.prompt_chars:,} characters; whole in its stream"


def _causes(acc: RunAcc, plan: PlanAcc) -> tuple[Cause, ...]:
    # A call that was made once more kept all its stderr, so the newest of those knows most.
    repeated = map(repeat_cause, reversed(repeats_of(acc, plan.repo)))
    found = [next((cause for cause in repeated if cause is not None), None)]
    planned = last_planned(acc, plan.repo)
    if acc.log is not None and planned is not None and origin_of(plan) == "heuristic":
        found += [fail_cause(acc.log, fail) for fail in planned.fails]
    return tuple(dict.fromkeys(cause for cause in found if cause is not None))


def is_last_of_folder(acc: RunAcc, number: int) -> bool:
    """Whether the files in a plan's folder are its own: a later repo of the same name overwrites them."""
    folder = folder_of(acc.plans[number], number)
    return all(folder_of(plan, at) != folder for at, plan in enumerate(acc.plans) if at > number)


def folder_of(plan: PlanAcc, number: int) -> str:
    """The folder of a plan's attachments, ``/`` at its end: as its writer named it, else as upstream does."""
    return f"{PLANS}/{plan.base}/" if plan.base else attachment_folder(plan.repo, number)


def colliding(acc: RunAcc) -> dict[str, list[str]]:
    """Folders of attachments that several repos share, with their repos in order."""
    found: dict[str, list[str]] = {}
    for number, plan in enumerate(acc.plans):
        found.setdefault(folder_of(plan, number), []).append(plan.repo)
    return {folder: repos for folder, repos in found.items() if len(repos) > 1}


def attachments(acc: RunAcc, number: int) -> tuple[Artifact, ...]:
    """Files that belong to one plan; none to a plan that a later one of the same name overwrote."""
    if not is_last_of_folder(acc, number):
        return ()
    return tuple(artifact for artifact in artifacts_of(acc) if artifact.name in _files_of(acc, number))


def _files_of(acc: RunAcc, number: int) -> set[str]:
    plan = acc.plans[number]
    folder = folder_of(plan, number)
    found = {f"{folder}{name}" for name in _OWN}
    if folder:
        found |= {name for name in acc.files if name.startswith(folder)}
    base = plan.base or base_name(plan.repo) or f"repo_{number}"
    return found | {f"prompts/{base}_{plan.provider}_prompt.txt", *_sent(plan)}


def _sent(plan: PlanAcc) -> tuple[str, ...]:
    """The file with the prompt that was really sent, where its writer keeps one."""
    return (f"prompts/{plan.base}_prompt.txt",) if plan.base else ()


def _hints(acc: RunAcc, number: int) -> list[str]:
    if not is_last_of_folder(acc, number):
        return []
    return acc.commands.get(f"{folder_of(acc.plans[number], number)}commands.sh", [])


def artifacts_of(acc: RunAcc) -> tuple[Artifact, ...]:
    """Every file of the run folder, and the log that somebody saved."""
    shared = {folder: repos[-1] for folder, repos in colliding(acc).items()}
    found = [Artifact(name, acc.files[name], name, _note(acc, name, shared)) for name in sorted(acc.files)]
    if acc.log is not None:
        found.append(Artifact(log_name(acc.log), None, "log", "saved by whoever started it; not in the run folder"))
    return tuple(found)


def _note(acc: RunAcc, name: str, shared: dict[str, str]) -> str:
    folder, _, file = name.rpartition("/")
    owner = shared.get(f"{folder}/") if folder.startswith(f"{PLANS}/") else None
    said = [f"of {one_line(owner, 80)} only"] if owner is not None else []
    if name in _KNOWN:
        said.append(_KNOWN[name])
    elif folder == "prompts":
        said.append(_SENT if any(name in _sent(plan) for plan in acc.plans) else _RESTATED)
    elif file in ("agent-prompt.txt", "copilot-prompt.txt"):
        said.append(
            "the full prompt"
            if _is_copilot(acc, folder)
            else "a short restatement; the prompt that was sent is in the plan"
        )
    elif file == "commands.sh":
        said.append("comments only; nothing was executed")
    elif folder.split("/", 1)[0] == "executions":
        said.append("output of an executor")
    return "; ".join(said)


def _is_copilot(acc: RunAcc, folder: str) -> bool:
    for number, plan in enumerate(acc.plans):
        if folder_of(plan, number).rstrip("/") == folder and is_last_of_folder(acc, number):
            return plan.provider == "copilot"
    return False
