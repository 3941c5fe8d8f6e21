"""The prompt template: what is wrong with one, and what it says for one scenario. Pure, never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from odw_core.workflows.scenario_batch.statements import Statement

PLACEHOLDERS = ("index", "title", "body", "output_path", "total")
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}\n]{0,200})\}|[{}]")
_CODE_BLOCK = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*(sh|bash|shell|console|zsh)?[ \t]*$")
_PROMPTED = re.compile(r"^\s*\$ +(.+)$")
_COMMAND = re.compile(r"^[a-z][a-z0-9_+-]{0,40}$")
_INLINE = re.compile(r"`([^`\n]+)`")
_SHELL_WORDS = frozenset(("cd", "export", "if", "for", "while", "set", "echo", "then", "fi", "do", "done", "else"))


def template_troubles(text: str) -> tuple[str, ...]:
    """What keeps the template from being filled in, each with its line (from 1)."""
    troubles: list[str] = []
    for match in _PIECE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match[1] is not None and match[1] not in PLACEHOLDERS:
            known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            troubles.append(f"line {line}: {match[0]} is none of {known}")
        elif match[0] in ("{", "}"):
            troubles.append(f"line {line}: a single {match[0]}; write it twice to mean the brace itself")
    if not text.strip():
        troubles.append("it is empty")
    return tuple(troubles)


def has_placeholder(text: str, name: str) -> bool:
    """Whether something is filled in there."""
    return any(match[1] == name for match in _PIECE.finditer(text))


def filled(text: str, statement: Statement, output_path: str, total: int) -> str:
    """The prompt of one scenario; what is filled in is never read for placeholders itself."""
    values = {
        "index": str(statement.index),
        "title": statement.title,
        "body": statement.body,
        "output_path": output_path,
        "total": str(total),
    }

    def one(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        return values.get(match[1] or "", match[0])

    return _PIECE.sub(one, text)


def output_name(index: int) -> str:
    """``scenario_007.md``, with more digits where they are needed."""
    return f"scenario_{index:03}.md"


def key_of(index: int) -> str:
    """How the node of a scenario is called."""
    return f"scenario-{index:03}"


def named_commands(text: str) -> tuple[str, ...]:
    """Programs that the template tells the agent to run, as far as its shell blocks and code show; each once."""
    return tuple(dict.fromkeys(_commands(text)))


def _commands(text: str) -> Iterator[str]:
    fence, is_shell = "", False
    for line in text.split("\n"):
        if block := _CODE_BLOCK.match(line):
            if fence:
                fence = "" if line.strip().startswith(fence) else fence
            else:
                fence, is_shell = block[1], block[2] is not None
            continue
        if fence and is_shell:
            prompted = _PROMPTED.match(line)
            yield from _first_word(prompted[1] if prompted else line)
        elif not fence:
            for inline in _INLINE.finditer(line):
                # One word alone is a name of something as often as it is a command.
                if " " in inline[1].strip():
                    yield from _first_word(inline[1])


def _first_word(line: str) -> Iterator[str]:
    word = line.split()[0] if line.split() else ""
    if _COMMAND.match(word) and word not in _SHELL_WORDS:
        yield word
