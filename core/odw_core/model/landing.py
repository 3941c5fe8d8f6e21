"""CommitPlan: what a commit of a landing would be, for whoever decides about it."""

from __future__ import annotations

from dataclasses import dataclass

from odw_core.model.address import Address


@dataclass(frozen=True, slots=True)
class CommitPlan:
    """Exactly what one run landed, and where a commit of it would go."""

    address: Address
    """The run."""
    branch: str
    """The branch that is checked out; empty where HEAD is on none."""
    message: str
    """Drafted from what was asked for and who worked."""
    files: tuple[str, ...]
    """Every file that the landing changed."""
    commit: str = ""
    """The commit that holds it already; empty when none does."""
