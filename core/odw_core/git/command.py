"""One git command at a time in one repository, so that nothing a repository says can start a program or a question.

It reads the person's own settings (name, line ends, ignored files) and takes the power from the rest: hooks, file
monitors, filters, external diffs, networks. Whoever calls says what is done; nothing here knows why.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.errors import OdwError

if TYPE_CHECKING:
    import asyncio

PRIVATE = frozenset((".odw", ".pandacode", ".converge"))
"""Folders of runs. Whatever lies in one of them, at any depth, is never part of a patch, a snapshot or a dirty list."""

_KEPT = frozenset(
    (
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_DATE",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_DATE",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CEILING_DIRECTORIES",
    )
)
_SETTINGS = (
    # What could start a program, open a connection or ask.
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.askPass=",
    "core.editor=false",
    "core.pager=cat",
    "protocol.allow=never",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    # What could change the bytes of a patch, or refuse them.
    "core.quotePath=true",
    "core.safecrlf=false",
    "core.ignoreStat=false",
    "core.trustctime=true",
    "diff.suppressBlankEmpty=false",
    "diff.orderFile=/dev/null",
    "apply.whitespace=nowarn",
    "apply.ignoreWhitespace=no",
    "i18n.commitEncoding=UTF-8",
    "advice.detachedHead=false",
    "worktree.useRelativePaths=false",
)
_SWITCHES = tuple(part for setting in _SETTINGS for part in ("-c", setting))
_NO_CONTENTS = frozenset(("cat-file", "check-ref-format", "commit-tree", "config", "ls-files", "rev-parse"))
"""Commands in which no filter and no hook could have a part: no file becomes a blob, no branch moves."""
_PATIENCE_S = 3.0


class GitError(OdwError):
    """Git cannot do that, in one sentence."""


class GitBusy(GitError):
    """Another git command holds a lock of this repository."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended: its exit code and both streams whole."""

    code: int
    output: bytes
    said: bytes


@dataclass(frozen=True, slots=True)
class Git:
    """One repository and one folder of its files; ``root`` is where commands run.

    ``directory`` is the repository's own folder (``.git``, or the folder of a linked worktree below it). Once it is
    known, nothing is looked up any more: a ``.git`` that an agent wrote into a worktree leads nowhere.
    """

    root: Path
    directory: Path | None = None
    deadline_s: float = 120.0

    async def run(
        self,
        *args: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        ok: Container[int] = (0,),
    ) -> bytes:
        """What the command prints. ``env`` is added to its environment, ``ok`` are the exit codes that are no error.

        Raises ``GitBusy`` where another git holds a lock, else ``GitError`` with git's first sentence.
        """
        finished = await self.call(*args, stdin=stdin, env=env)
        if finished.code not in ok:
            raise trouble(self.root, finished)
        return finished.output

    async def call(self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Finished:
        """The command's end, whatever it was. Raises ``GitError`` only when git did not start or took too long."""
        environ = self._environ(env)
        if args[0] not in _NO_CONTENTS:
            environ |= await self._without_drivers(environ)
        return await self._start((*_SWITCHES, *args), stdin, environ)

    def _environ(self, more: Mapping[str, str] | None) -> dict[str, str]:
        environ = {name: value for name, value in os.environ.items() if name in _KEPT or not name.startswith("GIT_")}
        environ |= {
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_PAGER": "cat",
            "LC_ALL": "C",
            "LANGUAGE": "",
        }
        if self.directory is not None:
            environ |= {"GIT_DIR": str(self.directory), "GIT_WORK_TREE": str(self.root)}
        return environ | dict(more or {})

    async def _without_drivers(self, environ: Mapping[str, str]) -> dict[str, str]:
        """An environment that switches off every filter and every hook that any configuration names.

        Names are free, so they must be asked for. ``git config`` itself runs nothing.
        """
        asked = ("config", "--null", "--name-only", "--get-regexp", r"^(filter|hook)\.")
        finished = await self._start((*_SWITCHES, *asked), b"", environ)
        if finished.code not in (0, 1):
            raise trouble(self.root, finished)
        settings: dict[str, str] = {}
        for name in finished.output.decode("utf-8", "surrogateescape").split("\0"):
            driver, _, key = name.rpartition(".")
            if driver.startswith("hook."):
                settings[f"{driver}.enabled"] = "false"
            elif driver.startswith("filter.") and key in ("clean", "smudge", "process", "required"):
                settings |= {f"{driver}.{word}": "" for word in ("clean", "smudge", "process")}
                settings[f"{driver}.required"] = "false"
        # By the environment, since ``-c`` takes no name with "=" in it.
        found = {"GIT_CONFIG_COUNT": str(len(settings))}
        for number, (name, value) in enumerate(settings.items()):
            found |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
        return found

    async def _start(self, args: tuple[str, ...], stdin: bytes, environ: Mapping[str, str]) -> Finished:
        import asyncio

        try:
            process = await asyncio.create_subprocess_exec(
                "git",
                *args,
                cwd=self.root,
                env=environ,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except NotADirectoryError as error:
            raise GitError(f"{self.root} is no folder.") from error
        except FileNotFoundError as error:
            if not self.root.is_dir():
                raise GitError(f"{self.root} is not there any more.") from error
            raise GitError("git is not installed, or not found; install git 2.36 or later.") from error
        except OSError as error:
            raise GitError(f"git cannot be started: {error.strerror}.") from error
        try:
            async with asyncio.timeout(self.deadline_s):
                output, said = await process.communicate(stdin)
        except TimeoutError as error:
            await _end(process)
            raise GitError(f"git took longer than {self.deadline_s:g} s in {self.root} and was ended.") from error
        except asyncio.CancelledError:
            await asyncio.shield(_end(process))
            raise
        return Finished(process.returncode or 0, output, said)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask first: a git that is asked takes its locks away with it."""
    import asyncio

    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await process.wait()
            return


def trouble(root: Path, finished: Finished) -> GitError:
    """The error that a command's end stands for."""
    lines = [line.strip() for line in finished.said.decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith(("hint:", "warning:"))]
    for line in lines:
        if ".lock': File exists" in line or "could not lock config file" in line:
            name = line.rpartition(".lock'")[0].rpartition("/")[2] or "config"
            return GitBusy(
                f"Another git command works in {root} ({name}.lock is there); try again when it is done, "
                "or remove that file if no git runs."
            )
    # What git tells about its progress comes first, on the same stream.
    causes = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines
    first = causes[0] if causes else f"git ended with code {finished.code}"
    first = first.removeprefix("fatal: ").removeprefix("error: ")
    return GitError(f"{first.rstrip('.')}.")


@contextmanager
def scratch() -> Iterator[Path]:
    """A private folder for what is worked out aside: indexes, objects, copies. It goes away at the end."""
    with tempfile.TemporaryDirectory(prefix="odw-git-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def is_private(path: str) -> bool:
    """Whether a path (relative to the root, "/" between names) lies in a folder of runs."""
    return not PRIVATE.isdisjoint(path.split("/"))


def names(output: bytes) -> tuple[str, ...]:
    """Paths as git lists them with ``-z``. Bytes that are no UTF-8 become surrogates, and come back as they were."""
    return tuple(name.decode("utf-8", "surrogateescape") for name in output.split(b"\0") if name)


def encoded(path: str) -> bytes:
    """The bytes of a path from ``names``."""
    return path.encode("utf-8", "surrogateescape")
