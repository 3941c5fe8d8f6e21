"""Who really wrote a plan: run.json says who was asked, only a saved log says why that one did not answer. Pure."""

from __future__ import annotations

from typing import NamedTuple

from odw_core.engines.converge.acc import LogFail, LogRepo, PlanAcc, RunAcc
from odw_core.engines.converge.own_rounds import own_badge, told_plan
from odw_core.text.ansi import one_line

_WHY = {
    "timeout": "Codex timed out",
    "no_output": "Codex wrote no answer",
    "unparsable": "Codex answered, output not parsable",
    "no_start": "Codex could not be started",
    "no_binary": "Codex was not found",
    "no_repo": "the repo path is missing",
    "no_model": "no Codex model was available",
}
_CAUSE = 120
PROMPT_ONLY = "prompt only"
ONLY_A_LOG = "only a log tells why Codex gave no plan, and none was saved"


class Badge(NamedTuple):
    """A badge, and whether it is a warning."""

    words: str
    is_doubtful: bool


def origin_of(plan: PlanAcc) -> str:
    """``codex_cli``, ``heuristic`` or ``prompt only``."""
    if plan.provider == "copilot":
        return PROMPT_ONLY
    return "codex_cli" if plan.mode == "codex_cli" else "heuristic"


def badge_of(acc: RunAcc, plan: PlanAcc) -> Badge:
    """What stands beside a plan."""
    match origin_of(plan):
        case "prompt only":
            return Badge(PROMPT_ONLY, False)
        case origin if (told := told_plan(acc, plan.repo)) is not None:
            return Badge(own_badge(acc, told), origin == "heuristic")
        case "codex_cli":
            model = one_line(plan.model or "", 60)
            return Badge(f"Codex ({model})" if model else "Codex", False)
    if plan.cause:
        return Badge(f"heuristic: {one_line(plan.cause, _CAUSE)}", True)
    if acc.log is None:
        return Badge("heuristic", True)
    planned = last_planned(acc, plan.repo)
    if planned is None:
        return Badge("heuristic", True)
    return Badge(f"heuristic: {why(planned.fails)}", True)


def why(fails: list[LogFail]) -> str:
    """Why Codex gave no plan, in a few words."""
    if not fails:
        return "Codex not tried"
    last = fails[-1]
    if last.kind in ("failed", "unavailable"):
        return "Codex failed" if last.exit is None else f"Codex failed (exit {last.exit})"
    return _WHY.get(last.kind, "Codex failed")


def last_planned(acc: RunAcc, repo: str) -> LogRepo | None:
    """What the log tells of a repo in its last round."""
    if acc.log is None or not acc.log.rounds:
        return None
    return next((one for one in reversed(acc.log.rounds[-1].repos) if one.repo == repo), None)


def is_nobodys(plan: PlanAcc) -> bool:
    """Whether a heuristic wrote it in place of an agent."""
    return origin_of(plan) == "heuristic"


def is_fallen_back(tried: LogRepo) -> bool:
    """Whether the log tells of calls that gave no plan, other than of a model that is not there: another one was asked
    then."""
    return any(fail.kind != "unavailable" for fail in tried.fails)


def is_written_by_codex(plan: PlanAcc) -> bool:
    """Whether Codex itself gave the plan."""
    return origin_of(plan) == "codex_cli"
