"""Aligning: what the repositories declare and consume, held against each other, said in the journal."""

from __future__ import annotations

from odw_core.workflows.coordinate.ground import Ground
from odw_core.workflows.coordinate.issues import Analysis, issue_value
from odw_core.workflows.coordinate.mapped import mapped_value


def align(ground: Ground, number: int) -> Analysis:
    """The contracts of a round."""
    found = ground.contracts
    repos, issues = [mapped_value(one) for one in found.repos], [issue_value(one) for one in found.issues]
    said = f"{found.artifacts} contract files, {len(issues)} {'mismatch' if len(issues) == 1 else 'mismatches'}"
    ground.tell("coordination_contracts", said, round=number, repos=repos, issues=issues)
    return found
