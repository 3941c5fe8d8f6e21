"""Which line is a sign of which trouble, and which trouble is a root: §5 of the scenario reference, as tables."""

from __future__ import annotations

import pytest

from odw_core.engines.scenario.acc import HitAcc, RunAcc, TryAcc
from odw_core.engines.scenario.diagnosis import groups, is_stopped_early, total, with_roots
from odw_core.engines.scenario.signs import Sign, folder_in, hits, is_dated, path_in

ENOENT = "No such file or directory (os error 2)"


@pytest.mark.parametrize(
    ("line", "sign"),
    [
        ("HTTP 400: The '' model is not supported when using Codex", Sign.EMPTY_MODEL),
        ('{"detail": "The \\"\\" model is not supported"}', Sign.EMPTY_MODEL),
        ("the `` model is not supported", Sign.EMPTY_MODEL),
        ("The 'gpt-4' model is not supported when using Codex", None),
        (f"ERROR codex_core::exec: exec error: {ENOENT}", Sign.EXEC_ENOENT),
        (f"exec error: {ENOENT}", Sign.EXEC_ENOENT),
        (f"open config: {ENOENT}", None),
        ("ERROR codex_core::exec: Timeout (os error 110)", None),
        ("Permission denied", Sign.PERMISSION),
        ("it failed: os error 13", Sign.PERMISSION),
        ("it failed: os error 131", None),
        ("EACCES: open 'outputs/a.md'", Sign.PERMISSION),
        ("OSError: [Errno 30] Read-only file system", Sign.PERMISSION),
        ("read-only filesystem", Sign.PERMISSION),
        ("writing is blocked by read-only sandbox", Sign.PERMISSION),
        *(
            (f"the sandbox {word} a write to outputs/a.md", Sign.PERMISSION)
            for word in ("blocked", "denied", "refused")
        ),
        *((f"{word} by the sandbox: outputs/a.md", Sign.PERMISSION) for word in ("blocked", "rejected", "refused")),
        *((f"outputs/a.md was {word} by the sandbox", Sign.PERMISSION) for word in ("blocked", "denied", "rejected")),
        ("the sandbox blocked a write to /etc/passwd", None),
        ("sandbox: workspace-write", None),
        ("1 validation error for CallToolResult\ncontent\n  Field required", Sign.MCP_SCHEMA),
        ("2 validation errors for CallToolResult content is required", Sign.MCP_SCHEMA),
        ("1 validation error for CallToolResult\nmeta\n  Input should be a dictionary", None),
        ("all is well", None),
    ],
)
def test_a_line_is_the_sign_of_one_trouble_or_of_none(line: str, sign: Sign | None) -> None:
    assert [hit.sign for hit in hits(f"before\n{line}\nafter")] == ([] if sign is None else [sign])


def test_every_line_with_a_sign_is_one_hit_at_its_place() -> None:
    text = f"fine\nexec error: {ENOENT}, Permission denied\nPermission denied"
    assert [(hit.sign, hit.start) for hit in hits(text)] == [
        (Sign.EXEC_ENOENT, 5),
        (Sign.PERMISSION, text.rindex("\n") + 1),
    ]
    assert next(iter(hits("x" * 9000 + " Permission denied " + "y" * 9000))).text.count("x") < 4001


@pytest.mark.parametrize(
    ("line", "path", "folder"),
    [
        ("Permission denied: '/srv/a/outputs/b.md' (cwd: /srv/a)", "/srv/a/outputs/b.md", "/srv/a"),
        ("EACCES outputs/scenario_001.md, workdir=/w", "outputs/scenario_001.md", "/w"),
        ("sandbox_cwd=/w refused it", "/w", "/w"),
        ("working directory: /w", "/w", "/w"),
        ("nothing is named", "", ""),
    ],
)
def test_the_path_and_the_folder_of_a_refusal_are_shown(line: str, path: str, folder: str) -> None:
    assert (path_in(line), folder_in(line)) == (path, folder)


def test_g2_only_a_date_behind_the_name_makes_a_variant() -> None:
    wanted = "gpt-5-codex"
    assert [
        is_dated(seen, wanted) for seen in ("gpt-5-codex-2025-09-01", "gpt-5-codex-2025", "gpt-5-codex-20250901")
    ] == [True] * 3
    assert not any(
        is_dated(seen, wanted) for seen in (wanted, "gpt-5-codex-mini", "gpt-4o-2025-09-01", "gpt-5xcodex-2025")
    )
    assert not is_dated("-2025", "")


def hit(kind: str, *, is_mild: bool = False, count: int = 1) -> HitAcc:
    return HitAcc(kind, kind, 1, 0, None, is_mild=is_mild, counts={"stderr": count})


@pytest.mark.parametrize(
    ("kinds", "roots"),
    [
        (["EMPTY_MODEL", "MCP_SCHEMA", "NO_FILE"], ["", "EMPTY_MODEL", "EMPTY_MODEL"]),
        (["PERMISSION", "EMPTY_MODEL", "NO_FILE"], ["", "", "EMPTY_MODEL"]),
        (["MCP_SCHEMA", "EMPTY_MODEL"], ["", ""]),
        (["EXEC_ENOENT", "PERMISSION", "MCP_SCHEMA"], ["", "", "PERMISSION"]),
        (["PERMISSION", "EXEC_ENOENT", "MCP_SCHEMA"], ["", "", "PERMISSION"]),
        (["MCP_SCHEMA", "PERMISSION"], ["", ""]),
        (["EXEC_ENOENT", "NO_FILE"], ["", ""]),
    ],
)
def test_g1_what_came_before_in_a_scenario_is_the_root_of_what_only_followed(
    kinds: list[str], roots: list[str]
) -> None:
    assert [root for _, root in with_roots([hit(kind) for kind in kinds])] == roots


def test_a_mild_sign_is_the_root_of_nothing() -> None:
    dated = hit("MODEL_MISMATCH", is_mild=True)
    assert [root for _, root in with_roots([dated, hit("MCP_SCHEMA")])] == ["", ""]


def batch(*tries: TryAcc, **more: object) -> RunAcc:
    acc = RunAcc("run-20260219-183000", "/w", shape="ours", tries=[*tries])
    acc.newest = {str(one.index): place for place, one in enumerate(tries)}
    for name, value in more.items():
        setattr(acc, name, value)
    return acc


def tried(index: int, status: str, *hits: HitAcc) -> TryAcc:
    one = TryAcc(index, 1, status=status)
    one.hits.extend(hits)
    return one


def test_g1_g3_groups_stand_from_the_root_down_with_counts_and_scenarios() -> None:
    acc = batch(
        tried(1, "OK", hit("EXEC_ENOENT", count=40)),
        tried(2, "FAILED", hit("NO_FILE"), hit("EXEC_ENOENT", count=2)),
        tried(3, "FAILED", hit("PERMISSION"), hit("MCP_SCHEMA")),
        tried(4, "FAILED", hit("MODEL_MISMATCH", is_mild=True), hit("NO_FILE")),
    )
    told = [(one.kind, one.cascade_of, one.is_warning, one.is_cause, one.count, one.indexes) for one in groups(acc)]
    assert told == [
        ("PERMISSION", "", False, True, 1, {3}),
        ("EXEC_ENOENT", "", False, True, 2, {2}),
        ("NO_FILE", "", False, True, 2, {2, 4}),
        ("MODEL_MISMATCH", "", True, False, 1, {4}),
        ("EXEC_ENOENT", "", True, False, 40, {1}),
        ("MCP_SCHEMA", "PERMISSION", False, False, 1, {3}),
    ]


def test_how_many_there_are_to_be_is_what_was_planned_else_said_else_unknown() -> None:
    two = (tried(1, "OK"), tried(2, "OK"))
    assert total(batch(*two, planned=7, scenario_count=9)) == 7
    assert total(batch(*two, reason="max_scenarios", scenario_count=9)) == 2
    assert total(batch(*two, scenario_count=9)) == 9
    assert total(batch(*two, scenario_count=1)) == 2
    assert total(batch()) is None


def test_stopped_early_is_what_ended_without_saying_so() -> None:
    assert is_stopped_early(batch(tried(1, "OK")), is_given_up=True)
    assert not is_stopped_early(batch(tried(1, "OK")), is_given_up=False)
    assert not is_stopped_early(batch(), is_given_up=True)
    assert not is_stopped_early(batch(tried(1, "OK"), has_end=True, reason="completed"), is_given_up=True)
    assert is_stopped_early(batch(tried(1, ""), has_end=True, reason="completed"), is_given_up=False)
    assert not is_stopped_early(batch(tried(1, ""), has_end=True, reason="cancelled"), is_given_up=False)
    assert not is_stopped_early(batch(tried(1, "OK"), shape="other"), is_given_up=True)
