"""A run that starts one run for each repo and lands them together: its row and its grid. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.coordination import repo_name
from odw_core.engines.odw.coordination_acc import CampaignAcc, CampaignRepoAcc
from odw_core.engines.odw.coordination_detail import approval_notices
from odw_core.engines.odw.half_way import ENDED_BADLY, LANDED, Standing, half_way, names
from odw_core.engines.odw.names import start_ms_of
from odw_core.engines.state_graph import counted
from odw_core.model.address import Address
from odw_core.model.detail import Cell, Column, ColumnKind, Mark, Notice, Row, RunDetail
from odw_core.model.item import Progress
from odw_core.text.ansi import one_line, plain

_STEPS = ("running", "approved", "landed", "verified")
_LAST = _STEPS[-1]


def landed(known: CampaignAcc) -> list[CampaignRepoAcc]:
    """Repos whose change is in their tree."""
    return [one for one in known.repos.values() if one.state in LANDED]


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
    running = sum(one.state == "running" and not one.is_left for one in known.repos.values())
    if not running and any(one.state in ENDED_BADLY for one in known.repos.values()):
        return f"0 of {of} landed"
    return f"{running} of {of} at work" if of else ""


def campaign_why(known: CampaignAcc) -> str:
    """One line: which repos have landed, which have not, and why the first of those did not."""
    return half_way(_standings(known.repos.values()))


def landed_so_far(known: CampaignAcc) -> str:
    """The same while it goes on; empty as long as nothing has landed."""
    return campaign_why(known) if landed(known) else ""


def left_words(known: CampaignAcc) -> str:
    """Whose runs stand still because nobody drives them; empty when there are none."""
    left = [one for one in known.repos.values() if one.is_left]
    if not left:
        return ""
    whose = "its driver is" if len(left) == 1 else "their drivers are"
    verb = "stands" if len(left) == 1 else "stand"
    return f"{_names(left)} {verb} still: {whose} gone"


def _standings(repos: Iterable[CampaignRepoAcc]) -> list[Standing]:
    return [Standing(_name(one), one.state, one.why) for one in repos]


def _names(repos: Iterable[CampaignRepoAcc]) -> str:
    return names(_standings(repos))


def _name(one: CampaignRepoAcc) -> str:
    return one.name or repo_name(one.repo)


def with_campaign(acc: RunAcc, known: CampaignAcc, detail: RunDetail) -> RunDetail:
    """``detail`` with a line for each repo, and what it went through."""
    entered = {step: [one.at_ms[step] for one in known.repos.values() if step in one.at_ms] for step in _STEPS}
    held = [Notice("landings are held until every repo is approved")] if known.holds_landings else []
    said = [Notice(f"it carries out the plans of {known.from_run}")] if known.from_run else []
    if known.again:
        kept = [one for one in known.repos.values() if one.has_landed_before]
        what = f"; {_names(kept)} landed there and is not run again" if len(kept) == 1 else ""
        what = f"; {_names(kept)} landed there and are not run again" if len(kept) > 1 else what
        said.append(Notice(f"it runs again what did not land in odw:{known.again}{what}"))
    said += [*approval_notices(known), *held]
    said += [Notice(told) for one in known.repos.values() if (told := _order(known, one))]
    said += [Notice(f"does not fit any more: {told}", True) for told in known.misfits]
    return replace(
        detail,
        columns=tuple(_column(known, step, entered[step], is_over=acc.has_exit) for step in _STEPS),
        rows=tuple(_row(one) for one in known.repos.values()),
        cells=tuple(cell for one in known.repos.values() for cell in _cells(known, one, is_over=acc.has_exit)),
        notices=(*said, *detail.notices),
    )


def _row(one: CampaignRepoAcc) -> Row:
    is_run = start_ms_of(one.run) is not None
    return Row(one.repo, _name(one), "task", Address("odw", one.run) if is_run else None)


def _order(known: CampaignAcc, one: CampaignRepoAcc) -> str:
    return f"{_name(one)} starts after {_before(known, one)}" if one.after else ""


def _before(known: CampaignAcc, one: CampaignRepoAcc) -> str:
    """Whom it waits for."""
    return _names(known.repos.get(repo, CampaignRepoAcc(repo, [])) for repo in one.after)


def _column(known: CampaignAcc, step: str, times: list[int], *, is_over: bool) -> Column:
    reached = [one for one in known.repos.values() if _is_past(one, step)]
    stuck = any(_stopped_at(one) == step or (step == _LAST and _is_unverified(one)) for one in known.repos.values())
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
    if one.state in ENDED_BADLY:
        return step in one.at_ms and step != _stopped_at(one)
    if one.state not in _STEPS:
        return False
    at, of = _STEPS.index(one.state), _STEPS.index(step)
    return at > of or (at == of and step != "running")


def _is_unverified(one: CampaignRepoAcc) -> bool:
    """Whether it landed, and what verified it failed: of one that landed nothing else is told why."""
    return one.state == "landed" and bool(one.why)


def _stopped_at(one: CampaignRepoAcc) -> str:
    """The step in which a repo ended badly; empty where it did not."""
    if one.state not in ENDED_BADLY:
        return ""
    entered = [step for step in _STEPS if step in one.at_ms]
    return entered[-1] if entered else "running"


def _cells(known: CampaignAcc, one: CampaignRepoAcc, *, is_over: bool) -> list[Cell]:
    found: list[Cell] = []
    for step in _STEPS:
        if _is_past(one, step):
            found.append(Cell(one.repo, step, Mark.DONE, ""))
        elif _stopped_at(one) == step:
            found.append(Cell(one.repo, step, Mark.FAILED, f"{one.state}: {plain(one.why)}" if one.why else one.state))
        elif step == _LAST and _is_unverified(one):
            found.append(Cell(one.repo, step, Mark.FAILED, one_line(one.why, 200)))
        elif one.state == step:
            mark = Mark.UNFINISHED if is_over or one.is_left else Mark.RUNNING
            found.append(Cell(one.repo, step, mark, one_line(one.why, 200)))
    if one.state == "waits":
        why = one_line(one.why, 200) or (f"after {_before(known, one)}" if one.after else "")
        found.append(Cell(one.repo, "running", Mark.UNFINISHED if is_over else Mark.SKIPPED, why or "waits"))
    return found


def campaign_words(known: CampaignAcc) -> str:
    """What it does, for a row that is at work: what stands still and who asks, what has landed, what goes on."""
    waiting = [one for one in known.repos.values() if one.state == "waits"]
    at_work = [
        one for one in known.repos.values() if one.state in ("running", "approved") and not (one.is_left or one.asks)
    ]
    asking = [one for one in known.repos.values() if one.asks and not one.is_left]
    approved = any(one.state == "approved" for one in known.repos.values())
    done = f"landed: {_names(landed(known))}" if landed(known) else campaign_stage(known) if approved else ""
    said = [left_words(known), *(f"{_name(one)} asks: {one_line(one.asks, 120)}" for one in asking), done]
    said += [f"{_names(at_work)} at work"] if at_work else []
    said += [f"{counted(len(waiting), 'repo')} still to start"] if waiting else []
    return "; ".join(filter(None, said)) or campaign_stage(known)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
