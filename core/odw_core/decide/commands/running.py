"""Programs that run other programs: shells, interpreters, prefixes. What they run is judged, too."""

from __future__ import annotations

import re
from posixpath import basename

from odw_core.decide.commands.judging import ASSIGNED, DELETE, NETWORK, RUN, SUDO, Handler, Judging, split_options
from odw_core.decide.commands.shell import SimpleCommand, Word

SHELLS = frozenset(("sh", "bash", "zsh", "dash", "ksh", "fish", "ash"))
_INLINE = {"-c", "-e", "-r", "--eval", "-p", "eval"}
_CODE = (
    (
        re.compile(r"\brmtree\b|\bos\.(?:remove|unlink|rmdir)\b|\bunlink(?:Sync)?\b|\brm(?:Sync|dirSync)\b|rimraf"),
        DELETE,
        "the program text in it deletes files",
    ),
    (
        re.compile(
            r"\bos\.system\b|\bsubprocess\b|\bchild_process\b|\bos\.exec|\bpopen\b|\beval\b|\bsystem\s*[(\"']|`",
            re.IGNORECASE,
        ),
        RUN,
        "the program text in it runs other programs",
    ),
    (
        re.compile(r"\burllib\b|\brequests\.|\bhttpx?\.|\bsocket\b|\bfetch\(|https?://(?!localhost|127\.)"),
        NETWORK,
        "the program text in it uses the network",
    ),
)


def prefix(with_value: str, *, counted: int = 0) -> Handler:
    """A program that runs another one: its own options go, then so many words of its own.

    ``with_value`` are its options that take the word after them.
    """
    taking = frozenset(with_value.split())

    def handle(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
        at = 1
        while at < len(words) and (words[at].text.startswith("-") or ASSIGNED.match(words[at].text)):
            text = words[at].text
            if text == "--":
                at += 1
                break
            at += 2 if text in taking else 1
        judging.again(words[at + counted :], command)

    return handle


def sudo(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """Acts as somebody else; what it runs is judged as well."""
    judging.add(SUDO, "it acts as another user, who may do everything")
    prefix("-u -g -h -p -C -T -U -D -R")(judging, words, command)


def su(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """``su -c`` takes a script."""
    judging.add(SUDO, "it acts as another user, who may do everything")
    shell(judging, words, command)


def shell(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """``bash -lc SCRIPT``, or a shell that is fed."""
    for place, word in enumerate(words[1:], 1):
        is_short = word.text.startswith("-") and not word.text.startswith("--")
        if (is_short and "c" in word.text) or word.text == "--command":
            script = words[place + 1] if place + 1 < len(words) else None
            if script is not None and script.text == "--" and place + 2 < len(words):
                script = words[place + 2]
            if script is None or (not script.is_known and "(…)" in script.text):
                judging.add(RUN, "what the shell inside would run is known only when it runs")
            elif script.is_known:
                judging.text(script.text)
            else:
                judging.text(script.text)
                judging.add(RUN, "parts of what the shell inside would run are known only when it runs")
            return
    _, others = split_options(words[1:])
    if command.fed_text is not None:
        judging.text(command.fed_text)
    elif command.is_fed and not others:
        judging.add(RUN, "it pipes what nobody has seen into a shell")
    elif any(not word.is_known for word in others[:1]):
        judging.add(RUN, "which script it runs is known only when it runs")


def interpreter(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """Program text on the command line, or an interpreter that is fed."""
    code = [words[place + 1].text for place, word in enumerate(words[:-1]) if word.text in _INLINE and place]
    others = [word for word in words[1:] if word.text != "-" and not word.text.startswith("-")]
    if command.fed_text is not None:
        code.append(command.fed_text)
    elif command.is_fed and not others and not code:
        judging.add(RUN, "it pipes what nobody has seen into an interpreter")
    for text in code:
        for pattern, word, why in _CODE:
            if pattern.search(text):
                judging.add(word, why)


def source(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """A script that is run here."""
    if len(words) > 1 and not words[1].is_known:
        judging.add(RUN, "what it takes in and runs is known only when it runs")


def evaluate(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """Words that become a script."""
    if any(not word.is_known for word in words[1:]):
        judging.add(RUN, "what it runs is known only when it runs")
    judging.text(" ".join(word.text for word in words[1:]))


def trap(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """A script for later."""
    if len(words) > 2:
        judging.text(words[1].text)


def xargs(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """A command whose words come from another."""
    at = 1
    while at < len(words) and words[at].text.startswith("-"):
        at += 2 if words[at].text in ("-n", "-I", "-L", "-P", "-s", "-d", "-E", "-a") else 1
    rest = words[at:]
    if rest and basename(rest[0].text) in ("rm", "unlink", "shred"):
        judging.add(DELETE, "it deletes whatever it is told by another command")
    if rest and basename(rest[0].text) in SHELLS and len(rest) == 1:
        judging.add(RUN, "it runs whatever it is told by another command")
    judging.again(rest, command)
