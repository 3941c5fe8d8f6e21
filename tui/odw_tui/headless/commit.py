"""``commit``: what a run landed, shown as it would be committed, or committed. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from odw_core.errors import Refused, UsageError
from odw_core.model.landing import CommitPlan
from odw_core.text.ansi import one_line, plain
from odw_tui.headless.arguments import Given
from odw_tui.headless.driving import Driven, command_of, drive

if TYPE_CHECKING:
    from odw_core.service.checks.preparing import Preparing
    from odw_core.service.submit import Submitter

_MOST_FILES = 500


@dataclass(frozen=True, slots=True)
class Commits:
    """What became of it. ``lines`` are what would be committed; None once it was sent."""

    lines: Callable[[], Iterable[str]] | None
    driven: Driven


async def commit(preparing: Preparing, submitter: Submitter, given: Given, address: str) -> Commits:
    """Show it, or do it where ``--yes`` says so. Raises ``OdwError`` with a sentence when there is nothing."""
    from odw_core.model.address import Address

    run = Address.parse(address)
    plan = await preparing.commit_plan(run)
    if plan.commit:
        raise Refused(f"What {run} landed was committed already, as {plan.commit[:10]}.")
    if given.is_sure:
        return Commits(None, await drive(submitter, command_of("commit", given, run)))
    note = "Nothing was committed: --yes does it."
    return Commits(lambda: _told(plan, given), Driven(None, note, UsageError.exit_code))


def _told(plan: CommitPlan, given: Given) -> Iterator[str]:
    where = f"{given.branch} (new)" if given.branch else plan.branch or "no branch (HEAD is detached)"
    yield f"branch   {one_line(where, 200)}"
    for number, line in enumerate(plain(given.message or plan.message).split("\n")):
        yield f"{'' if number else 'message':<9}{line}".rstrip()
    for number, path in enumerate(plan.files[:_MOST_FILES]):
        yield f"{'' if number else 'files':<9}{one_line(path, 400)}"
    if (more := len(plan.files) - _MOST_FILES) > 0:
        yield f"         and {more} more"
