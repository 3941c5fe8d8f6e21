"""A run that starts one run for each repo and lands them together: its row and its grid. Pure."""

from __future__ import annotations

from dataclasses import replace

from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.coordination import repo_name
from odw_core.engines.odw.coordination_acc import CampaignAcc, CampaignRepoAcc
from odw_core.engines.odw.coordination_detail import approval_notices
from odw_core.engines.odw.names import start_ms_of
from odw_core.engines.state_graph import counted
from odw_core.model.address import Address
from odw_core.model.detail import Cell, Column, ColumnKind, Mark, Notice, Row, RunDetail
from odw_core.model.item import Progress
from odw_core.text.ansi import one_line, plain

_STEPS = ("running", "approved", "landed", "verified")
_LANDED, _ENDED_BADLY = ("landed", "verified"), ("failed", "stopped")


def landed(known: CampaignAcc) -> list[CampaignRepoAcc]:
    """Repos whose change is in their tree."""
    return [one for one in known.repos.values() if one.state in _LANDED]


def campaign_progress(known: CampaignAcc) -> Progress | None:
    """Repos that landed, of all."""
    return Progress(len(landed(known)), len(known.repos)) if known.repos else None


def campaign_stage(known: CampaignAcc) -> str:
    """``2 of 3 landed``, ``1 of 3 approved``, ``running 2 of 3``."""
    of = len(known.repos)
    if done := len(landed(known)):
        return f"{done} of {of} landed"
    if approved := sum(one.state == "approved" for one in known.repos.values()):
        return f"{approved} of {of} approved"
    running = sum(one.state == "running" for one in known.repos.values())
    if not running and any(one.state in _ENDED_BADLY for one in known.repos.values()):
        return f"0 of {of} landed"
    return f"{running} of {of} at work" if of else ""


def campaign_why(known: CampaignAcc) -> str:
    """One line: which repos have landed, which have not, and why the first of those did not."""
    done = landed(known)
    others = [one for one in known.repos.values() if one not in done]
    said = []
    if done:
        said.append(f"landed: {_names(done)}")
    bad = next((one for one in others if one.state in _ENDED_BADLY), None)
    if others:
        said.append(f"not landed: {_names(others)}")
    if bad is not None:
        why = f": {one_line(bad.why, 200)}" if bad.why else ""
        said.append(f"{repo_name(bad.repo)} {bad.state}{why}")
    doubtful = [one for one in done if one.state == "landed" and one.why]
    said += [f"{repo_name(one.repo)} landed but its verification failed: {one_line(one.why, 200)}" for one in doubtful]
    return "; ".join(said)


def _names(found: list[CampaignRepoAcc]) -> str:
    return one_line(", ".join(repo_name(one.repo) for one in found), 200)


def with_campaign(acc: RunAcc, known: CampaignAcc, detail: RunDetail) -> RunDetail:
    """``detail`` with a line for each repo, and what it went through."""
    entered = {step: [one.at_ms[step] for one in known.repos.values() if step in one.at_ms] for step in _STEPS}
    held = [Notice("landings are held until every repo is approved")] if known.holds_landings else []
    said = [Notice(f"it carries out the plans of {known.from_run}")] if known.from_run else []
    said += [*approval_notices(known), *held]
    said += [Notice(told) for one in known.repos.values() if (told := _order(one))]
    said += [Notice(f"does not fit any more: {told}", True) for told in known.misfits]
    return replace(
        detail,
        columns=tuple(_column(known, step, entered[step], is_over=acc.has_exit) for step in _STEPS),
        rows=tuple(_row(one) for one in known.repos.values()),
        cells=tuple(cell for one in known.repos.values() for cell in _cells(one, is_over=acc.has_exit)),
        notices=(*said, *detail.notices),
    )


def _row(one: CampaignRepoAcc) -> Row:
    is_run = start_ms_of(one.run) is not None
    return Row(one.repo, repo_name(one.repo), "task", Address("odw", one.run) if is_run else None)


def _order(one: CampaignRepoAcc) -> str:
    if not one.after:
        return ""
    return f"{repo_name(one.repo)} starts after {one_line(', '.join(map(repo_name, one.after)), 200)}"


def _column(known: CampaignAcc, step: str, times: list[int], *, is_over: bool) -> Column:
    reached = [one for one in known.repos.values() if _is_past(one, step)]
    stuck = any(_stopped_at(one) == step for one in known.repos.values())
    is_all = len(reached) == len(known.repos) and bool(reached)
    mark = Mark.FAILED if stuck else Mark.DONE if is_all else None
    if mark is None and times:
        mark = Mark.UNFINISHED if is_over else Mark.RUNNING
    note = f"{len(reached)} of {len(known.repos)}" if known.repos else ""
    began = min(times, default=None)
    ended = max(times, default=None) if is_all and step != "running" else None
    title = "work" if step == "running" else step
    return Column(step, ColumnKind.PHASE, title, mark, note, _seconds(began), _seconds(ended))


def _is_past(one: CampaignRepoAcc, step: str) -> bool:
    """Whether a repo has that step behind it."""
    if one.state in _ENDED_BADLY:
        return step in one.at_ms and step != _stopped_at(one)
    if one.state not in _STEPS:
        return False
    at, of = _STEPS.index(one.state), _STEPS.index(step)
    return at > of or (at == of and step != "running")


def _stopped_at(one: CampaignRepoAcc) -> str:
    """The step in which a repo ended badly; empty where it did not."""
    if one.state not in _ENDED_BADLY:
        return ""
    entered = [step for step in _STEPS if step in one.at_ms]
    return entered[-1] if entered else "running"


def _cells(one: CampaignRepoAcc, *, is_over: bool) -> list[Cell]:
    found: list[Cell] = []
    for step in _STEPS:
        if _is_past(one, step):
            found.append(Cell(one.repo, step, Mark.DONE, ""))
        elif _stopped_at(one) == step:
            found.append(Cell(one.repo, step, Mark.FAILED, f"{one.state}: {plain(one.why)}" if one.why else one.state))
        elif one.state == step:
            mark = Mark.UNFINISHED if is_over else Mark.RUNNING
            found.append(Cell(one.repo, step, mark, one_line(one.why, 200)))
    if one.state == "waits":
        why = one_line(one.why, 200) or (f"after {', '.join(map(repo_name, one.after))}" if one.after else "")
        found.append(Cell(one.repo, "running", Mark.UNFINISHED if is_over else Mark.SKIPPED, why or "waits"))
    return found


def campaign_words(known: CampaignAcc) -> str:
    """What it does, for a row that is at work."""
    waiting = [one for one in known.repos.values() if one.state == "waits"]
    at_work = [one for one in known.repos.values() if one.state in ("running", "approved")]
    said = [f"{_names(at_work)} at work"] if at_work else []
    said += [f"{counted(len(waiting), 'repo')} still to start"] if waiting else []
    return "; ".join(filter(None, (campaign_stage(known), *said)))


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
