"""The editor gets only what it may have, at the line; the clipboard is claimed to be no more than asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from odw_tui.terminal import clipboard
from odw_tui.terminal.editor import CannotEdit, Editing, edit, editing


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "place" / "report.md"
    path.parent.mkdir()
    path.write_text("hello\n", "utf-8")
    return path


def asked(path: Path, command: str, *, wrote_a_run: bool = True) -> Editing:
    return editing(str(path), 12, [str(path.parent)], {"EDITOR": command}, wrote_a_run=wrote_a_run)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("vim", ("vim", "-R", "+12", "{}")),
        ("/usr/bin/nano -w", ("/usr/bin/nano", "-w", "-v", "+12", "{}")),
        ("emacs -nw", ("emacs", "-nw", "+12", "{}")),
        ("code --wait", ("code", "--wait", "--goto", "{}:12")),
        ("hx", ("hx", "{}:12")),
        ("something", ("something", "{}")),
    ],
)
def test_each_editor_is_told_the_line_in_its_own_way(report: Path, command: str, words: tuple[str, ...]) -> None:
    assert asked(report, command).argv == tuple(word.format(report.resolve()) for word in words)


def test_a_file_of_the_project_may_be_written(report: Path) -> None:
    assert asked(report, "vim", wrote_a_run=False).argv[1] == "+12"
    assert "read-only" in asked(report, "vim").words
    assert "read-only" not in asked(report, "emacs").words


def test_visual_goes_before_editor(report: Path) -> None:
    known = {"VISUAL": "nvim", "EDITOR": "nano"}
    assert editing(str(report), 1, [str(report.parent)], known, wrote_a_run=False).name == "nvim"


@pytest.mark.parametrize("known", [{}, {"EDITOR": "  "}, {"EDITOR": "vim 'x"}])
def test_without_an_editor_a_sentence_says_so(report: Path, known: dict[str, str]) -> None:
    with pytest.raises(CannotEdit, match="EDITOR"):
        editing(str(report), 1, [str(report.parent)], known, wrote_a_run=False)


def test_nothing_outside_of_the_places_is_opened_not_even_through_a_link(report: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x", "utf-8")
    link = report.parent / "link"
    link.symlink_to(secret)
    for path in (secret, link, report.parent / ".." / "secret"):
        with pytest.raises(CannotEdit, match="outside"):
            asked_in = [str(report.parent)]
            editing(str(path), 1, asked_in, {"EDITOR": "vim"}, wrote_a_run=False)


@pytest.mark.parametrize("path", ["", "relative", "/a\0b"])
def test_a_text_without_a_file_is_no_file(path: str) -> None:
    with pytest.raises(CannotEdit, match="no file of its own"):
        editing(path, 1, ["/"], {"EDITOR": "vim"}, wrote_a_run=False)


def test_a_folder_or_what_is_gone_is_not_opened(report: Path) -> None:
    for path in (report.parent, report.parent / "gone"):
        with pytest.raises(CannotEdit):
            editing(str(path), 1, [str(report.parent)], {"EDITOR": "vim"}, wrote_a_run=False)


def test_the_terminal_is_lent_while_the_editor_runs(report: Path) -> None:
    said: list[str] = []

    @contextmanager
    def lend() -> Iterator[None]:
        said.append("lent")
        yield
        said.append("back")

    what = asked(report, f"{sys.executable} -c ''")
    assert edit(what, lend).startswith("Back from python")
    assert said == ["lent", "back"]
    assert "exit code 3" in edit(asked(report, f"{sys.executable} -c 'raise SystemExit(3)'"), lend)
    with pytest.raises(CannotEdit, match="cannot be started"):
        edit(asked(report, "no-such-editor-here"), lend)


class Terminal:
    asked: str | None = None

    def copy_to_clipboard(self, text: str) -> None:
        self.asked = text


def test_copying_says_what_was_sent_and_by_which_way() -> None:
    terminal = Terminal()
    assert clipboard.copy(terminal, "a\nb") == "Sent to the terminal's clipboard (OSC 52): a and 1 more line"
    assert terminal.asked == "a\nb"


def test_what_no_terminal_takes_is_not_sent() -> None:
    terminal = Terminal()
    assert "Not copied" in clipboard.copy(terminal, "x" * (clipboard.LIMIT + 1))
    assert terminal.asked is None
