"""Judging: collects what could go wrong with a script, command by command. Knows paths and words, no single program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from posixpath import basename, isabs, join, normpath

from odw_core.decide.commands.shell import SimpleCommand, Unreadable, Word, simple_commands
from odw_core.text.ansi import one_line

DELETE, DISCARD, FORCE, PUBLISH, ERASE = "delete", "discard", "push", "publish", "erase"
OUTSIDE, SUDO, RUN, NETWORK, OPEN = "outside", "sudo", "run", "network", "open"
DROP, KILL, STOP, GIT, UNREAD = "drop", "kill", "stop", "git", "unread"

GRAVEST = (
    *(ERASE, SUDO, DELETE, DROP, FORCE, DISCARD, STOP, KILL, RUN, PUBLISH),
    *(OUTSIDE, GIT, OPEN, NETWORK, UNREAD),
)
"""The gravest first: its word is the one to be typed."""

LOCAL = re.compile(r"^(?:\w+://)?(?:[^@/]*@)?(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0)(?::\d+)?(?:[/?#]|$)")
"""An address of this machine."""
ASSIGNED = re.compile(r"^[A-Za-z_]\w*\+?=")

_DEEPEST = 8
_KEYWORDS = frozenset(
    ("if", "then", "elif", "else", "while", "until", "do", "done", "fi", "!", "{", "}", "coproc", "esac")
)
_TESTS = frozenset(("[", "[["))
_HARMLESS_FILES = frozenset(("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd/1", "/dev/fd/2"))
_SQL = re.compile(
    r"\b(?:drop\s+(?:table|database|schema|index|view|user|role)|truncate\s+(?:table\s+)?\w|"
    r"delete\s+from\s+[\w.\"`]+\s*(?:;|$|[\"'])|dropDatabase|flushall|flushdb)",
    re.IGNORECASE,
)
_ONLY_SAYS = frozenset(("echo", "printf", "grep", "rg", "cat", "git", "ag", "awk", "sed"))
_BOMB = re.compile(r"\(\s*\)\s*\{[^}]*\|[^}]*&\s*\}")

Handler = Callable[["Judging", list[Word], SimpleCommand], None]
"""Judges one command of a program, whose name is the first word."""


class Judging:
    """``handlers`` say what to look for in which program. ``cd`` is followed as far as anybody can."""

    def __init__(self, cwd: str, workspace: str, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._cwd: str | None = cwd
        self._ever: list[str | None] = [cwd]
        self._places: list[str | None] = [cwd]
        """Where the command that is looked at may run; None is anywhere."""
        self._workspace = normpath(workspace) if workspace else ""
        self._found: dict[str, str] = {}
        self._remarks: list[str] = []
        self._depth = 0

    def add(self, word: str, why: str) -> None:
        """A risk, and the word that has to be typed for it."""
        self._found.setdefault(word, why)

    def remark(self, why: str) -> None:
        """Worth saying, not worth a word."""
        self._remarks.append(why)

    @property
    def word(self) -> str | None:
        """The word of the gravest risk."""
        return next((word for word in GRAVEST if word in self._found), None)

    @property
    def why(self) -> str | None:
        """All that was found as one sentence, the gravest first."""
        found = [self._found[word] for word in GRAVEST if word in self._found]
        return "; ".join((*found, *dict.fromkeys(self._remarks))) or None

    def text(self, text: str) -> None:
        """Shell text."""
        if _BOMB.search(text):
            self.add(RUN, "it starts itself over and over")
        if self._depth > _DEEPEST:
            self._unread("commands are nested too deeply")
            return
        self._depth += 1
        try:
            for command in simple_commands(text):
                # Where a subshell works is not followed; it may be anywhere the script ever was.
                self._places = [self._cwd] if command.depth == 0 else self._ever
                for path in command.writes:
                    self.word_path(path)
                self.program(command.words, command)
        except Unreadable as error:
            self._unread(str(error))
        except RecursionError:
            self._unread("it is too involved")
        self._depth -= 1

    def again(self, words: Sequence[Word], command: SimpleCommand) -> None:
        """What is left of a command is a command by itself."""
        if self._depth > _DEEPEST:
            self._unread("commands are nested too deeply")
            return
        self._depth += 1
        self.program(words, command)
        self._depth -= 1

    def program(self, words: Sequence[Word], command: SimpleCommand) -> None:
        """One simple command."""
        start = 0
        while start < len(words) and (ASSIGNED.match(words[start].text) or words[start].text in _KEYWORDS):
            start += 1
        rest = list(words[start:])
        if not rest or rest[0].text in _TESTS:
            return
        if not rest[0].is_known:
            self.add(RUN, f"which program it runs is known only when it runs ({one_line(rest[0].text, 60)})")
            return
        name = basename(rest[0].text)
        if name not in _ONLY_SAYS and _SQL.search(
            f"{' '.join(word.text for word in rest[1:])}\n{command.fed_text or ''}"
        ):
            self.add(DROP, "it deletes data of a database")
        handler = self._handlers.get(name) or self._handlers.get(_family(name))
        if handler is not None:
            handler(self, rest, command)

    def word_path(self, word: Word) -> None:
        """A path that is written, as the shell has it."""
        text = word.text
        for name in ("${PWD}", "$PWD"):
            if not word.is_known and text.startswith(name):
                text = "." + text[len(name) :]
        if not word.is_known and text.startswith(("~", "$HOME", "${HOME}")):
            self.add(OUTSIDE, f"it writes in a home folder ({one_line(text, 80)})")
        elif not word.is_known and any(sign in text for sign in ("$", "`", "(…)")):
            self.add(OUTSIDE, f"nobody can say where it writes ({one_line(text, 80)})")
        else:
            self.path(text)

    def path(self, path: str) -> None:
        """A path that is written."""
        if path in _HARMLESS_FILES or not path:
            return
        if path.startswith("/dev/"):
            self.add(ERASE, f"it writes to a device ({one_line(path, 80)})")
            return
        for place in self._places:
            if place is None and not isabs(path):
                self.add(OUTSIDE, f"nobody can say where it writes ({one_line(path, 80)})")
                continue
            whole = normpath(join(place or "", path))
            if ".git" in whole.split("/"):
                self.add(GIT, f"it changes what git keeps ({one_line(path, 80)})")
            if self._is_outside(whole):
                self.add(OUTSIDE, f"it writes outside of the workspace ({one_line(path, 80)})")

    def cd(self, words: Sequence[Word], command: SimpleCommand) -> None:
        """From now on it works elsewhere."""
        target = next((word for word in words[1:] if not word.text.startswith("-")), Word("~", is_known=False))
        place: str | None = None
        if target.is_known and (self._cwd is not None or isabs(target.text)):
            place = normpath(join(self._cwd or "", target.text))
        self._ever.append(place)
        if command.depth == 0:
            self._cwd = place

    def _is_outside(self, whole: str) -> bool:
        if not self._workspace:
            return isabs(whole) or whole == ".." or whole.startswith("../")
        return whole != self._workspace and not whole.startswith(self._workspace.rstrip("/") + "/")

    def _unread(self, why: str) -> None:
        self.add(UNREAD, f"it cannot be read with certainty: {why}")


def _family(name: str) -> str:
    """``python3.11`` is python, ``mkfs.ext4`` is mkfs."""
    return re.sub(r"[\d.]+$", "", name.partition(".")[0]) or name


def split_options(words: Iterable[Word]) -> tuple[set[str], list[Word]]:
    """Every option, short ones letter by letter, and all that is none."""
    found: set[str] = set()
    others: list[Word] = []
    is_over = False
    for word in words:
        text = word.text
        if is_over or not text.startswith("-") or text == "-":
            others.append(word)
        elif text == "--":
            is_over = True
        elif text.startswith("--"):
            found.add(text.partition("=")[0])
        else:
            found |= {f"-{letter}" for letter in text[1:]} | {text}
    return found, others
