"""LandingWorld: a repository of every kind of file, a run's private folder, and candidates to land in it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from odw_core.clock import SystemClock
from odw_core.decide import audit
from odw_core.engines.odw.records import JournalLine
from odw_core.git.command import Git
from odw_core.runs.blobs import Blobs
from odw_core.runs.folders import RunFolder, private_chain
from odw_core.runs.journal import Journal
from odw_core.runs.landing import Approval, Candidate, Landed, Landing
from odw_core.runs.workspace import RunPlace

RUN = "odw-exec-1795219696047-5105"
PERSON = "kim@desk (screen)"

Shape = dict[str, tuple[str, bytes]]
"""Every file of a tree by its path: kind and permissions in words, content."""


def git(root: Path, *args: str, stdin: bytes = b"") -> bytes:
    """Plain git, as a person types it."""
    named = {"GIT_AUTHOR_NAME": "Kim", "GIT_AUTHOR_EMAIL": "kim@example.org"}
    named |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in named.items()}
    done = subprocess.run(("git", *args), cwd=root, input=stdin, capture_output=True, env={**os.environ, **named})
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def shape(root: Path) -> Shape:
    """What a person finds in a folder; git's own folder and those of runs are left out."""
    found: Shape = {}
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in (".git", ".odw"))
        for name in (*folders, *files):
            path = Path(folder, name)
            mode = path.lstat().st_mode
            key = str(path.relative_to(root))
            if stat.S_ISLNK(mode):
                found[key] = ("link", os.fsencode(path.readlink()))
            elif stat.S_ISFIFO(mode):
                found[key] = ("pipe", b"")
            elif stat.S_ISDIR(mode):
                found[key] = (f"folder {stat.S_IMODE(mode):o}", b"")
            else:
                found[key] = (f"file {stat.S_IMODE(mode):o}", path.read_bytes())
    return found


@dataclass
class LandingWorld:
    """``base`` holds the repository ``shop``, the state folder ``state`` and, while a patch is made, ``copy``."""

    base: Path

    @property
    def root(self) -> Path:
        return self.base / "shop"

    @property
    def state(self) -> Path:
        return self.base / "state"

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.state, RUN)

    @property
    def git(self) -> Git:
        return Git(self.root, self.root / ".git")

    @property
    def blobs(self) -> Blobs:
        return Blobs(self.folder.root)

    def build(self, *settings: str) -> LandingWorld:
        """A repository with one commit, and a person's own dirty and untracked files."""
        root = self.root
        private_chain(self.folder.root)
        root.mkdir()
        git(root, "init", "-q", "-b", "main")
        for setting in settings:
            git(root, "config", *setting.split("=", 1))
        root.chmod(0o755)
        for name, text in (
            ("core.py", "def clamp(a):\n    return a\n"),
            ("old/deep/gone.txt", "goes away\n"),
            ("old/stays.txt", "stays\n"),
            ("both/a.txt", "a\n"),
            ("bin/tool", "#!/bin/sh\necho tool\n"),
            ("plain.sh", "#!/bin/sh\n"),
            ("mine.txt", "committed\n"),
        ):
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o644)
        for path in root.rglob("*"):
            if path.is_dir() and ".git" not in path.parts:
                path.chmod(0o755)
        (root / "bin/tool").chmod(0o755)
        (root / "picture.bin").write_bytes(bytes(range(256)) * 3)
        (root / "picture.bin").chmod(0o644)
        (root / "pointer").symlink_to("core.py")
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "first")
        (root / "mine.txt").write_text("half a thought\n")
        (root / "notes.txt").write_bytes(b"never added \xff\n")
        (root / "staged.txt").write_text("added, not committed\n")
        git(root, "add", "staged.txt")
        return self

    def patch(self, change: Callable[[Path], None]) -> bytes:
        """What ``change`` does to a clean copy, as a patch."""
        copy = self.base / "copy"
        git(self.base, "clone", "-q", "--no-hardlinks", str(self.root), str(copy))
        change(copy)
        git(copy, "add", "-A", "-f")
        made = git(copy, "diff", "--cached", "--binary", "--full-index", "--no-renames", "HEAD")
        shutil.rmtree(copy)
        return made

    def candidate(self, patch: bytes) -> Candidate:
        """The first round's candidate with that patch."""
        head = git(self.root, "rev-parse", "HEAD").decode().strip()
        return Candidate(RUN, patch, head, 1)

    def approve(self, candidate: Candidate, **other: str) -> Approval:
        """A person's yes, as the screen writes it into the audit log."""
        said = {"verdict": "approve", "outcome": "sent", "address": f"odw:{RUN}/batch-review", "command": "a1"}
        entry = audit.Entry(who=PERSON, digest=candidate.digest, question="q1", **(said | other))
        audit.record(self.state, entry)
        return Approval(candidate.digest, PERSON)

    def journal(self) -> Journal:
        return Journal(RunPlace(str(self.root), RUN), self.folder.mirror, SystemClock())

    @contextmanager
    def landing(self) -> Iterator[Landing]:
        """As a supervisor makes it."""
        journal = self.journal()
        try:
            yield self.landing_with(journal.emit_durably, [*journal.lines()])
        finally:
            journal.close()

    def landing_with(self, emit: Callable[[dict[str, object], str], None], told: list[JournalLine]) -> Landing:
        """With a journal of the test's own."""
        return Landing(
            run_id=RUN,
            folder=self.folder.root,
            state=self.state,
            git=self.git,
            blobs=self.blobs,
            emit=emit,
            told=told,
        )

    async def work(self, candidate: Candidate) -> Landed:
        """What a supervisor does at every start: take up what was left, then land what was approved."""
        with self.landing() as landing:
            await landing.resume()
            return await landing.land(candidate, Approval(candidate.digest, PERSON))

    def told(self, kind: str) -> list[dict[str, object]]:
        """Every event of that type in the mirror."""
        journal = self.journal()
        try:
            events = [dict(line.event or {}) for line in journal.lines()]
        finally:
            journal.close()
        return [event for event in events if event.get("type") == kind]

    def litter(self) -> list[str]:
        """What a landing left behind that it should have taken away."""
        found = [*self.root.glob(".odw-*"), *(self.root / ".git").glob(".odw-*")]
        run = self.folder.root
        found += [path for path in (*run.glob("preparing-*"), *run.glob("guard-*")) if path.exists()]
        return [path.name for path in found]

    def copied(self, to: Path) -> LandingWorld:
        """The same world once more."""
        shutil.copytree(self.base, to, symlinks=True)
        return LandingWorld(to)


def every_kind(copy: Path) -> None:
    """A change of every kind: text, binary, mode, link, new file in new folders, deleted, link for file, file for
    folder, folder for file."""
    (copy / "core.py").write_text("def clamp(a, low, high):\n    return max(low, min(a, high))\n")
    (copy / "picture.bin").write_bytes(bytes(reversed(range(256))) * 2)
    (copy / "plain.sh").chmod(0o755)
    (copy / "bin/tool").chmod(0o644)
    (copy / "bin/tool").write_text("no program any more\n")
    (copy / "pointer").unlink()
    (copy / "pointer").symlink_to("bin/tool")
    (copy / "old/deep/gone.txt").unlink()
    (copy / "old/deep").rmdir()
    (copy / "new/very/deep").mkdir(parents=True)
    (copy / "new/very/deep/file.txt").write_text("fresh\n")
    (copy / "new/run").write_text("#!/bin/sh\n")
    (copy / "new/run").chmod(0o755)
    (copy / "new/link").symlink_to("../core.py")
    (copy / "odd name \u00e9\n.txt").write_text("quoted\n")
    shutil.rmtree(copy / "both")
    (copy / "both").write_text("a file where a folder was\n")
