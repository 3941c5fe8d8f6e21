"""The one table of what the service does for the start of each workflow. Whatever is heavy is loaded when needed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.model.address import Address
from odw_core.model.command import Start
from odw_core.model.workflow import (
    CAMPAIGN,
    CONVERGE_COORDINATE,
    CONVERGE_REPEAT,
    COORDINATE,
    ODW_EXEC,
    REVIEW_APPLY,
    SCENARIO_BATCH,
    SESSION,
)
from odw_core.service.starts.starter import Starter, Surroundings

if TYPE_CHECKING:
    from odw_core.diagnose.doctor.check import Check
    from odw_core.runs.spec import RunSpec


def starter(workflow: str) -> Starter:
    """What is done for starts of a workflow, also of one that nobody knows."""
    return _STARTERS.get(workflow, _PLAIN)


class _Session(Starter):
    async def checks(self, start: Start, around: Surroundings) -> tuple[Check, ...]:
        from odw_core.service.starts.codex import codex_checks

        return await asyncio.to_thread(lambda: (*codex_checks(around),))


class _Agents(_Session):
    """Codex does the work, unless another agent is named."""

    async def refuse(self, start: Start, state: Path) -> None:
        await _refuse_script(start)

    async def checks(self, start: Start, around: Surroundings) -> tuple[Check, ...]:
        return await super().checks(start, around) if _is_by_codex(start) else ()


class _ReviewApply(_Agents):
    async def checks(self, start: Start, around: Surroundings) -> tuple[Check, ...]:
        from odw_core.service.checks.work import work_checks

        found = await super().checks(start, around)
        return (*found, *await work_checks(start.given, start.workspace, around.state))


class _Coordinate(_Agents):
    async def checks(self, start: Start, around: Surroundings) -> tuple[Check, ...]:
        from odw_core.service.checks.coordinate import coordinate_checks

        found = await super().checks(start, around)
        return (*found, *await asyncio.to_thread(coordinate_checks, start.given, start.workspace))


class _Campaign(_Agents):
    async def refuse(self, start: Start, state: Path) -> None:
        from odw_core.service.checks.campaign import refuse_campaign

        await refuse_campaign(start, state)

    async def checks(self, start: Start, around: Surroundings) -> tuple[Check, ...]:
        from odw_core.service.checks.campaign import campaign_checks

        return (*await super().checks(start, around), *await campaign_checks(start, around.state))


class _Batch(Starter):
    async def refuse(self, start: Start, state: Path) -> None:
        await _refuse_script(start)

    async def chosen(self, start: Start, state: Path) -> Start:
        if not start.reuse:
            return start
        from odw_core.service.batches.again import failed_of

        return await asyncio.to_thread(failed_of, start, state)

    async def checks(self, start: Start, around: Surroundings) -> tuple[Check, ...]:
        from odw_core.service.checks.batch import batch_checks
        from odw_core.service.starts.codex import limit_checks

        limits = limit_checks(around) if _is_by_codex(start) else ()
        return await asyncio.to_thread(lambda: (*limits, *batch_checks(start, around)))

    def again(self, root: Address, spec: RunSpec, state: Path) -> Start:
        from odw_core.service.batches.again import batch_again

        # What failed is chosen when it is started.
        return batch_again(root, spec.workspace, failed_only=False, state=state)


class _OdwExec(Starter):
    async def refuse(self, start: Start, state: Path) -> None:
        from odw_core.service.checks.odw import refuse_unreadable

        await asyncio.to_thread(refuse_unreadable, start.given, start.workspace)

    async def checks(self, start: Start, around: Surroundings) -> tuple[Check, ...]:
        from odw_core.service.checks.odw import file_checks, odw_check

        given, folder = start.given, start.workspace
        return await asyncio.to_thread(lambda: (*file_checks(given, folder), odw_check(given, around.environ)))


class _Converge(Starter):
    async def checks(self, start: Start, around: Surroundings) -> tuple[Check, ...]:
        return await asyncio.to_thread(lambda: (*self._looked_at(start, around),))

    def _looked_at(self, start: Start, around: Surroundings) -> Iterator[Check]:
        from odw_core.service.checks.converge import converge_checks
        from odw_core.service.starts.codex import sessions_checked

        yield from converge_checks(start.given, start.workspace, around.environ)
        if start.given.get("through") != "server":
            yield sessions_checked(around)


class _ConvergeRepeat(Starter):
    async def checks(self, start: Start, around: Surroundings) -> tuple[Check, ...]:
        from odw_core.service.checks.converge import repeat_checks
        from odw_core.service.starts.codex import sessions_checked

        found = repeat_checks(start.given, start.workspace)
        return await asyncio.to_thread(lambda: (*found, sessions_checked(around)))


async def _refuse_script(start: Start) -> None:
    from odw_core.agents.playable import refuse_script

    await asyncio.to_thread(refuse_script, start.given, start.workspace)


def _is_by_codex(start: Start) -> bool:
    return start.given.get("agent", "codex") == "codex"


_PLAIN = Starter()
_STARTERS: Mapping[str, Starter] = {
    SESSION: _Session(),
    REVIEW_APPLY: _ReviewApply(),
    COORDINATE: _Coordinate(),
    CAMPAIGN: _Campaign(),
    SCENARIO_BATCH: _Batch(),
    ODW_EXEC: _OdwExec(),
    CONVERGE_COORDINATE: _Converge(),
    CONVERGE_REPEAT: _ConvergeRepeat(),
}
