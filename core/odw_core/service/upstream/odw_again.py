"""A run of odw once more: script, input and backend as its journal and its folder tell them. Starts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from odw_core.engines.loose import parse_object, text
from odw_core.engines.odw.layout import discover
from odw_core.engines.odw.names import INPUT, JOURNAL
from odw_core.errors import NotFound, Refused
from odw_core.files.safe_open import read_regular
from odw_core.model.address import Address
from odw_core.model.command import Start
from odw_core.model.workflow import ODW_EXEC

_MOST_INPUT, _MOST_JOURNAL = 64 << 20, 1 << 20
_FIRST = 20
"""Lines of a journal among which the launch is; it is the first one."""
_OURS = "odw-tui:"
_BACKENDS = ("pandacode", "mock")


def odw_again(address: Address, place: str, changed: Mapping[str, object]) -> Start:
    """The run of ours that lets odw do the same once more, with what is ``changed`` laid over it.

    Which model odw was told to take, nobody wrote down. Raises ``NotFound`` when its files are gone, ``Refused`` when
    they do not say which script it was.
    """
    root = address.root
    unit = next((one for one in discover(place) if one.address == root), None)
    if unit is None:
        raise NotFound(f"{root} is not below {place} any more.")
    launch = _launch(Path(unit.root, JOURNAL))
    script, backend = text(launch, "script"), text(launch, "backend")
    if script.startswith(_OURS):
        raise Refused(f"{root} was started by odw-tui elsewhere, so nobody here knows what to repeat.")
    if not script:
        raise Refused(f"{root} does not say which script it ran, so nobody knows what to repeat.")
    given: dict[str, object] = {"script": script}
    given |= {"backend": backend} if backend in _BACKENDS else {}
    if _has_input(Path(unit.root, INPUT)):
        given["input_file"] = str(Path(unit.root, INPUT).relative_to(place))
    if "input" in changed:
        given.pop("input_file", None)
    return Start(ODW_EXEC, {**given, **changed}, place, parent=root)


def _launch(journal: Path) -> dict[str, object]:
    try:
        data = read_regular(journal, _MOST_JOURNAL)
    except (OSError, ValueError):
        return {}
    lines = (parse_object(line) or {} for line in data.split(b"\n", _FIRST)[:_FIRST])
    return next((fields for fields in lines if text(fields, "type") == "launch"), {})


def _has_input(path: Path) -> bool:
    try:
        return bool(read_regular(path, _MOST_INPUT).strip())
    except (OSError, ValueError):
        return False
