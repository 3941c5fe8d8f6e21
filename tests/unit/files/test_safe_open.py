"""Only regular files are opened, and nothing on disk can make the reader wait."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from odw_core.files.safe_open import NotRegular, open_regular, read_regular


def test_a_regular_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(b"{}\n")
    assert read_regular(path, 1000) == b"{}\n"


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * 3_000_000)
    assert len(read_regular(path, 2_500_000)) == 2_500_000


def test_the_descriptor_is_not_handed_to_children(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    descriptor = open_regular(path)
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)


def test_a_pipe_is_refused_and_hangs_nobody(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    os.mkfifo(path)
    with pytest.raises(NotRegular) as refusal:
        open_regular(path)
    assert refusal.value.reason == "a named pipe is not read here; only regular files are"


def test_a_link_is_refused_even_to_a_regular_file(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("secret")
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(NotRegular, match="symbolic link"):
        read_regular(link, 10)


def test_a_device_is_refused() -> None:
    with pytest.raises(NotRegular, match="device"):
        read_regular("/dev/zero", 10)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotRegular, match="folder"):
        open_regular(tmp_path)


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        with pytest.raises(NotRegular, match="socket"):
            open_regular("s")


def test_what_is_not_there_is_an_ordinary_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "nothing")


@pytest.mark.parametrize("kind", ["fifo", "link", "folder"])
def test_an_exchange_between_looking_and_opening_is_noticed(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    innocent = tmp_path / "innocent"
    innocent.touch()
    trap = tmp_path / "trap"
    if kind == "fifo":
        os.mkfifo(trap)
    elif kind == "link":
        trap.symlink_to(innocent)
    else:
        trap.mkdir()
    looked = os.lstat(innocent)
    monkeypatch.setattr(os, "lstat", lambda path: looked)
    before = len(list(Path("/dev/fd").iterdir()))
    with pytest.raises(NotRegular):
        open_regular(trap)
    assert len(list(Path("/dev/fd").iterdir())) == before
