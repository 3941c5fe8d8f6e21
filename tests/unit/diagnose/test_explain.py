"""Whatever a run printed, the one classifier names the recorded cause, and never calls a failed run fine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.diagnose.explain import Source, explain
from odw_core.diagnose.signatures import TABLE
from odw_core.model.cause import Explanation

CODEX = Path(__file__).parents[2] / "fixtures" / "codex"
EXPECTED = {name: one["root_cause"] for name, one in json.loads((CODEX / "expected_explain.json").read_text()).items()}
FACTS = json.loads((CODEX / "expected_exec.json").read_text())
NEEDS_CODE = {"json_bad", "schema_bad"}
KINDS = {row.kind for row in TABLE} | {"ok", "unknown"}


def stdout_of(run: str) -> Path:
    (file,) = (CODEX / "exec" / run).glob("stdout.*")
    return file


def texts_of(run: str) -> tuple[bytes, bytes, int]:
    folder = CODEX / "exec" / run
    return (folder / "stderr.log").read_bytes(), stdout_of(run).read_bytes(), int((folder / "exit_code").read_text())


def said(*texts: str | bytes, exit_code: int | None = None) -> Explanation:
    return explain([Source(f"{number}.log", text) for number, text in enumerate(texts)], exit_code=exit_code)


def kind_of(*texts: str | bytes, exit_code: int | None = None) -> str:
    return said(*texts, exit_code=exit_code).root_cause.kind


# Recorded runs


@pytest.mark.parametrize("run", sorted(EXPECTED))
def test_a_recorded_run_has_its_recorded_cause(run: str) -> None:
    stderr, stdout, code = texts_of(run)
    told = explain([Source("stderr.log", stderr)], stdout=Source("stdout", stdout), exit_code=code)
    assert told.root_cause.kind == EXPECTED[run]


@pytest.mark.parametrize("run", sorted(EXPECTED))
def test_the_cause_is_the_same_when_nobody_says_which_file_is_which_or_how_it_ended(run: str) -> None:
    stderr, stdout, code = texts_of(run)
    assert kind_of(stderr, stdout) == kind_of(stdout, stderr) == EXPECTED[run]
    assert kind_of(stderr, stdout, exit_code=code) == EXPECTED[run]
    assert kind_of(stderr + stdout) == EXPECTED[run] or run.endswith("_human")


@pytest.mark.parametrize("run", sorted(EXPECTED))
def test_line_ends_of_another_system_change_nothing(run: str) -> None:
    stderr, stdout, code = (one.replace(b"\n", b"\r\n") if isinstance(one, bytes) else one for one in texts_of(run))
    assert isinstance(stderr, bytes)
    assert isinstance(stdout, bytes)
    assert isinstance(code, int)
    assert kind_of(stderr, stdout, exit_code=code) == EXPECTED[run]


@pytest.mark.parametrize("run", sorted(EXPECTED))
def test_the_evidence_is_a_line_of_the_file_it_names(run: str) -> None:
    stderr, stdout, code = texts_of(run)
    told = explain([Source("stderr.log", stderr)], stdout=Source("stdout", stdout), exit_code=code)
    for cause in (told.root_cause, *told.also, *told.warnings):
        if cause.proof is not None:
            text = stderr if cause.proof.file == "stderr.log" else stdout
            line = text.decode().split("\n")[cause.proof.line - 1]
            assert cause.proof.text.strip("…") in line


@pytest.mark.parametrize("run", sorted(FACTS))
def test_a_failed_run_is_never_fine_however_it_was_cut(run: str) -> None:
    stderr, stdout, code = texts_of(run)
    if code == 0:
        return
    for share in range(21):
        cut = stderr[: len(stderr) * share // 20], stdout[: len(stdout) * share // 20]
        assert kind_of(*cut, exit_code=code) != "ok"


@pytest.mark.parametrize("run", ["json_bad", "schema_bad"])
def test_a_last_message_that_is_not_json_is_a_failure_only_where_json_was_wanted(run: str) -> None:
    stderr, stdout, code = texts_of(run)
    files = {"stdout": Source("stdout", stdout), "exit_code": code}
    assert explain([Source("stderr", stderr)], **files).root_cause.kind == "ok"  # type: ignore[arg-type]
    told = explain([], stdout=Source("stdout", stdout), exit_code=code, expect_json=True).root_cause
    assert told.kind == "output_schema_mismatch"
    assert told.proof is not None
    assert "this is not JSON" in told.proof.text


def test_json_that_was_wanted_and_came_is_fine() -> None:
    _, stdout, code = texts_of("schema_ok")
    told = explain([], stdout=Source("stdout", stdout), exit_code=code, expect_json=True)
    assert told.root_cause.kind == "ok"


@pytest.mark.parametrize("file", sorted((CODEX / "old_formats").glob("exec_json_*")), ids=lambda file: file.stem)
def test_the_output_of_older_versions_is_understood(file: Path) -> None:
    assert kind_of(file.read_bytes()) == "ok"
    lines = file.read_bytes().splitlines(keepends=True)
    begun = b"".join(
        lines[: next(n for n, line in enumerate(lines) if b"exec_command_b" in line or b"in_progress" in line) + 1]
    )
    assert kind_of(begun) == "stopped"
    failure = (
        b'{"id":"1","msg":{"type":"error","message":"unexpected status 401 Unauthorized"}}\n'
        if b'"msg"' in lines[-1]
        else b'{"type":"turn.failed","error":{"message":"unexpected status 401 Unauthorized"}}\n'
    )
    assert kind_of(begun + failure) == "auth_invalid"


def test_a_rollout_tells_how_its_last_turn_ended() -> None:
    begun = '{"timestamp":"t","type":"event_msg","payload":{"type":"task_started","turn_id":"1"}}\n'
    failed = (
        '{"timestamp":"t","type":"event_msg","payload":{"type":"task_complete","error":'
        '{"message":"exceeded retry limit, last status: 429 Too Many Requests","codex_error_info":"other"}}}\n'
    )
    done = '{"timestamp":"t","type":"event_msg","payload":{"type":"task_complete","last_agent_message":"Yes."}}\n'
    assert [kind_of(text) for text in (begun, begun + failed, begun + failed + begun + done)] == [
        "stopped",
        "rate_limited",
        "ok",
    ]


def test_messages_of_a_server_are_understood() -> None:
    failed = {
        "method": "turn/completed",
        "params": {"turn": {"status": "failed", "error": {"message": "odd", "codexErrorInfo": "usageLimitExceeded"}}},
    }
    refused = {"id": 3, "error": {"code": -32600, "message": "thread 1 already has an active writer"}}
    rerouted = {"method": "model/rerouted", "params": {"fromModel": "gpt-5.5", "toModel": "gpt-4o"}}
    recorded = {"at_ms": 1, "conn": "c", "dir": "server->client", "msg": failed}
    tool = {
        "id": 4,
        "result": {"isError": True, "content": [{"type": "text", "text": "The '' model is not supported"}]},
    }
    assert [kind_of(json.dumps(one)) for one in (failed, recorded, refused, rerouted, tool)] == [
        "usage_limit",
        "usage_limit",
        "session_busy",
        "model_rerouted",
        "model_empty",
    ]


# How a cause is chosen


def test_what_a_person_or_a_command_said_in_a_transcript_is_no_cause() -> None:
    stderr, _, _ = texts_of("hello_human")
    head, prompt, rest = stderr.decode().partition("[[script:hello]] say hi\n")
    quoted = (
        "why do I see this?\n"
        "ERROR: unexpected status 401 Unauthorized\n"
        "Error: Model provider `nope` not found\n"
        "and what is 'unexpected argument'?\n"
    )
    printed = (
        "exec\n/bin/bash -lc 'cat log' in /tmp\n succeeded in 0ms:\n"
        "ERROR: 429 Too Many Requests\nwarning: model rerouted: a -> b\n\n"
    )
    for text in (head + quoted + rest, head + prompt + printed + rest):
        assert kind_of(text) == "ok"
        assert kind_of(text, exit_code=0) == "ok"
        assert kind_of(text.split("tokens used")[0], exit_code=137) == "stopped"


def test_a_message_of_an_agent_is_no_cause() -> None:
    stream = (
        '{"type":"turn.started"}\n'
        '{"type":"item.completed","item":{"type":"agent_message","text":"401 Unauthorized, unsupported call: x"}}\n'
        '{"type":"item.completed","item":{"type":"command_execution","command":"cat log","aggregated_output":'
        '"apply_patch verification failed","exit_code":0,"status":"completed"}}\n'
        '{"type":"turn.completed","usage":{}}\n'
    )
    assert kind_of(stream) == "ok"


def test_a_warning_is_the_cause_only_where_nothing_is_worse() -> None:
    warning = '{"type":"item.completed","item":{"type":"error","message":"Model metadata for `gpt-x` not found."}}\n'
    failed = '{"type":"turn.failed","error":{"message":"Quota exceeded."}}\n'
    odd = '{"type":"turn.failed","error":{"message":"something new"}}\n'
    done = '{"type":"turn.completed"}\n'
    for text, kind in ((warning + failed, "quota_exceeded"), (warning + odd, "unknown")):
        told = said(text)
        assert told.root_cause.kind == kind
        assert [cause.kind for cause in told.warnings] == ["model_unknown"]
    alone = said(warning + done)
    assert (alone.root_cause.kind, alone.warnings) == ("model_unknown", ())


def test_a_name_that_cannot_be_looked_up_explains_the_waiting() -> None:
    _, stdout, _ = texts_of("no_auth")
    told = said(stdout, exit_code=124)
    assert told.root_cause.kind == "network_dns"
    assert told.also == ()


def test_a_kill_goes_before_what_a_command_did() -> None:
    _, stdout, _ = texts_of("exec_fail")
    begun = stdout[: stdout.index(b'{"type":"turn.completed"')]
    told = said(begun, exit_code=137)
    assert told.root_cause.kind == "stopped"
    assert [cause.kind for cause in told.also] == ["command_missing"]


def test_a_failed_command_that_no_row_knows_leaves_the_run_fine() -> None:
    stream = (
        '{"type":"item.completed","item":{"type":"command_execution","aggregated_output":"boom","exit_code":3,'
        '"status":"failed"}}\n{"type":"turn.completed"}\n'
    )
    assert kind_of(stream) == "ok"


@pytest.mark.parametrize(
    ("output", "code", "kind"),
    [
        ("bash: line 1: frob: command not found", 127, "command_missing"),
        ("bash: ./run.sh: Permission denied", 126, "not_executable"),
        ("touch: cannot touch '/etc/x': Read-only file system", 1, "sandbox_denied"),
        ("Failed to create unified exec process: No such file or directory (os error 2)", -1, "command_or_cwd_missing"),
    ],
)
def test_what_a_command_gave_back_can_be_the_cause_of_a_run_that_went_on(output: str, code: int, kind: str) -> None:
    item = {"type": "command_execution", "aggregated_output": output, "exit_code": code, "status": "failed"}
    stream = "\n".join(map(json.dumps, ({"type": "item.completed", "item": item}, {"type": "turn.completed"})))
    assert kind_of(stream) == kind


def test_a_validation_error_is_the_cause_only_where_nothing_else_is() -> None:
    follows = "1 validation error for CallToolResult\ncontent\n  Field required [type=missing]\n"
    assert kind_of(follows) == "MCP_SCHEMA"
    told = said('ERROR: {"detail": "The \'\' model is not supported when using Codex"}\n' + follows)
    assert (told.root_cause.kind, told.also) == ("model_empty", ())


def test_a_bare_message_without_any_word_of_a_level_is_enough() -> None:
    assert kind_of("The '' model is not supported when using Codex with a ChatGPT account.") == "model_empty"
    assert (
        kind_of('{"detail": "The \'\' model is not supported when using Codex with a ChatGPT account."}')
        == "model_empty"
    )


def test_debug_lines_are_no_cause() -> None:
    line = "2026-11-21T00:13:35.712136Z DEBUG codex_core: got 401 Unauthorized, trying again\n"
    assert kind_of(line) == "ok"
    assert kind_of(line.replace("DEBUG", "ERROR")) == "auth_invalid"


def test_harmless_lines_are_no_evidence() -> None:
    harmless = (
        "Reading additional input from stdin...\n"
        "warning: Codex could not find bubblewrap on PATH.\n"
        "2026-11-21T00:13:35Z  WARN codex_core_plugins::startup_sync: git sync failed: 403 Forbidden\n"
    )
    told = said(harmless + "ERROR: something new\nStack backtrace:\n   0: <unknown>\n", exit_code=1).root_cause
    assert told.kind == "unknown"
    assert told.proof is not None
    assert (told.proof.line, told.proof.text) == (4, "ERROR: something new")
    assert kind_of(harmless, exit_code=1) == "stopped"


def test_an_unknown_failure_shows_its_most_telling_line() -> None:
    stream = '{"type":"error","message":"Reconnecting... 1/1"}\n{"type":"turn.failed","error":{"message":"gremlins"}}\n'
    told = said("ERROR: less telling\n", stream, exit_code=1).root_cause
    assert told.kind == "unknown"
    assert told.proof is not None
    assert (told.proof.file, told.proof.line) == ("1.log", 2)
    assert "gremlins" in told.proof.text


def test_nothing_at_all_is_fine_unless_the_exit_says_otherwise() -> None:
    assert [kind_of("", exit_code=code) for code in (None, 0, 1, 127, 130, 143, 3)] == [
        "ok",
        "ok",
        "stopped",
        "codex_not_found",
        "stopped",
        "stopped",
        "unknown",
    ]


def test_a_fix_names_what_the_text_names() -> None:
    fixes = {
        run: _explained(run) for run in ("bad_config", "bad_provider", "env_key", "perm_sessions", "err_usage_limit")
    }
    assert "/home/dev/.codex/config.toml at line 1, column 9" in fixes["bad_config"]
    assert "[model_providers.nope]" in fixes["bad_provider"]
    assert "MISSING_KEY" in fixes["env_key"]
    assert "/home/dev/.codex/sessions" in fixes["perm_sessions"]
    assert "May 18th, 2033 3:33 AM" in fixes["err_usage_limit"]


def _explained(run: str) -> str:
    stderr, stdout, code = texts_of(run)
    return said(stderr, stdout, exit_code=code).root_cause.fix


def test_a_hostile_path_does_not_get_into_a_fix() -> None:
    line = "2026-11-21T00:12:56Z ERROR recorder: rollout writer failed for {}: Permission denied (os error 13)"
    for path in (
        "/home/x/$(rm -rf ~);`id`/sessions/2026/r.jsonl",
        "/home/x;y/.codex/sessions/r.jsonl",
        "-rf/sessions/r",
    ):
        told = said(line.format(path)).root_cause
        assert told.kind == "codex_home_not_writable"
        assert told.fix == said(line.format("")).root_cause.fix


def test_secrets_are_masked_in_the_evidence() -> None:
    told = said("ERROR: 401 Unauthorized for sk-abcdefghijklmnop1234, Bearer abcdef0123456789\n").root_cause
    assert told.proof is not None
    assert told.proof.text == "ERROR: 401 Unauthorized for sk-********************, Bearer ****************"


def test_escape_codes_hide_nothing_and_act_nowhere() -> None:
    told = said(
        "\x1b[2m2026-11-21T00:12:56Z\x1b[0m \x1b[31mERROR\x1b[0m codex: Quota exceeded \x1b]0;title\x07\n"
    ).root_cause
    assert told.kind == "quota_exceeded"
    assert told.proof is not None
    assert "\x1b" not in told.proof.text


# Scenario batches


def test_the_log_of_a_batch_tells_the_cause_and_not_what_followed() -> None:
    log = [
        {"record": "run_start", "scenario_count": 2},
        {
            "record": "diagnostic",
            "index": 1,
            "kind": "EMPTY_MODEL",
            "evidence": "HTTP 400: The '' model is not supported",
        },
        {"record": "diagnostic", "index": 1, "kind": "MCP_SCHEMA", "evidence": "1 validation error for CallToolResult"},
        {"record": "scenario_end", "index": 1, "status": "FAILED", "error": "tool call failed"},
        {"record": "run_end", "counts": {"OK": 1, "FAILED": 1}},
    ]
    told = said("\n".join(map(json.dumps, log)))
    assert told.root_cause.kind == "model_empty"
    assert told.also == ()
    assert kind_of("\n".join(map(json.dumps, log[:1]))) == "stopped"
    assert (
        kind_of("\n".join(map(json.dumps, [log[0], {"record": "run_end", "counts": {"OK": 2, "FAILED": 0}}]))) == "ok"
    )


def test_an_old_error_log_of_a_batch_is_plain_text() -> None:
    log = (
        "scenario 3\n"
        "ERROR codex_core::exec: exec error: No such file or directory (os error 2)\n"
        'ERROR unexpected status 400 Bad Request: {"detail":"The \'\' model is not supported when using Codex"}\n'
        "pydantic_core.ValidationError: 1 validation error for CallToolResult\ncontent\n  Field required\n"
    )
    told = said(log)
    assert told.root_cause.kind == "model_empty"
    assert [cause.kind for cause in told.also] == ["command_or_cwd_missing"]


# Any bytes, any size


def test_a_large_log_is_read_in_pieces_and_its_lines_are_counted() -> None:
    quiet = b"2026-03-01T08:00:00.003Z  INFO hyper_util::client: still append round format\n" * 1000

    def chunks() -> list[bytes]:
        return [quiet] * 150 + [b"2026-03-01T08:00:00.003Z ERROR codex: Quota exceeded\n"] + [quiet] * 100

    told = explain([Source("big.log", iter(chunks()))]).root_cause
    assert told.kind == "quota_exceeded"
    assert told.proof is not None
    assert told.proof.line == 150_001


def test_one_line_of_any_length_is_shown_around_its_signature() -> None:
    told = said("ERROR: " + "x" * 3_000_000 + " Quota exceeded " + "y" * 3_000_000, exit_code=1).root_cause
    assert told.kind in {"quota_exceeded", "unknown"}
    assert told.proof is not None
    assert len(told.proof.text) < 2100


JUNK = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from([parts.encode() for row in TABLE for marks in row.marks for parts in marks]),
        st.sampled_from(
            [
                *(
                    b"\n",
                    b"\r\n",
                    b"ERROR: ",
                    b"Error: ",
                    b"exec\n",
                    b"user\n",
                    b"tokens used\n",
                    b"\x1b[31m",
                    b"[" * 50,
                ),
                *(b"{", b'{"type":"turn.failed","error":{"message":"', b'"}}', b'{"id":"1","msg":{"type":"'),
                *(b'{"type":"turn.completed"}\n', b'{"type":"turn.started"}\n'),
                *(b"OpenAI Codex v0.1\n--------\n", b"Codex planning failed (model="),
            ]
        ),
    ),
    max_size=30,
).map(b"".join)


@given(JUNK, JUNK, st.sampled_from([None, 0, 1, 2, 124, 127, 137, -9, 10**30]), st.booleans())
def test_no_bytes_raise_and_every_answer_is_of_the_table(
    stderr: bytes, stdout: bytes, exit_code: int | None, expect_json: bool
) -> None:
    told = explain([Source("a", stderr)], stdout=Source("b", stdout), exit_code=exit_code, expect_json=expect_json)
    assert {told.root_cause.kind, *(cause.kind for cause in (*told.also, *told.warnings))} <= KINDS
    assert exit_code in (None, 0) or told.root_cause.kind != "ok"


@given(JUNK, st.integers(1, 9))
def test_chunks_of_any_size_say_the_same(text: bytes, size: int) -> None:
    chunks = [text[start : start + size] for start in range(0, len(text), size)]
    assert explain([Source("a", chunks)]) == explain([Source("a", text)])


NAMES = """
type msg payload item error message params turn method result id dir content status record counts output exit_code role
success codexErrorInfo kind evidence detail isError
"""
WORDS = """
error item.completed task_complete event_msg response_item function_call_output turn/completed item/completed message
assistant failed command_execution run_end diagnostic turn.failed agent_message patch_apply_end codex/event scenario_end
"""
RECORDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES.split()), inner | st.sampled_from(WORDS.split()), max_size=5)
    ),
    max_leaves=12,
)


@given(st.lists(RECORDS, max_size=4))
def test_records_of_any_shape_are_survived(records: list[object]) -> None:
    assert kind_of("\n".join(map(json.dumps, records))) in KINDS
