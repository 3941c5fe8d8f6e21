"""Why a run broke: one order of preference for every place that says it (ODW reference §1.3 and §2.1)."""

from __future__ import annotations

from odw_core.engines.odw.acc import NodeAcc, RunAcc
from odw_core.engines.odw.coordination import repo_name
from odw_core.engines.odw.names import CAMPAIGN_INCOMPLETE, CAMPAIGN_STOPPED, JOURNAL, STOPPED_BY_OWNER
from odw_core.model.cause import Cause
from odw_core.text.ansi import one_line, plain

_SAID = ("scenarios_failed", "fail_fast")
"""Categories of batches, whose messages say as much."""


def run_cause(acc: RunAcc) -> str:
    """The run's own words on its failure, one line: the uncaught error, else the error in its result."""
    if acc.workflow_error:
        return one_line(acc.workflow_error, 400)
    result = acc.outcome
    if result is None or not result.has_error:
        return ""
    category, message = one_line(result.category, 120), one_line(result.message, 400)
    if category in (STOPPED_BY_OWNER, CAMPAIGN_STOPPED, CAMPAIGN_INCOMPLETE, *_SAID):
        return message
    return message if not category or category == message or message.startswith(category) else f"{category}: {message}"


def node_cause(acc: RunAcc, node: NodeAcc) -> str:
    """One line on why this node failed; empty when it did not, or when it asks instead."""
    outcome = node.outcome
    if outcome is None or outcome.ok or outcome.state == "waiting_for_user":
        return ""
    said = one_line(acc.reports.get(outcome.report, ""), 400) or outcome.error_line
    return said or one_line(outcome.category or outcome.state or "failed without a word", 120)


def cause_lines(acc: RunAcc) -> tuple[str, ...]:
    """Everything the journal says about the failure, the most telling line first; empty when nothing broke."""
    lines = [
        f"{plain(node.label or node.key)}: {said}" for node in broken_nodes(acc) if (said := node_cause(acc, node))
    ]
    if acc.workflow_error:
        # A stack trace is evidence as a whole.
        return (*plain(acc.workflow_error).rstrip("\n").split("\n"), *lines)
    if of_repos := _of_repos(acc):
        return tuple(of_repos)
    said = run_cause(acc)
    # A run of one command fails with the words of that command.
    is_told = any(line.endswith(f": {said}") for line in lines)
    return (*lines, said) if said and not is_told else tuple(lines)


def _of_repos(acc: RunAcc) -> list[str]:
    """Why each repo of a campaign broke: the line that says what has landed is no cause."""
    if acc.native.campaign is None:
        return []
    broken = [one for one in acc.native.campaign.repos.values() if one.state == "failed" and one.why]
    return [f"{one.name or repo_name(one.repo)}: {plain(one.why)}" for one in broken]


def known_causes(acc: RunAcc) -> tuple[Cause, ...]:
    """What the classifier makes of the failure: one cause for each kind, with the task that it broke."""
    # Imported late: rows of thousands are made without it.
    from odw_core.diagnose.causes import cause_of

    found: dict[str, Cause] = {}
    for node in broken_nodes(acc):
        outcome = node.outcome
        said = acc.reports.get(outcome.report, "") or outcome.error_line if outcome is not None else ""
        cause = cause_of(said, file=JOURNAL, what=f"{one_line(node.label or node.key, 80)} failed")
        if cause is not None:
            found.setdefault(cause.kind, cause)
    cause = cause_of(acc.workflow_error, file=JOURNAL) if acc.workflow_error else None
    if cause is not None:
        found.setdefault(cause.kind, cause)
    return tuple(found.values())


def broken_nodes(acc: RunAcc) -> list[NodeAcc]:
    """Nodes that failed for good, in the order in which they did."""
    return [acc.nodes[key] for key in acc.failed if (outcome := acc.nodes[key].outcome) is not None and not outcome.ok]
