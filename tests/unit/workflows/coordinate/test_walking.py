"""Walking: what is looked at of a repository, in which order, and what never is (C2, C6)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from odw_core.workflows.coordinate.contracts import MOST_BYTES
from odw_core.workflows.coordinate.walking import look, look_at, read, texts, walk


def lay(root: Path, **files: str) -> Path:
    """Files below ``root``; ``__`` in a name stands for a dot and ``_S_`` for a slash."""
    for name, said in files.items():
        path = root / name.replace("_S_", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(said)
    return root


def paths(root: Path, **more: int) -> list[str]:
    return [seen.path for seen in walk(str(root), **more).files]


def test_files_near_the_root_come_first_and_every_time_in_the_same_order(tmp_path: Path) -> None:
    lay(tmp_path, b_S_deep_S_x__py="", a_S_y__py="", z__md="", a__md="", b_S_a__py="")
    assert paths(tmp_path) == ["a.md", "z.md", "a/y.py", "b/a.py", "b/deep/x.py"]


@pytest.mark.parametrize(
    "folder",
    [".git", ".hg", ".svn", ".venv", "venv", "node_modules", ".next", "dist", "build", "__pycache__", ".converge"],
)
def test_c6_what_was_made_or_fetched_is_left_out_and_named(tmp_path: Path, folder: str) -> None:
    (tmp_path / "src" / folder).mkdir(parents=True)
    (tmp_path / "src" / folder / "x.py").write_text("")
    lay(tmp_path, src_S_main__py="")
    tree = walk(str(tmp_path))
    assert [seen.path for seen in tree.files] == ["src/main.py"]
    assert tree.skipped == (f"src/{folder}",)


def test_c6_folders_above_the_repository_never_count(tmp_path: Path) -> None:
    lay(tmp_path / "build" / "node_modules" / "shop", main__py="")
    assert paths(tmp_path / "build" / "node_modules" / "shop") == ["main.py"]


def test_c6_a_file_of_such_a_name_is_a_file(tmp_path: Path) -> None:
    lay(tmp_path, build="", dist="")
    assert paths(tmp_path) == ["build", "dist"]


def test_c6_the_cap_is_said_and_cuts_at_the_same_place(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.py").write_text("")
    cut = walk(str(tmp_path), most=20)
    assert cut.is_cut
    assert [seen.path for seen in cut.files] == [f"{number:02}.py" for number in range(20)]
    assert not walk(str(tmp_path), most=30).is_cut


def test_target_and_vendor_are_left_out_only_beside_the_tool_that_fills_them(tmp_path: Path) -> None:
    lay(tmp_path / "rust", Cargo__toml="", target_S_x__rs="", vendor_S_y__rs="")
    assert paths(tmp_path / "rust") == ["Cargo.toml", "vendor/y.rs"]
    lay(tmp_path / "shop", target_S_x__py="", vendor_S_y__py="")
    assert paths(tmp_path / "shop") == ["target/x.py", "vendor/y.py"]


def test_c2_what_is_not_there_and_what_is_no_folder(tmp_path: Path) -> None:
    assert not walk(str(tmp_path / "ghost")).exists
    assert not walk("a\0b").exists
    (tmp_path / "file").write_text("")
    found = walk(str(tmp_path / "file"))
    assert found.exists
    assert not found.is_folder


def test_no_link_is_followed_and_no_pipe_is_opened(tmp_path: Path) -> None:
    outside = lay(tmp_path / "outside", secret__py="q = '/api/secret'")
    repo = lay(tmp_path / "repo", main__py="q = '/api/open'")
    (repo / "linked").symlink_to(outside)
    (repo / "linked.py").symlink_to(outside / "secret.py")
    (repo / "round").symlink_to(repo)
    os.mkfifo(repo / "pipe.py")
    found = look_at(str(repo))
    assert [seen.path for seen in found.tree.files] == ["main.py"]
    assert [use.id for use in found.mapped.consumed] == ["http:path:/api/open"]


def test_a_folder_that_became_a_link_is_not_read_through(tmp_path: Path) -> None:
    outside = lay(tmp_path / "outside", x__py="secret")
    repo = lay(tmp_path / "repo", src_S_x__py="mine")
    tree = walk(str(repo))
    (repo / "src" / "x.py").unlink()
    (repo / "src").rmdir()
    (repo / "src").symlink_to(outside)
    with pytest.raises(OSError):
        read(tree, "src/x.py")


@pytest.mark.parametrize("path", ["../outside/x", "/etc/passwd", "", "a//b", "./a"])
def test_only_paths_below_the_repository_are_read(tmp_path: Path, path: str) -> None:
    with pytest.raises(OSError):
        read(walk(str(tmp_path)), path)


def test_credentials_are_never_opened(tmp_path: Path) -> None:
    lay(tmp_path, auth__json="{}")
    with pytest.raises(OSError, match="credentials"):
        read(walk(str(tmp_path)), "auth.json")


def test_what_is_too_large_is_left_out_and_the_whole_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "huge.py").write_bytes(b"x" * (MOST_BYTES + 1))
    lay(tmp_path, a__py="x" * 100, b__py="y" * 100, openapi__yaml="paths: {}")
    assert [path for path, _ in texts(walk(str(tmp_path)))] == ["openapi.yaml", "a.py", "b.py"]
    assert [path for path, _ in texts(walk(str(tmp_path)), most=150)] == ["openapi.yaml", "a.py"]


async def test_a3_a_look_survives_a_readme_that_is_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(b"# caf\xe9\n\xff")
    lay(tmp_path, AGENTS__md="Keep it small.", main__go="")
    found = await look("shop", tmp_path)
    assert found.readme.startswith("# caf\ufffd")
    assert found.instructions == "Keep it small."
    assert (found.evidence.path, found.evidence.kind, found.mapped.repo) == ("shop", "go", "shop")


def test_nothing_that_cannot_be_listed_stops_a_walk(tmp_path: Path) -> None:
    (tmp_path / "bad\udcff.py").write_text("")
    lay(tmp_path, good__py="")
    tree = walk(str(tmp_path))
    assert len(tree.files) == 2
    assert len(tree.digest()) == 12


def test_c1_the_digest_changes_with_a_file_and_not_with_a_growing_log(tmp_path: Path) -> None:
    lay(tmp_path, main__py="x", run__log="x")
    before = walk(str(tmp_path)).digest()
    lay(tmp_path, run__log="x" * 100)
    assert walk(str(tmp_path)).digest() == before
    lay(tmp_path, main__py="xy")
    changed = walk(str(tmp_path)).digest()
    assert changed != before
    lay(tmp_path, more__py="")
    assert walk(str(tmp_path)).digest() not in (before, changed)
