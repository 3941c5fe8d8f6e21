"""Programs that change this machine: files, modes, processes, disks. Judged by where they write and what they undo."""

from __future__ import annotations

import re
from posixpath import basename

from odw_core.decide.commands.judging import DELETE, ERASE, KILL, OPEN, Judging, split_options
from odw_core.decide.commands.shell import SimpleCommand, Word


def rm(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """Whole folders, or nobody knows what; single files count as written."""
    options, others = split_options(words[1:])
    if options & {"-r", "-R", "--recursive"}:
        judging.add(DELETE, "it deletes whole folders")
    elif any(not word.is_known for word in words[1:]):
        judging.add(DELETE, "what it deletes is known only when it runs")
    for word in others:
        judging.word_path(word)


def written(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """Every word is a path that is written."""
    for word in split_options(words[1:])[1]:
        judging.word_path(word)


def to_last(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """``cp``, ``ln`` and their like: the last word is written, or what follows ``-t``."""
    _, others = split_options(words[1:])
    for place, word in enumerate(words[:-1]):
        if word.text in ("-t", "--target-directory"):
            judging.word_path(words[place + 1])
    for word in others[-1:] if len(others) > 1 else ():
        judging.word_path(word)


def mv(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """Both ends change."""
    to_last(judging, words, command)
    _, others = split_options(words[1:])
    for word in others[:-1]:
        judging.word_path(word)
    if others and others[-1].text == "/dev/null":
        judging.add(DELETE, "it throws a file away")


def find(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """What it deletes or runs for all it finds."""
    texts = [word.text for word in words]
    if "-delete" in texts:
        judging.add(DELETE, "it deletes everything that it finds")
    for place, text in enumerate(texts):
        if text in ("-exec", "-execdir", "-ok", "-okdir"):
            judging.again(words[place + 1 :], command)
            if texts[place + 1 : place + 2] == ["rm"]:
                judging.add(DELETE, "it deletes everything that it finds")
        if text in ("-fprint", "-fprintf", "-fls") and place + 1 < len(words):
            judging.word_path(words[place + 1])


def chmod(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """Who may write afterwards."""
    options, others = split_options(words[1:])
    mode = others[0].text if others else ""
    is_open = bool(re.fullmatch(r"[0-7]?[0-7][0-7][2367]", mode)) or bool(re.match(r"^[ugoa]*[oa][ugoa]*\+\w*w", mode))
    is_suid = bool(re.fullmatch(r"[2-7][0-7]{3}", mode)) or "+s" in mode
    if is_open or is_suid:
        judging.add(OPEN, "it lets everybody write, or act as another user")
    elif options & {"-R", "--recursive"} and basename(words[0].text) != "chmod":
        judging.add(OPEN, "it gives whole folders to another owner")
    for word in others[1:]:
        judging.word_path(word)


def kill(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """Anything but asking."""
    if "-l" not in {word.text for word in words[1:]} and "-0" not in {word.text for word in words[1:]}:
        judging.add(KILL, "it ends other processes")


def dd(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """What it writes over."""
    for word in words[1:]:
        if word.text.startswith("of="):
            judging.add(ERASE, "it writes over a file or a disk as a whole")
            judging.word_path(Word(word.text[3:], word.is_known))


def sed(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """Files that are changed in place."""
    options, others = split_options(words[1:])
    if any(option.startswith(("-i", "--in-place")) for option in options):
        for word in others[1:]:
            judging.word_path(word)


def tar(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """Where it unpacks."""
    for place, word in enumerate(words[:-1]):
        if word.text in ("-C", "--directory", "-d"):
            judging.word_path(words[place + 1])
