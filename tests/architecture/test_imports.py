"""Who may import whom. The contracts stand in pyproject.toml; here they are run, and shown to bite.

A contract that nobody has seen fail proves nothing, so each is given a small house of its own with one planted mistake.
"""

import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tests.architecture.tree import IMPURE, PURE, ROOT, packages, pyproject, rooms

CONTRACTS = pyproject()["tool"]["importlinter"]
# Besides the standard library, which the "pure" contract cuts down to what has no effects.
LANGUAGE = {"msgspec", "phonenumbers"}


def lint_imports(house: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()",
         "--config", str(house / "pyproject.toml"), "--no-cache", "--no-logo"],
        cwd=house, env={"PYTHONPATH": str(house), "PATH": "", "COLUMNS": "200"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_contracts_hold():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def layers(contract: str) -> list[list[str]]:
    """The layers of a contract, highest first, each a list of module names without the sign for 'may be missing'."""
    found = next(each for each in CONTRACTS["contracts"] if each["id"] == contract)
    return [[name.strip(" ()") for name in re.split("[|:]", layer)] for layer in found["layers"]]


@pytest.mark.parametrize("contract", ["layers", "config"])
def test_no_room_is_left_out(contract: str):
    named = {name for layer in layers(contract) for name in layer}
    expected = set(rooms()) - ({"callcenter.kernel", "ivr"} if contract == "config" else set())
    assert expected <= named, f"rooms that the contract {contract!r} does not name"


def test_no_package_and_no_pure_room_is_left_out():
    assert set(packages()) == set(CONTRACTS["root_packages"])
    pure = next(each for each in CONTRACTS["contracts"] if each["id"] == "pure")
    there = {room.replace("/", ".") for room in PURE if (ROOT / room).is_dir()}
    assert there == set(pure["source_modules"])


def test_pure_rooms_know_no_package_but_the_language():
    graph = grimp.build_graph(*packages(), include_external_packages=True, cache_dir=None)
    pure = tuple(room.replace("/", ".") for room in PURE)
    impure = {name.removesuffix(".py").replace("/", ".") for name in IMPURE}
    strangers = {
        f"{module} imports {imported}"
        for module in graph.modules
        if module.startswith(pure) and module not in impure
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.split(".")[0] not in {*packages(), *LANGUAGE, *sys.stdlib_module_names}
        # numpy is the language of pacing and of the machine detector
        and not (module.startswith(("dialer.pacing.", "dialer.amd.")) and imported == "numpy")
    }
    assert strangers == set()


def test_the_service_package_itself_imports_nothing():
    code = (ROOT / "callcenter/__init__.py").read_text("utf-8")
    assert "import" not in re.sub(r'"""[\s\S]*?"""', "", code)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Every room of the real house, empty, under the real contracts."""
    for layer in layers("layers"):
        for name in layer:
            room = tmp_path / name.replace(".", "/")
            room.mkdir(parents=True, exist_ok=True)
            (room / "__init__.py").touch()
    (tmp_path / "callcenter/__init__.py").touch()
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    return tmp_path


def plant(house: Path, module: str, statement: str) -> None:
    (house / f"{module.replace('.', '/')}.py").write_text(statement + "\n")


def test_an_empty_house_keeps_the_contracts(house: Path):
    done = lint_imports(house)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "statement", "contract"),
    [
        # upwards
        ("callcenter.kernel.planted", "import callcenter.hub", "A room imports only"),
        ("callcenter.hub.planted", "from callcenter.runtime import x", "A room imports only"),
        ("callcenter.store.planted", "import callcenter.api", "A room imports only"),
        ("routing.planted", "import callcenter.hub", "A room imports only"),
        ("callcenter.api.planted", "import config", "A room imports only"),
        ("callcenter.runtime.planted", "import config", "A room imports only"),
        # sideways
        ("callcenter.api.planted", "import callcenter.web", "A room imports only"),
        ("callcenter.store.planted", "import callcenter.telephony", "A room imports only"),
        ("callcenter.runtime.planted", "import callcenter.auth", "A room imports only"),
        ("routing.planted", "import ivr", "A room imports only"),
        ("ivr.planted", "import reporting", "A room imports only"),
        ("dialer.planted", "import routing", "A room imports only"),
        # config
        ("config.planted", "import callcenter.store", "config knows only"),
        ("config.planted", "import routing", "config knows only"),
        # clocks, dice, files, networks
        ("callcenter.kernel.planted", "import time", "pure rooms"),
        ("callcenter.hub.planted", "import asyncio", "pure rooms"),
        ("callcenter.hub.planted", "import random", "pure rooms"),
        ("callcenter.simulation.planted", "import secrets", "pure rooms"),
        ("routing.planted", "import os.path", "pure rooms"),
        ("ivr.planted", "from pathlib import Path", "pure rooms"),
        ("reporting.metrics", "import sqlalchemy", "pure rooms"),
        ("dialer.planted", "import numpy", "pure rooms"),
        ("reporting.planted", "def f():\n    import logging", "pure rooms"),
        ("callcenter.kernel.planted", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import uuid", "pure rooms"),
    ],
)
def test_a_planted_import_is_found(house: Path, module: str, statement: str, contract: str):
    plant(house, module, statement)
    done = lint_imports(house)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [line for line in done.stdout.splitlines() if line.rstrip().endswith("BROKEN")]
    assert any(contract in line for line in broken), done.stdout


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("callcenter.simulation.planted", "from random import Random"),
        ("reporting.tables", "import sqlalchemy"),
        ("dialer.pacing.planted", "import numpy"),
        ("dialer.amd.planted", "import numpy"),
        ("config.planted", "import ivr, callcenter.kernel"),
        ("callcenter.store.planted", "import reporting.tables"),
        ("callcenter.cli", "import config, callcenter.bootstrap"),
    ],
)
def test_what_is_allowed_passes(house: Path, module: str, statement: str):
    plant(house, "reporting.tables", "import sqlalchemy")
    if module == "callcenter.cli":
        module = "callcenter.cli.planted"
    for package in ("pacing", "amd"):
        (house / "dialer" / package).mkdir()
        (house / "dialer" / package / "__init__.py").touch()
    plant(house, module, statement)
    done = lint_imports(house)
    assert done.returncode == 0, done.stdout + done.stderr
