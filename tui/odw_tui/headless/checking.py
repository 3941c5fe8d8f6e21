"""What stands for and against a start, as the doctor says it, and what a command ends with because of it. Prints
nothing; changes nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from odw_core.config import Config
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.errors import UsageError
from odw_core.model.command import Start
from odw_core.service.checks.preparing import Preparing
from odw_core.service.first_page import first_snapshot
from odw_tui.headless.answer import Answer
from odw_tui.headless.doctor import SOMETHING_FAILS, doctor_document, doctor_lines

_NOTHING_TO_DO = "scenarios"


async def checks_of(start: Start, config: Config, state: Path) -> tuple[Check, ...]:
    """Everything that was looked at."""
    preparing = Preparing(lambda: first_snapshot((), None), None, state=state, program=config.codex)
    return await preparing.preflight(start)


def answer(checks: Sequence[Check]) -> Answer:
    """``start … --check``: every row; exit 1 when one fails."""
    return Answer(
        document=lambda: doctor_document(checks),
        lines=lambda look: doctor_lines(checks, look),
        exit_code=SOMETHING_FAILS if failed(checks) else 0,
    )


def failed(checks: Sequence[Check]) -> list[Check]:
    """What keeps it from beginning."""
    return [one for one in checks if one.level is Level.FAIL]


def notes(checks: Sequence[Check]) -> list[str]:
    """One line for each row that is not fine, and one for all that are."""
    rows = [one for one in checks if one.level in (Level.FAIL, Level.WARN)]
    said = [f"{one.level.value}  {one.name}: {one.detail}{f' {one.fix}' if one.fix else ''}" for one in rows]
    fine = len(checks) - len(rows)
    return [*said, f"{fine} of {len(checks)} checks are fine."]


def exit_code(checks: Sequence[Check]) -> int:
    """Of a start: 2 when there is nothing that could be gone through, 1 when something else fails."""
    found = failed(checks)
    if any(one.id == _NOTHING_TO_DO for one in found):
        return UsageError.exit_code
    return SOMETHING_FAILS if found else 0
