"""Readme: the tables of README.md that are made from the code. ``.ci/docs`` writes them, a test compares them."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from odw_core import config
from odw_core.config import Config
from odw_tui.actions import ACTIONS, CONTEXTS, EVERYWHERE, Action
from odw_tui.headless.arguments import build_parser
from odw_tui.headless.commands import command_table
from odw_tui.keymap import show_key

README = Path(__file__).parents[2] / "README.md"

_WHERE = {EVERYWHERE: "every screen", "lines": "long text", "text": "short page"}


def keys() -> str:
    """Every action of the registry, in the groups of the help page."""
    groups = dict.fromkeys(action.group for action in ACTIONS)
    rows = [_key_row(action) for group in groups for action in ACTIONS if action.group == group]
    return _table(("key", "does", "where", "action"), rows)


def _key_row(action: Action) -> tuple[str, ...]:
    pressed = " ".join(f"`{show_key(key)}`" for key in action.keys) or "palette only"
    if EVERYWHERE in action.contexts:
        where = _WHERE[EVERYWHERE]
    else:
        where = ", ".join(_WHERE.get(context, context) for context in CONTEXTS if context in action.contexts)
    return pressed, action.help, where, f"`{action.id}`"


def commands() -> str:
    """Every command of the parser."""
    return _table(("command", "does"), ((f"`{typed}`", does) for typed, does in command_table()))


def exit_codes() -> str:
    """What ``--help`` says about exit codes, one a row."""
    said = re.search(r"^exit codes:\n((?:  .*\n)+)", build_parser().format_help(), re.MULTILINE)
    assert said is not None
    words = " ".join(said[1].split())
    return _table(("exit code", "means"), re.findall(r"(\d+) ([^,;]+)", words))


def settings() -> str:
    """Every key of ``config.toml``."""
    words = _field_docstrings(Config)
    rows = [(f"`{field.name}`", _default(field), words[field.name]) for field in dataclasses.fields(Config)]
    return _table(("key", "default", "means"), rows)


def _default(field: dataclasses.Field[object]) -> str:
    value = field.default_factory() if callable(field.default_factory) else field.default
    if value is None:
        return "unset"
    if isinstance(value, dict):
        return "`{}`"
    return f"`{json.dumps(value)}`"


def _field_docstrings(owner: type) -> dict[str, str]:
    (definition,) = (
        node
        for node in ast.parse(inspect.getsource(config)).body
        if isinstance(node, ast.ClassDef) and node.name == owner.__name__
    )
    found: dict[str, str] = {}
    for node, following in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(node, ast.AnnAssign) and isinstance(following, ast.Expr):
            words = str(ast.literal_eval(following.value)).replace("``", "`")
            found[ast.unparse(node.target)] = " ".join(words.split())
    return found


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(_lines(head, rows))


def _lines(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        cells = (cell.replace("|", r"\|") for cell in row)
        yield f"| {' | '.join(cells)} |"


TABLES: dict[str, Callable[[], str]] = {
    "keys": keys,
    "commands": commands,
    "exit codes": exit_codes,
    "settings": settings,
}


def renewed(text: str) -> str:
    """README with each generated table as the code has it now."""
    for name, table in TABLES.items():
        before, begin, rest = text.partition(f"<!-- {name}: made by .ci/docs -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->\n")
        if not (begin and end):
            raise ValueError(f"README.md has no place for the table {name!r}")
        text = f"{before}{begin}{table()}\n{end}{after}"
    return text


if __name__ == "__main__":
    README.write_text(renewed(README.read_text("utf-8")), "utf-8")
