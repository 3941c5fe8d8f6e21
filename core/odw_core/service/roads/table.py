"""Roads: the one table of who takes a decision and who carries a command out, by road and by engine. Sends nothing.

Runs of ours come before the engine of an address. Whoever is rarely needed is made when first needed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.config import Config
from odw_core.model.change import Snapshot
from odw_core.model.command import Adopt, Cancel, Commit, Interrupt, Pin, Repeat, Rerun, Resume, Say
from odw_core.model.question import Road
from odw_core.service.roads.carrier import Begin, Carried, Carrier, Driver, cannot
from odw_core.service.roads.own_runs import OwnRuns
from odw_core.state.driving import driven

if TYPE_CHECKING:
    from odw_core.service.upstream.converge_answers import ConvergeAnswers


class Roads:
    """One for each room."""

    def __init__(
        self, state: Path, config: Config, snapshot: Callable[[], Snapshot], begin: Begin, *, who: str
    ) -> None:
        """``begin`` begins a run of ours; ``who`` signs what its supervisors are told."""
        self._state, self._config, self._snapshot, self._begin = state, config, snapshot, begin
        self._own = OwnRuns(state, snapshot, begin, who=who)
        self._drivers: dict[Road, Callable[[], Driver]] = {
            Road.SUPERVISOR: lambda: self._own,
            Road.RESUME: lambda: self._own,
            Road.PANDACODE_FILE: lambda: self._pandacode,
            Road.PANDACODE_ANSWER: lambda: self._pandacode,
            Road.CONVERGE: lambda: self._converge_answers,
        }
        self._carriers: dict[str, Callable[[], Carrier]] = {
            "odw": lambda: self._upstream,
            "converge": lambda: self._converge,
            "scenario": lambda: self._batches,
        }

    def take(self, road: Road, driver: Driver) -> None:
        """One more road that decisions can travel."""
        self._drivers[road] = lambda: driver

    def carry_with(self, engine: str, carrier: Carrier) -> None:
        """Who carries out what is about this engine and no run of ours."""
        self._carriers[engine] = lambda: carrier

    def driver(self, road: Road) -> Driver | None:
        """Who takes decisions that go this way; None where nobody does."""
        found = self._drivers.get(road)
        return found() if found is not None else None

    def carrier(self, command: Carried) -> Carrier:
        """Who carries it out. Raises ``OdwError`` with the reason where nobody does."""
        match command:
            case Commit() | Pin():
                return self._own
            case Cancel() if command.address.engine == "converge" and not self._is_driven(command):
                # A task goes on in its queue, whatever became of who made it.
                engine = "converge"
            case Resume() | Say() | Interrupt() | Cancel() | Rerun() if self._own.run_of(command.address) is not None:
                return self._own
            case Repeat():
                engine = "converge"
            case Adopt() if command.address.engine != "converge":
                engine = "odw"
            case _:
                engine = command.address.engine
        found = self._carriers.get(engine)
        if found is None:
            raise cannot(command)
        return found()

    def _is_driven(self, command: Carried) -> bool:
        """Whether a run of ours is at work on it."""
        items = self._snapshot().items
        item = items.get(command.address.root)
        return item is not None and driven(item, items) is not item

    @cached_property
    def _pandacode(self) -> Driver:
        from odw_core.service.pandacode import PandaCodeAnswers

        return PandaCodeAnswers(self._state, self._snapshot)

    @cached_property
    def _converge_answers(self) -> ConvergeAnswers:
        from odw_core.service.upstream.converge_answers import ConvergeAnswers

        return ConvergeAnswers(self._state, self._snapshot, server=self._config.converge_server)

    @cached_property
    def _converge(self) -> Carrier:
        from odw_core.service.roads.converge_runs import ConvergeRuns

        return ConvergeRuns(self._state, self._snapshot, self._begin, answers=self._converge_answers)

    @cached_property
    def _upstream(self) -> Carrier:
        from odw_core.service.roads.upstream_runs import UpstreamRuns

        return UpstreamRuns(self._snapshot, self._begin)

    @cached_property
    def _batches(self) -> Carrier:
        from odw_core.service.roads.batch_logs import BatchLogs

        return BatchLogs(self._state, self._snapshot, self._begin)
