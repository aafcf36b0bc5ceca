"""Every code that an answer may have, found in the sources: `python -m tests.api.codes` prints the table of docs/api.md.

A code is raised as `Refused("code", "words")` or `ApiError("code")`, or stands in a class of errors.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from callcenter.api import errors

ROOT = Path(__file__).parents[2]
ROOMS = ("api", "auth", "hub", "kernel", "runtime", "store", "telephony", "webhooks", "media", "broadcast")
"""Whose errors can cross the API; those of the command line and of the settings cannot."""
DOCUMENT = ROOT / "docs" / "api.md"
BEGIN, END = "<!-- codes: python -m tests.api.codes -->\n", "<!-- end of codes -->"


class Raised(NamedTuple):
    code: str
    words: str
    """In English; of a code with its own entry in the table of errors, empty."""
    place: str


@cache
def raised() -> list[Raised]:
    found: list[Raised] = []
    for room in ROOMS:
        for path in sorted((ROOT / "callcenter" / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                found.extend(_codes(node, f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"))
    return found


def _codes(node: ast.AST, place: str) -> Iterator[Raised]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Refused", "ApiError"):
        words = _text(node.args[1]) if node.func.id == "Refused" and len(node.args) > 1 else ""
        for code in _constants(node.args[0]):
            yield Raised(code, words, place)
    if isinstance(node, ast.ClassDef) and any("Fault" in _name(base) or _name(base) in KINDS for base in node.bases):
        for line in node.body:
            if isinstance(line, ast.Assign) and _name(line.targets[0]) == "code":
                yield from (Raised(code, "", place) for code in _constants(line.value))


KINDS = {kind.__name__ for kind in errors.KINDS} | {"HouseError"}


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _constants(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _text(node: ast.AST) -> str:
    """What a text says, its variable parts as dots."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.BinOp):
        return _text(node.left) + _text(node.right)
    return ""


def words() -> dict[str, str]:
    """What each code says in English."""
    said = {one.code: one.words[:1].upper() + one.words[1:] for one in reversed(raised()) if one.words}
    return {code: errors.WORDS[code].en if code in errors.WORDS else said.get(code, "") for code in errors.codes()}


def table() -> str:
    told = words()
    chinese = errors.CHINESE | {code: said.zh for code, said in errors.WORDS.items()}
    rows = [
        f"| `{code}` | {status} | {told[code]} | {chinese[code]} |\n"
        for status in sorted(set(errors.STATUS.values()))
        for code in sorted(errors.codes(status))
        if told[code]
    ]
    return "| code | status | what it says | |\n|---|---|---|---|\n" + "".join(rows)


if __name__ == "__main__":
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table() + END + rest.split(END)[1])
