"""Shell text as the simple commands it would run, those inside others included. Pure; expands and runs nothing.

Raises ``Unreadable`` rather than guess: what cannot be taken apart is for a person to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_OPERATORS = (
    *("&>>", "<<<", "<<-"),
    *("&&", "||", "|&", ";;", ">>", ">|", ">&", "<&", "<>", "<<", "&>"),
    *(";", "|", "&", "(", ")", "<", ">", "\n"),
)
_STARTS = frozenset(operator[0] for operator in _OPERATORS)
_WRITES = frozenset((">", ">>", ">|", "&>", "&>>", ">&", "<>"))
_READS = frozenset(("<", "<&", "<<<"))
_HERE = frozenset(("<<", "<<-"))
_PIPES = frozenset(("|", "|&"))
_DEEPEST = 8
_LONGEST = 200_000
_EXPANDED = re.compile(r"[*?\[\]{}~]")


class Unreadable(ValueError):
    """The text is not understood; the message says what of it."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word. ``is_known`` says that the shell passes on exactly this text."""

    text: str
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """A program with its arguments, and where the shell sends what it says."""

    words: tuple[Word, ...]
    writes: tuple[Word, ...] = ()
    """Files that the shell opens for writing."""
    is_fed: bool = False
    """Whether another command or a text in the script is what it reads."""
    fed_text: str | None = None
    """That text, where it stands in the script."""
    depth: int = 0
    """How many subshells it is inside; what happens there stays there."""


@dataclass(slots=True)
class _Operator:
    sign: str
    body: str = ""
    """The lines of a here-document."""


@dataclass(slots=True)
class _Lexer:
    text: str
    at: int = 0
    tokens: list[Word | _Operator] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)
    """Commands whose output becomes part of a word."""
    word: list[str] | None = None
    is_known: bool = True
    is_quoted: bool = False
    waiting: list[tuple[_Operator, str, bool]] = field(default_factory=list)
    """Here-documents whose lines have yet to come: operator, last line, whether nothing in it is expanded."""

    def read(self) -> None:
        text, size = self.text, len(self.text)
        while self.at < size:
            sign = text[self.at]
            if sign in " \t\r":
                self._end_word()
                self.at += 1
            elif sign == "#" and self.word is None:
                self.at = self._find("\n", size)
            elif sign == "\\":
                self._escaped()
            elif sign == "'":
                end = self._close("'", self.at + 1)
                self._add(text[self.at + 1 : end], is_quoted=True)
                self.at = end + 1
            elif sign == '"':
                self._double_quoted()
            elif sign in "$`":
                self._expansion()
            elif sign in "<>" and text[self.at + 1 : self.at + 2] == "(":
                self.inner.append(self._in_brackets(self.at + 2))
                self._add(f"{sign}(…)", is_known=False)
            elif sign in _STARTS:
                self._operator()
            else:
                self._add(sign, is_known=not _EXPANDED.match(sign))
                self.at += 1
        self._end_word()
        self._here_documents()

    def _find(self, sign: str, missing: int) -> int:
        found = self.text.find(sign, self.at)
        return missing if found < 0 else found

    def _close(self, sign: str, start: int) -> int:
        found = self.text.find(sign, start)
        if found < 0:
            raise Unreadable("a quotation mark is never closed")
        return found

    def _add(self, text: str, *, is_known: bool = True, is_quoted: bool = False) -> None:
        if self.word is None:
            self.word, self.is_known, self.is_quoted = [], True, False
        self.word.append(text)
        self.is_known = self.is_known and is_known
        self.is_quoted = self.is_quoted or is_quoted

    def _end_word(self) -> None:
        if self.word is None:
            return
        word, self.word = Word("".join(self.word), self.is_known), None
        last = self.tokens[-1] if self.tokens else None
        if isinstance(last, _Operator) and last.sign in _HERE:
            self.waiting.append((last, word.text, self.is_quoted))
        self.tokens.append(word)

    def _escaped(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following != "\n":
            self._add(following, is_quoted=True)
        self.at += 2

    def _double_quoted(self) -> None:
        text = self.text
        self._add("", is_quoted=True)
        self.at += 1
        while True:
            sign = text[self.at : self.at + 1]
            if not sign:
                raise Unreadable("a quotation mark is never closed")
            if sign == '"':
                self.at += 1
                return
            if sign == "\\" and text[self.at + 1 : self.at + 2] in ("$", "`", '"', "\\", "\n"):
                following = text[self.at + 1]
                self._add("" if following == "\n" else following)
                self.at += 2
            elif sign in "$`":
                self._expansion(is_in_quotes=True)
            else:
                self._add(sign)
                self.at += 1

    def _expansion(self, *, is_in_quotes: bool = False) -> None:
        text, at = self.text, self.at
        following = text[at + 1 : at + 2]
        if text[at] == "`":
            end = at + 1
            while text[end : end + 1] not in ("`", ""):
                end += 2 if text[end] == "\\" else 1
            if end >= len(text):
                raise Unreadable("a command inside another is never closed")
            self.inner.append(text[at + 1 : end].replace("\\`", "`"))
            self._add("`…`", is_known=False)
            self.at = end + 1
        elif following == "(":
            self.inner.append(self._in_brackets(at + 2))
            self._add("$(…)", is_known=False)
        elif following == "{":
            end = text.find("}", at)
            if end < 0 or any(sign in text[at + 2 : end] for sign in ("$(", "`", "{")):
                raise Unreadable("a variable in it is too involved to be read")
            self._add(text[at : end + 1], is_known=False)
            self.at = end + 1
        elif following == "'" and not is_in_quotes:
            end = at + 2
            while text[end : end + 1] not in ("'", ""):
                end += 2 if text[end] == "\\" else 1
            if end >= len(text):
                raise Unreadable("a quotation mark is never closed")
            inside = text[at + 2 : end]
            self._add(inside, is_known="\\" not in inside, is_quoted=True)
            self.at = end + 1
        else:
            is_variable = following.isalnum() or following in ("_", "@", "*", "#", "?", "!", "$", "-")
            self._add("$", is_known=not (following and is_variable))
            self.at += 1

    def _in_brackets(self, start: int) -> str:
        """The text up to the bracket that closes; ``at`` comes to stand behind it."""
        text, depth, at = self.text, 1, start
        quote = ""
        while at < len(text):
            sign = text[at]
            if sign == "\\" and quote != "'":
                at += 1
            elif quote:
                quote = "" if sign == quote else quote
            elif sign in "'\"":
                quote = sign
            elif sign == "(":
                depth += 1
            elif sign == ")":
                depth -= 1
                if not depth:
                    self.at = at + 1
                    return text[start:at]
            at += 1
        raise Unreadable("a command inside another is never closed")

    def _operator(self) -> None:
        text, at = self.text, self.at
        sign = next(one for one in _OPERATORS if text.startswith(one, at))
        if sign[0] in "<>" and self.word is not None and not self.is_quoted and "".join(self.word).isdigit():
            self.word = None
        self._end_word()
        self.tokens.append(_Operator(sign))
        self.at += len(sign)
        if sign == "\n":
            self._here_documents()

    def _here_documents(self) -> None:
        """The lines after this one belong to the here-documents of it, one after the other."""
        for operator, last, is_literal in self.waiting:
            lines: list[str] = []
            while self.at < len(self.text):
                end = self._find("\n", len(self.text))
                line = self.text[self.at : end]
                self.at = end + 1
                if (line.lstrip("\t") if operator.sign == "<<-" else line) == last:
                    break
                lines.append(line)
            operator.body = "\n".join(lines)
            if not is_literal:
                inside = _Lexer('"' + operator.body.replace('"', '\\"') + '"')
                inside.read()
                self.inner += inside.inner
        self.waiting.clear()


def simple_commands(text: str, depth: int = 0) -> list[SimpleCommand]:
    """Every command in ``text`` in the order they stand there, each before those whose output it takes up."""
    if depth > _DEEPEST:
        raise Unreadable("commands are nested too deeply to be read")
    if len(text) > _LONGEST:
        raise Unreadable("it is too long to be read")
    if "\0" in text:
        raise Unreadable("it has characters that no command has")
    lexer = _Lexer(text)
    lexer.read()
    found = list(_parsed(lexer.tokens, depth))
    for inside in lexer.inner:
        found += simple_commands(inside, depth + 1)
    return found


def _parsed(tokens: Sequence[Word | _Operator], depth: int) -> Iterator[SimpleCommand]:
    words: list[Word] = []
    writes: list[Word] = []
    fed_text: str | None = None
    is_fed = False
    redirection = ""
    for token in (*tokens, _Operator("\n")):
        if isinstance(token, Word):
            if redirection in _WRITES:
                if not (redirection == ">&" and (token.text.isdigit() or token.text == "-")):
                    writes.append(token)
            elif redirection == "<<<":
                fed_text = token.text
            elif not redirection:
                words.append(token)
            redirection = ""
            continue
        if redirection and token.sign != "\n":
            raise Unreadable("it sends output to nowhere")
        redirection = ""
        if token.sign in _WRITES or token.sign in _READS:
            redirection = token.sign
            is_fed = is_fed or token.sign in _READS
            continue
        if token.sign in _HERE:
            redirection, fed_text, is_fed = token.sign, token.body, True
            continue
        if words or writes:
            yield SimpleCommand(tuple(words), tuple(writes), is_fed, fed_text, depth)
            words, writes, fed_text = [], [], None
            is_fed = token.sign in _PIPES
        else:
            is_fed = is_fed or token.sign in _PIPES
        if token.sign == "(":
            depth += 1
        elif token.sign == ")":
            depth -= 1
