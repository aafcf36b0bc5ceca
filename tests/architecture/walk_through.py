"""CONTRIBUTING.md as data: what it names, and the changes of its walk-through, which can be made in a copy of the tree."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.architecture.tree import ROOT, files

GUIDE = ROOT / "CONTRIBUTING.md"
_BLOCK = re.compile(r"^(?:`(?P<new>[^`\n]+)`, new:\n\n)?```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"`([^`\n]+)`|\]\(([^)\s]+)\)")
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:md|toml|py|yaml)|\.pre-commit-config\.yaml")


class Block(NamedTuple):
    kind: str
    """sh, diff or python."""
    body: str
    new: str | None
    """The file that a python block makes."""


def blocks(text: str) -> list[Block]:
    """The fenced blocks, in order."""
    return [Block(found["kind"], found["body"], found["new"]) for found in _BLOCK.finditer(text)]


def made(text: str) -> set[str]:
    """Files that the walk-through makes."""
    return {block.new for block in blocks(text) if block.new is not None}


def commands(text: str) -> list[str]:
    """The lines of the sh blocks, without what is said about them."""
    lines = [line for block in blocks(text) if block.kind == "sh" for line in block.body.splitlines()]
    return [command for line in lines if (command := line.split(" #")[0].strip())]


def paths(text: str) -> set[str]:
    """Every path that the prose and the commands name."""
    prose = _BLOCK.sub("", text)
    said = {named[0] or named[1] for named in _NAMED.findall(prose)}
    words = {word.split("#")[0] for each in (*commands(text), *said) for word in each.split()}
    return {word for word in words if _PATH.fullmatch(word) and not word.startswith((".venv/", "http"))}


def copy_of_the_tree(folder: Path) -> Path:
    """Everything that is committed or would be, in a repository of its own, so that git finds the paths from its root."""
    for file in files():
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


def walk(text: str, tree: Path) -> Iterator[str]:
    """Makes each change in the tree, in order, and yields each command when its turn comes; the caller may run it.

    Raises AssertionError when a change does not fit the tree any more.
    """
    for block in blocks(text):
        if block.kind == "diff":
            done = subprocess.run(["git", "apply", "-"], cwd=tree, input=block.body, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"CONTRIBUTING.md: a change does not fit any more:\n{block.body}\n{done.stderr}"
        elif block.new is not None:
            (tree / block.new).write_text(block.body, "utf-8")
        elif block.kind == "sh":
            yield from commands(f"```sh\n{block.body}```\n")
