"""A batch once more: which scenarios, with which list, template and model, read from what it left. Starts nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from odw_core.engines.loose import sequence, text
from odw_core.engines.scenario import diagnosis
from odw_core.engines.scenario.acc import RunAcc
from odw_core.engines.scenario.fold import fold_run
from odw_core.engines.scenario.names import ENGINE, LOG, OURS, file_of, is_error_log
from odw_core.errors import NotFound, OdwError, Refused, UsageError
from odw_core.files.safe_open import read_regular
from odw_core.model.address import Address
from odw_core.model.command import Start
from odw_core.model.evidence import Appended
from odw_core.model.workflow import SCENARIO_BATCH
from odw_core.paths import user_paths
from odw_core.runs.control import is_ours
from odw_core.runs.folders import RunFolder, read_object
from odw_core.runs.reuse import FINISHED
from odw_core.runs.spec import read_spec

_MIRROR, _LOG = "batch.log", "log"
_MOST = 1 << 31
_ONCE = ("clears", "force", "smoke")
"""What was agreed to for one start is not agreed to for the next."""


def batch_again(address: Address, place: str, *, failed_only: bool, state: Path | None = None) -> Start:
    """What would run the batch at ``address`` (a run of ours, or a log below ``place``) once more.

    ``failed_only`` goes through what wrote no file alone, what was never reached too, and clears nothing. ``state`` is
    where our runs are kept. Raises ``OdwError`` with a sentence when there is nothing to repeat.
    """
    state = state if state is not None else user_paths().state
    root = address.root
    if root.engine == "odw":
        return _of_run(root, state, failed_only=failed_only)
    if root.engine != ENGINE or is_error_log(root):
        raise Refused(f"{root} is no batch that could be run again.")
    acc = _folded(root.item, place, Path(place, file_of(root.item)))
    run = Address("odw", acc.run_id) if acc.run_id.startswith("odw-exec-") else None
    if run is not None and is_ours(state, run.item, place):
        return _of_run(run, state, failed_only=failed_only)
    given: dict[str, object] = {}
    for name, path in (("scenarios", acc.scenario_file), ("template", acc.template_file)):
        # A log is foreign text: what it names is taken from the place, and from nowhere else.
        if path and (own := _below(path, acc.root)):
            given[name] = own
    if acc.model_expected:
        given["model"] = acc.model_expected
    given["repeats"] = str(root)
    planned = [*range(1, (acc.scenario_count or diagnosis.last_index(acc)) + 1)]
    return Start(SCENARIO_BATCH, _chosen(given, planned, acc) if failed_only else given, place, parent=root)


def failed_of(start: Start, state: Path) -> Start:
    """A start that keeps what went well, as a batch does that: those scenarios are left out. Raises ``OdwError``."""
    if start.workflow != SCENARIO_BATCH or not start.reuse:
        return start
    if start.reuse != FINISHED or start.parent is None:
        raise UsageError("A batch is run again whole, or what failed of it; it has no steps to begin at.")
    again = batch_again(start.parent, start.workspace, failed_only=True, state=state)
    chosen = {key: value for key, value in again.given.items() if key in ("only", "max_scenarios", "repeats")}
    # The first so many say nothing any more: what is gone through is named.
    kept = {key: value for key, value in start.given.items() if key != "max_scenarios"}
    return replace(start, given={**kept, **chosen}, reuse="")


def place_of(address: Address, places: Iterable[str]) -> str:
    """The place in which the log of that address lies; empty when it is in none, or it is no log."""
    if address.root.engine != ENGINE:
        return ""
    return next((place for place in places if Path(place, file_of(address.root.item)).is_file()), "")


def is_batch(address: Address, state: Path) -> bool:
    """Whether it is a batch that we drive, or drove."""
    try:
        return read_spec(RunFolder(state, address.root.item)).workflow == SCENARIO_BATCH
    except OdwError:
        return False


def _of_run(run: Address, state: Path, *, failed_only: bool) -> Start:
    folder = RunFolder(state, run.item)
    spec = read_spec(folder)
    if spec.workflow != SCENARIO_BATCH:
        raise Refused(f"{run} is no batch.")
    given = {key: value for key, value in spec.given.items() if key not in _ONCE}
    log = text(read_object(folder.kept) or {}, _LOG)
    if log:
        given["repeats"] = str(Address(ENGINE, log))
    if failed_only:
        acc = _folded(log, spec.workspace, folder.root / _MIRROR)
        only = [one for one in sequence(given, "only") if isinstance(one, int)]
        most = given.get("max_scenarios")
        count = min(acc.scenario_count or 0, most) if isinstance(most, int) else acc.scenario_count or 0
        given = _chosen(given, only or [*range(1, count + 1)], acc)
    return Start(SCENARIO_BATCH, given, spec.workspace, parent=run, home=spec.codex_home)


def _chosen(given: dict[str, object], planned: list[int], acc: RunAcc) -> dict[str, object]:
    fine = {index for index in planned if str(index) in acc.newest and diagnosis.newest(acc, index).status == "OK"}
    failed = [index for index in planned if index not in fine]
    if not failed:
        raise Refused("Every scenario of it wrote its file; there is nothing that failed.")
    return {**{key: value for key, value in given.items() if key != "max_scenarios"}, "only": failed}


def _folded(item: str, place: str, path: Path) -> RunAcc:
    try:
        data = read_regular(path, _MOST)
    except (OSError, ValueError) as error:
        raise NotFound(f"Its log {path.name} cannot be read any more.") from error
    acc = fold_run(RunAcc(item, place), Appended(LOG, 0, data[: data.rfind(b"\n") + 1], False))
    if acc.shape != OURS:
        raise Refused(f"{path.name} is no log of a batch, so nobody knows what to repeat.")
    return acc


def _below(path: str, root: str) -> str:
    """The path from the root; empty when it leads somewhere else."""
    if root and path.startswith(f"{root.rstrip('/')}/"):
        path = path[len(root.rstrip("/")) + 1 :]
    parts = PurePosixPath(path).parts
    return "" if not parts or parts[0] == "/" or ".." in parts else path
