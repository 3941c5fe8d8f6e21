"""A batch that a run of ours drives, with what its own log knows: the journal says who worked, the log what broke."""

from __future__ import annotations

from dataclasses import replace

from odw_core.engines.scenario.names import ENGINE
from odw_core.model.address import Address
from odw_core.model.detail import Detail, RunDetail


def log_of(detail: Detail) -> Address | None:
    """The log of the batch that this run drives; None of anything else."""
    if not isinstance(detail, RunDetail) or detail.batch is None:
        return None
    return next((one for one in detail.sessions if one.engine == ENGINE), None)


def with_log(detail: Detail, log: Detail | None) -> Detail:
    """The run with its scenarios as its log tells them; as it is where the log says nothing of them."""
    if not isinstance(detail, RunDetail) or not isinstance(log, RunDetail) or log.batch is None:
        return detail
    return replace(detail, batch=log.batch)
