"""Programs that reach beyond this machine or undo history: git, downloads, copies, package managers."""

from __future__ import annotations

import re
from posixpath import basename

from odw_core.decide.commands.judging import (
    DELETE,
    DISCARD,
    FORCE,
    LOCAL,
    NETWORK,
    OUTSIDE,
    PUBLISH,
    RUN,
    Judging,
    split_options,
)
from odw_core.decide.commands.shell import SimpleCommand, Word
from odw_core.text.ansi import one_line

_REMOTE = re.compile(r"^(?:[a-z][a-z0-9+.-]*://|[^/\s:]+@[^/\s:]+:|[A-Za-z0-9_.-]{2,}:(?!//))")
_GIT_WITH_VALUE = frozenset(("-C", "-c", "--git-dir", "--work-tree", "--namespace"))


def git(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """History and changes that are thrown away, and what others see."""
    at = 1
    while at < len(words) and words[at].text.startswith("-"):
        if words[at].text == "-c" and at + 1 < len(words) and "=" in words[at + 1].text:
            name, _, value = words[at + 1].text.partition("=")
            if value.startswith("!") or name.lower() in (
                "core.sshcommand",
                "core.pager",
                "core.hookspath",
                "core.editor",
            ):
                judging.add(RUN, "it lets git run another program")
        at += 2 if words[at].text in _GIT_WITH_VALUE else 1
    if at >= len(words):
        return
    verb, rest = words[at], words[at + 1 :]
    if not verb.is_known:
        judging.add(RUN, "what git is to do is known only when it runs")
        return
    options, others = split_options(rest)
    names = [word.text for word in others]
    match verb.text:
        case "push":
            is_forced = bool(options & {"-f", "--force", "--force-with-lease", "--mirror", "--delete", "-d", "--prune"})
            if is_forced or any(name.startswith(("+", ":")) for name in names):
                judging.add(FORCE, "it overwrites or deletes what others may have")
            else:
                judging.add(PUBLISH, "it sends commits elsewhere")
        case "reset" if options & {"--hard", "--merge", "--keep"}:
            judging.add(DISCARD, "it throws away changes that are not committed")
        case "clean" if options & {"-f", "--force"}:
            judging.add(DISCARD, "it deletes files that git does not know")
        case "checkout" | "switch" if (
            options & {"-f", "--force", "--discard-changes"} or "." in names or any(w.text == "--" for w in rest)
        ):
            judging.add(DISCARD, "it throws away changes that are not committed")
        case "restore" if "--staged" not in options or "--worktree" in options:
            judging.add(DISCARD, "it throws away changes that are not committed")
        case "branch" | "tag" if options & {"-D", "-d", "--delete"}:
            judging.add(DISCARD, "it deletes a name in the repository")
        case "stash" if names[:1] in (["drop"], ["clear"]):
            judging.add(DISCARD, "it throws away changes that were put aside")
        case "filter-branch" | "filter-repo" | "update-ref" | "reflog" | "gc" | "prune":
            if verb.text != "reflog" or names[:1] in (["expire"], ["delete"]):
                judging.add(DISCARD, "it takes away or rewrites history")
        case "worktree" if names[:1] == ["remove"] or names[:1] == ["prune"]:
            judging.add(DISCARD, "it deletes a working tree")
        case "rm" if not options & {"--cached"}:
            judging.add(DELETE, "it deletes files") if options & {"-r", "-f"} else None
        case "clone" | "fetch" | "pull" | "ls-remote" | "submodule" | "remote":
            if any(_REMOTE.match(name) and not LOCAL.match(name) for name in names):
                judging.add(NETWORK, "it reaches another machine")
            elif verb.text in ("fetch", "pull"):
                judging.remark("it fetches from the network")
        case "config" if options & {"--global", "--system"}:
            judging.add(OUTSIDE, "it changes how git works everywhere")
        case _:
            return


def network(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """``curl`` and its like: anything that is neither an option nor this machine."""
    _, others = split_options(words[1:])
    where = [word for word in others if _REMOTE.match(word.text) or "." in word.text or not word.is_known]
    far = [word for word in where if not LOCAL.match(word.text)]
    is_local = bool([word for word in others if LOCAL.match(word.text)]) and not far
    if not is_local and len(words) > 1 and not (len(words) == 2 and words[1].text in ("--version", "--help", "-V")):
        named = f" ({one_line(far[0].text, 80)})" if far else ""
        judging.add(NETWORK, f"it reaches the network{named}")
    for place, word in enumerate(words[:-1]):
        if word.text in ("-o", "--output", "-O", "--output-document", "-P", "--directory-prefix", "--output-dir"):
            if basename(words[0].text) == "curl" and word.text == "-O":
                continue
            judging.word_path(words[place + 1])


def copies(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """``scp`` and ``rsync``: between machines, or into a folder."""
    options, others = split_options(words[1:])
    far = [word.text for word in others if _REMOTE.match(word.text) and not LOCAL.match(word.text)]
    if far:
        judging.add(NETWORK, f"it copies between machines ({one_line(far[0], 80)})")
    elif others:
        judging.word_path(others[-1])
    if any(option.startswith(("--delete", "--remove-source")) for option in options):
        judging.add(DELETE, "it deletes what is not there on the other side")


def packages(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
    """Package managers: what they install runs programs of others; publishing is for everybody."""
    options, others = split_options(words[1:])
    verbs = {word.text for word in others[:2]}
    if verbs & {"publish", "unpublish", "deprecate", "yank", "owner", "adduser", "dist-tag"}:
        judging.add(PUBLISH, "it publishes to everybody")
        if "--dry-run" in options:
            judging.remark("it says that it only tries")
    elif options & {"-g", "--global", "--user", "--system"} and verbs & {"install", "i", "add", "uninstall", "remove"}:
        judging.add(OUTSIDE, "it installs for everything on this machine")
    elif verbs & {"install", "i", "add", "ci", "update", "upgrade", "sync", "get", "download", "exec", "dlx", "create"}:
        judging.remark("it fetches packages from the network, and they may run programs")
