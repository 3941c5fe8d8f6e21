"""Pictures of a tree: whatever a read-only step could do to it shows, and nothing else does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.git_repository import IDENTITY, Repository
from odw_core.git.repo import open_repo
from odw_core.git.snapshot import Difference, difference, snapshot


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    made = Repository(tmp_path / "repo")
    made.write("a", "a")
    made.write("folder/b", "b")
    made.write(".gitignore", "ignored/\n")
    (made.root / "link").symlink_to("a")
    made.commit()
    made.write("mine", "not tracked")
    made.write("ignored/x", "x")
    return made


def _pipe(root: Path) -> None:
    (root / "a").unlink()
    os.mkfifo(root / "a")


def _same_stamp(root: Path) -> None:
    stamps = (root / "a").stat()
    (root / "a").write_text("A")
    os.utime(root / "a", ns=(stamps.st_atime_ns, stamps.st_mtime_ns))


def _link_to_folder(root: Path) -> None:
    (root / "folder").rename(root.parent / "folder")
    (root / "folder").symlink_to("../folder")


CHANGES: dict[str, tuple[Callable[[Path], object], Difference]] = {
    "nothing": (lambda root: (root / "a").touch(), Difference((), (), ())),
    "tracked": (lambda root: (root / "a").write_text("A"), Difference((), (), ("a",))),
    "tracked, with the old time stamp": (_same_stamp, Difference((), (), ("a",))),
    "untracked": (lambda root: (root / "mine").write_text("x"), Difference((), (), ("mine",))),
    "new": (lambda root: (root / "new").write_text("x"), Difference(("new",), (), ())),
    "gone": (lambda root: (root / "a").unlink(), Difference((), ("a",), ())),
    "mode": (lambda root: (root / "a").chmod(0o600), Difference((), (), ("a",))),
    "link": (
        lambda root: ((root / "link").unlink(), (root / "link").symlink_to("mine")),
        Difference((), (), ("link",)),
    ),
    "link for a folder": (_link_to_folder, Difference(("folder",), ("folder/b",), ())),
    "pipe": (_pipe, Difference((), (), ("a",))),
    "ignored": (lambda root: (root / "ignored/y").write_text("x"), Difference((), (), ())),
    "name": (lambda root: (root / os.fsdecode(b"\xff\n")).write_text("x"), Difference(("\udcff\n",), (), ())),
    "runs": (lambda root: ((root / ".odw").mkdir(), (root / ".odw/x").write_text("x")), Difference((), (), ())),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES.keys())
async def test_every_change_shows(
    change: Callable[[Path], object], expected: Difference, repository: Repository
) -> None:
    git = await open_repo(repository.root)
    before = await snapshot(git)
    change(repository.root)
    found = difference(before, await snapshot(git))
    assert found == expected
    assert found.is_clean is (expected == Difference((), (), ()))


async def test_a_link_is_kept_as_a_link_and_no_file_of_runs_is_listed(repository: Repository) -> None:
    repository.write(".odw/runs/x", "x")
    taken = await snapshot(await open_repo(repository.root))
    assert set(taken.files) == {".gitignore", "a", "folder/b", "link", "mine"}
    assert taken.files["link"].kind == "link"
