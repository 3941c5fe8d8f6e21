"""A real repository in a test's own folder. The person who works in it is given by the environment."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Collection
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
}


class Repository:
    """A folder with git in it, changed the way a person does."""

    def __init__(self, root: Path, *, is_new: bool = True) -> None:
        self.root = root
        if is_new:
            root.mkdir(parents=True, exist_ok=True)
            self.git("init", "-q", "-b", "main")

    def git(self, *args: str, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> bytes:
        """Run git as the person would; its output."""
        environ = {**os.environ, **IDENTITY}
        done = subprocess.run(["git", *args], cwd=self.root, env=environ, input=stdin, capture_output=True, check=False)
        assert done.returncode in ok, done.stderr
        return done.stdout

    def write(self, path: str | bytes, content: bytes | str, *, mode: int | None = None) -> Path:
        """Write a file below the root, folders and all."""
        place = self.root / os.fsdecode(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        if mode is not None:
            place.chmod(mode)
        return place

    def commit(self, message: str = "more") -> str:
        """Commit everything; the commit's name."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.head()

    def head(self) -> str:
        """The commit of HEAD."""
        return self.git("rev-parse", "HEAD").decode().strip()

    def entries(self) -> dict[bytes, bytes]:
        """The index: by path mode, object, stage and flags."""
        found = {}
        for line in self.git("ls-files", "-z", "--stage", "-t", "-v").split(b"\0"):
            entry, _, path = line.partition(b"\t")
            if path:
                found[path] = entry
        return found


def contents(root: Path, *, left_out: Collection[str] = ()) -> dict[str, tuple[str, int, str]]:
    """Everything below a folder but ``.git`` and folders of the names ``left_out``: kind, mode and digest by path."""
    found: dict[str, tuple[str, int, str]] = {}
    for parent, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git" and name not in left_out]
        for name in [*files, *(name for name in folders if Path(parent, name).is_symlink())]:
            place = Path(parent, name)
            if name == ".git":
                continue
            data = os.fsencode(place.readlink()) if place.is_symlink() else place.read_bytes()
            kind = "link" if place.is_symlink() else "file"
            found[str(place.relative_to(root))] = (kind, place.lstat().st_mode, hashlib.sha256(data).hexdigest())
    return found
