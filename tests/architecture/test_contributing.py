"""CONTRIBUTING.md stays true: what it names is there, and its walk-through, followed to the letter, does what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.architecture.tree import ROOT
from tests.architecture.walk_through import GUIDE, commands, copy_of_the_tree, made, paths, walk

TEXT = GUIDE.read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
GREEN = ("tests/unit/ivr", "tests/unit/config/test_docs.py", "tests/simulation/test_by_language.py")
CHECKPOINT = "tests/unit/hub/test_checkpoint_format.py"
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def unknown(text: str) -> set[str]:
    """Paths, targets of make and programs of .venv that a text names and that are not there."""
    wanted = {path for path in paths(text) - made(text) if not (ROOT / path).exists()}
    targets = set(re.findall(r"`?make ([a-z]+)", "\n".join([*commands(text), *re.findall(r"`make [a-z]+`", text)])))
    programs = set(re.findall(r"\.venv/bin/([\w-]+)", text))
    return wanted | (targets - TARGETS) | {name for name in programs if not (Path(sys.executable).parent / name).exists()}


def test_what_the_guide_names_is_there():
    assert len(paths(TEXT)) > 30, "the paths are not where they are looked for"
    assert unknown(TEXT) == set()


def test_what_is_not_there_is_found():
    text = (
        "See `callcenter/kernel/flows.py`, [this](docs/gone.md#a), `tests/unit/ivr`, `make tset`.\n\n"
        "```sh\nmake chekc  # the fast half\n.venv/bin/pytset -q tests/unit/irv\n```\n"
    )
    assert unknown(text) == {"callcenter/kernel/flows.py", "docs/gone.md", "tset", "chekc", "pytset", "tests/unit/irv"}


def test_the_walk_through_does_what_it_says(tmp_path):
    tree = copy_of_the_tree(tmp_path / "tree")
    run = {word for command in walk(TEXT, tree) for word in command.split() if word.startswith("tests/")}
    assert run >= {*GREEN, CHECKPOINT}, "the tests that the walk-through runs are not where they are looked for"
    # One start for all: everything is green but the checkpoint's shape, which the guide tells to raise by hand.
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *GREEN, CHECKPOINT],
        cwd=tree, env={**os.environ, "PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    failed = re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    assert failed == [f"{CHECKPOINT}::test_another_shape_has_another_format"], done.stdout[-3000:] + done.stderr[-1000:]
    assert "raise checkpoint.FORMAT and write the new shape down" in done.stdout
    assert f"{tree}/callcenter/kernel/flow.py" in where_kernel_is(tree)


def where_kernel_is(tree: Path) -> str:
    """Which flow.py Python takes there: it would prove nothing if it were the one of the product."""
    asked = [sys.executable, "-c", "import callcenter.kernel.flow as flow; print(flow.__file__, flow.ByLanguageNode)"]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(asked, cwd=tree, env=environment, capture_output=True, text=True, check=True).stdout


def test_the_hooks_check_what_make_lint_checks():
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert local["repo"] == "local", "a hook of somebody else's is fetched from the network"
    hooks = {hook["id"]: hook["entry"] for hook in local["hooks"]}
    checked = re.search(r"^PYTHON_CODE := callcenter \$\(wildcard (.*)\) tests$", MAKEFILE, re.MULTILINE)
    assert checked is not None
    assert hooks["mypy"] == f".venv/bin/mypy callcenter {checked[1]} tests"
    programs = {entry.split()[0].removeprefix(".venv/bin/") for entry in hooks.values() if entry.startswith(".venv/bin/")}
    assert programs == {"ruff", "mypy", "lint-imports", "pytest"}
