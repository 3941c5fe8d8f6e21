"""explain: the answer for people and for scripts, and what it says when it is given nothing it can read."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from odw_core.errors import NotFound, Refused, UsageError
from odw_core.model.cause import Cause, Explanation, Proof
from odw_tui.headless.arguments import parse
from odw_tui.headless.drawing import Look, draw
from odw_tui.headless.explain import answer, explain_document, explain_lines
from odw_tui.present.glyphs import ASCII, UNICODE

EXEC = Path(__file__).parents[2] / "fixtures" / "codex" / "exec"


def look(width: int | None = None, *, is_ascii: bool = False) -> Look:
    return Look(ASCII if is_ascii else UNICODE, 0.0, "", width, lambda text, tone: text)


def explained(*words: str, stdin: bytes = b"") -> Explanation | dict[str, object]:
    return answer(parse(["explain", *words]), io.BytesIO(stdin)).document()


def shown(*words: str, stdin: bytes = b"", width: int | None = None) -> list[str]:
    told = answer(parse(["explain", *words]), io.BytesIO(stdin))
    assert told.lines is not None
    return list(draw(told.lines(look(width)), look(width)))


def test_a_cause_is_shown_with_its_line_and_its_fix() -> None:
    file = str(EXEC / "not_git" / "stderr.log")
    assert shown(file, "--exit-code", "1") == [
        "✗ the folder is neither a git repository nor trusted  not_trusted_dir",
        f"  where   {file}:2",
        "  line    Not inside a trusted directory and --skip-git-repo-check was not specified.",
        "  fix     Run it inside a git repository, or pass --skip-git-repo-check.",
    ]


def test_a_fine_run_is_said_to_be_fine() -> None:
    assert shown(str(EXEC / "hello" / "stdout.jsonl")) == ["✓ nothing failed"]


def test_a_script_gets_the_class_the_evidence_and_the_fix() -> None:
    files = [str(EXEC / "err_429" / name) for name in ("stderr.log", "stdout.jsonl")]
    assert explained(files[0], "--stdout", files[1], "--exit-code", "1", "--json") == {
        "schema": 1,
        "root_cause": "rate_limited",
        "sentence": "the provider gets too many requests",
        "evidence": {
            "file": files[1],
            "line": 5,
            "text": '{"type":"turn.failed","error":{"message":'
            '"exceeded retry limit, last status: 429 Too Many Requests"}}',
        },
        "fix": "Wait a little, and run fewer agents at the same time.",
        "also": [],
        "warnings": [],
    }


def test_warnings_and_other_reasons_are_classes() -> None:
    proof = Proof("a.log", 3, "line")
    explanation = Explanation(
        Cause("rate_limited", "too many", "Wait.", proof),
        also=(Cause("command_missing", "a command was not found", "Install it.", proof),),
        warnings=(Cause("model_unknown", "who is it", "Check.", None, is_warning=True),),
    )
    document = explain_document(explanation)
    assert (document["also"], document["warnings"]) == (["command_missing"], ["model_unknown"])
    assert "  also    command_missing: a command was not found (a.log:3)" in list(
        draw(explain_lines(explanation, look()), look())
    )
    assert json.loads(json.dumps(document)) == document


def test_what_comes_through_a_pipe_is_read_for_a_dash() -> None:
    told = explained("-", "--json", stdin=b"ERROR: Quota exceeded. Check your plan.\n")
    assert isinstance(told, dict)
    assert told["root_cause"] == "quota_exceeded"
    assert told["evidence"] == {"file": "-", "line": 1, "text": "ERROR: Quota exceeded. Check your plan."}


def test_files_may_stand_before_and_behind_the_options() -> None:
    assert list(parse(["explain", "a", "--json", "b", "-"]).files) == ["a", "b", "-"]


def test_the_exit_of_a_signal_may_be_negative() -> None:
    told = explained(str(EXEC / "signal_KILL" / "stdout.jsonl"), "--exit-code", "-9")
    assert isinstance(told, dict)
    assert told["root_cause"] == "stopped"
    assert "SIGKILL" in str(told["sentence"])


def test_nothing_is_cut_on_a_narrow_terminal() -> None:
    lines = shown(str(EXEC / "perm_sessions" / "stderr.log"), width=50)
    assert all(len(line) <= 50 for line in lines)
    assert "chmod -R u+rwX" in " ".join(line.strip() for line in lines)


def test_control_sequences_and_secrets_stay_out_of_both_answers() -> None:
    hostile = b"ERROR: 401 Unauthorized \x1b]0;owned\x07\x1b[2J key sk-abcdefghijklmnopqrstuv\n"
    everything = "\n".join(shown("-", stdin=hostile)) + json.dumps(explained("-", stdin=hostile), ensure_ascii=False)
    assert "401 Unauthorized" in everything
    assert "\x1b" not in everything
    assert "abcdefgh" not in everything


def test_a_file_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"^There is no file .*nothing\.log\.$"):
        explained(str(tmp_path / "nothing.log"))


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(NotFound, match="is not read here"):
            explained(str(path))


def test_a_link_that_was_typed_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(EXEC / "env_key" / "stdout.jsonl")
    told = explained(str(tmp_path / "link"))
    assert isinstance(told, dict)
    assert told["root_cause"] == "auth_missing_env"


def test_credentials_are_never_opened(tmp_path: Path) -> None:
    (tmp_path / "auth.json").write_text('{"error": "canary"}')
    (tmp_path / "link").symlink_to(tmp_path / "auth.json")
    for name in ("auth.json", "link"):
        with pytest.raises(Refused):
            explained(str(tmp_path / name))


def test_nothing_to_read_and_reading_one_pipe_twice_are_usage_errors() -> None:
    with pytest.raises(UsageError):
        explained()
    with pytest.raises(UsageError):
        explained("-", "--stdout", "-")
    with pytest.raises(UsageError):
        explained("a", "--no-such-option")
    with pytest.raises(UsageError):
        explained("a", "--exit-code", "much")
