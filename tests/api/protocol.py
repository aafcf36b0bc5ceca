"""Writes the tables of docs/websocket.md from the types: `python -m tests.api.protocol`."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec

from callcenter.api import session as rules
from callcenter.api.schemas import live

DOCUMENT = Path(__file__).parents[2] / "docs" / "websocket.md"
BEGIN, END = "<!-- tables: python -m tests.api.protocol -->\n", "<!-- end of tables -->"
CLIENT: tuple[type[msgspec.Struct], ...] = get_args(live.AnyClientMessage)
SERVER: tuple[type[msgspec.Struct], ...] = get_args(live.AnyServerMessage)


def tag(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)


def _classes() -> dict[str, ast.ClassDef]:
    tree = ast.parse(Path(live.__file__).read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """Name, type and words of each field."""
    for line, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            told = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            yield line.target.id, ast.unparse(line.annotation), " ".join(str(told).split())


def _message(kind: type[msgspec.Struct]) -> Iterator[str]:
    node = _classes()[kind.__name__]
    yield f"### `{tag(kind)}`\n\n"
    if told := ast.get_docstring(node):
        yield f"{' '.join(told.split())}\n\n"
    yield "| field | type | |\n|---|---|---|\n"
    base = _classes()[kind.__bases__[0].__name__]
    for name, type_, words in (*_fields(base), *_fields(node)):
        yield f"| `{name}` | `{type_.replace('|', 'or')}` | {words} |\n"
    yield "\n"


def tables() -> str:
    topics = "".join(f"| `{topic}` | {', '.join(sorted(roles))} |\n" for topic, roles in rules.TOPICS.items())
    closes = "".join(f"| {code} | {why} | {then} |\n" for code, (why, then) in sorted(rules.CLOSE_CODES.items()))
    return "".join(
        [
            "## From the page\n\n",
            *(line for kind in CLIENT for line in _message(kind)),
            "## From the service\n\n",
            *(line for kind in SERVER for line in _message(kind)),
            "## Topics\n\n| topic | open to |\n|---|---|\n",
            topics,
            "\n## Limits\n\n| | |\n|---|---|\n",
            f"| largest message from the page | {rules.LARGEST_MESSAGE} bytes |\n",
            f"| messages from the page | {rules.MOST_MESSAGES} in {rules.WINDOW_MS // 1000} s |\n",
            f"| subscriptions of one socket | {rules.MOST_SUBSCRIPTIONS} |\n",
            f"| heartbeat | every {rules.HEARTBEAT_MS // 1000} s; twice as long without any message is a dead line |\n",
            "\n## Close codes\n\n| code | why | what the page does |\n|---|---|---|\n",
            closes,
        ]
    )


if __name__ == "__main__":
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN)
    DOCUMENT.write_text(before + BEGIN + tables() + END + rest.split(END)[1])
