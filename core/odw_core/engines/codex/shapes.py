"""The shapes in which Codex writes its rollout lines, as bytes: what tells lines apart without parsing them."""

from __future__ import annotations

import re

HEAD = b'{"timestamp":"'
TYPE = b'"type":"'
NUMBERED = b'Z","ordinal":'
UNNUMBERED = b'Z","type":"'
EVENT = b'event_msg","payload":{"type":"'
ITEM = b'response_item","payload":{"type":"'

# What the 44 bytes from ``"type":"`` on say of a line. More of a name is looked at where its beginning is not enough.
CALL, TOKENS, NOTHING, COMPLETED, RECORD, BORDER, AGENT, SETTINGS, CUSTOM, CONTEXT, RARE = range(11)
KINDS = {
    TYPE + key[:36]: code
    for key, code in (
        (EVENT + b"token_", TOKENS),
        (EVENT + b"item_c", COMPLETED),
        (EVENT + b"task_s", BORDER),
        (EVENT + b"task_c", BORDER),
        (EVENT + b"turn_a", BORDER),
        (EVENT + b"user_m", BORDER),
        (EVENT + b"agent_", AGENT),
        (EVENT + b"thread", SETTINGS),
        (ITEM + b"fu", CALL),
        (ITEM + b"cu", CUSTOM),
        (ITEM + b"re", NOTHING),
        (ITEM + b"me", NOTHING),
        (b'token_usage_record","payload":{"thread_id', RECORD),
        (b'turn_context","payload":{"turn_id":"', CONTEXT),
    )
}
CLOSED, ZERO, NINE = b"}09"
# Kinds that no row and no detail is made of; the conversation reads them.
SILENT = (b'world_state","payload":{', b'retained_context","payload":{')
ITEM_TYPE = b'"item":{"type":"'
ITEM_PLACE = 38 + len('item_completed","thread_id":"","turn_id":"",') + 2 * 36
ITEM_REACH = 320
"""Where an item's type and an output begin at the latest, in bytes from the line's own type."""
SHORT = 2048
"""Lines without a number that are shorter are looked through for a second line inside."""

# The end of a command item, behind its output. A name in quotes that are not escaped is no output.
EXIT_CODE = b'"exit_code":'
TAIL_REACH = 400
TAIL = re.compile(
    rb'"exit_code":(-?\d{1,9}),"duration":(?:\{[^{}\n]*\}|null)\},"started_at_ms":\d+,"completed_at_ms":\d+\}'
    rb'(?:,"metadata":\{[^{}\n]*\})?\}\n'
)
tail_at = TAIL.match
STATUS = re.compile(rb'"status":"([A-Za-z_]+)"')

# The model's instructions are nearly all of a first line.
INSTRUCTIONS = b'"base_instructions":{"text":"'
OUTPUT = b'"output":"'
# An output that states an exit code begins with one of these bytes.
MAY_STATE_EXIT = (ord("C"), ord("W"), ord("P"), ord("E"), ord("{"))
STATED_EXIT = re.compile(
    rb'(?:Chunk ID: [^"\\\n]*\\n)?(?:Wall time: [^"\\\n]*\\n)?'
    rb'(?:Process exited with code|Exit code:) (-?\d{1,9})(?:\\n|")'
)
