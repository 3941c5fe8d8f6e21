"""A report as one HTML file that loads nothing and runs nothing: no script, no address outside. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from odw_core.service.report.blocks import Block, Bullets, Code, Graph, Heading, Line, Paragraph, Style, Table, shown

FIRST_LINE = "<!doctype html><!-- odw-tui report -->"

# System colours only: light and dark as the reader has it.
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid GrayText; padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; }
pre { overflow-x: auto; border-left: 3px solid GrayText; padding: .25rem 0 .25rem 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
pre code { overflow-wrap: normal; }
summary { cursor: pointer; }
""".strip()

_TAGS = {Style.PLAIN: ("", ""), Style.CODE: ("<code>", "</code>"), Style.STRONG: ("<strong>", "</strong>")}


def html(blocks: Sequence[Block]) -> str:
    """The whole document; its title is the first heading."""
    title = next((_words(block.line) for block in blocks if isinstance(block, Heading)), "report")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return "\n".join(
        (
            FIRST_LINE,
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{_STYLE}\n</style></head><body><main>",
            *(text for block in blocks for text in _block(block)),
            "</main></body></html>",
            "",
        )
    )


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"<h{level}>{_line(text)}</h{level}>"
        case Paragraph(text):
            yield f"<p>{_line(text)}</p>"
        case Bullets(lines, is_ordered):
            tag = "ol" if is_ordered else "ul"
            yield f"<{tag}>"
            yield from (f"<li>{_line(text)}</li>" for text in lines)
            yield f"</{tag}>"
        case Table(head, rows):
            yield "<table>"
            if any(head):
                yield f"<thead><tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr></thead>"
            yield "<tbody>"
            yield from (f"<tr>{''.join(f'<td>{_line(cell)}</td>' for cell in row)}</tr>" for row in rows)
            yield "</tbody></table>"
        case Code(text):
            # A newline right after the tag would be swallowed, so one is given to be.
            yield f"<pre>\n<code>{escape(shown(text).rstrip(chr(10)))}</code></pre>"
        case Graph(source, told):
            yield from _block(told)
            yield "<details><summary>the same as a Mermaid graph</summary>"
            yield f'<pre class="mermaid">\n{escape(source)}</pre></details>'


def _line(pieces: Line) -> str:
    return "".join(f"{_TAGS[one.style][0]}{escape(shown(one.text))}{_TAGS[one.style][1]}" for one in pieces)


def _words(pieces: Line) -> str:
    return "".join(shown(piece.text) for piece in pieces)
