"""What may stand in the repository: no address of a package registry, no path of somebody's machine, no endless file."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.architecture.tree import ROOT, files, pyproject, text

LONGEST = 400
# Files that no person reads from top to bottom, and why.
MAY_BE_LONG = {
    "requirements/*.txt": "lock file",
    "callcenter/web/package-lock.json": "lock file",
    "callcenter/store/migrations/versions/*.py": "written by Alembic",
    "docs/schema.md": "generated from the tables",
    "tests/unit/reporting/histories.py": "one machine of moves, which reads best in one piece",
    "tests/recount/recorded/*": "captured from real calls",
    "tests/recount/recorded_gap/*": "captured from real calls",
    "callcenter/web/src/api/types.ts": "printed by callcenter.api.typescript",
}


def _joined(*pieces: str) -> str:
    return ".".join(pieces)


# In pieces, or this file would find itself. Machines name their own mirrors; a clone must not send them elsewhere.
REGISTRIES = [
    _joined("pypi", "org"), _joined("pythonhosted", "org"), _joined("pypi", "python", "org"),
    _joined("npmjs", "org"), _joined("npmjs", "com"), _joined("yarnpkg", "com"), _joined("npmmirror", "com"),
    _joined("jsdelivr", "net"), _joined("unpkg", "com"), _joined("cdnjs", "cloudflare", "com"),
    _joined("deb", "debian", "org"), _joined("ftp", "debian", "org"), _joined("security", "debian", "org"),
    _joined("snapshot", "debian", "org"), _joined("archive", "ubuntu", "com"), _joined("security", "ubuntu", "com"),
    _joined("proxy", "golang", "org"), _joined("crates", "io"), _joined("docker", "io"), _joined("ghcr", "io"),
]  # fmt: skip
SOMEBODYS_MACHINE = re.compile(r"(?<![\w.$}*-])/" + "(?:" + "|".join(["work", "root", "home"]) + r")/[\w.]")


def registries_in(content: str) -> list[str]:
    found = content.lower()
    return [host for host in REGISTRIES if re.search(rf"(?<![\w-]){re.escape(host)}(?![\w-])", found)]


def test_no_file_names_a_registry():
    found = {str(file.relative_to(ROOT)): hosts for file in files() if (hosts := registries_in(text(file) or ""))}
    assert found == {}


def test_a_planted_registry_is_found():
    for host in REGISTRIES:
        assert host in registries_in(f'"resolved": "https://registry.{host}/a"')
        assert host in registries_in(f"from {host.upper()}/x")


def test_no_file_names_a_place_on_somebodys_machine():
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files()
        for number, line in enumerate((text(file) or "").splitlines(), 1)
        if SOMEBODYS_MACHINE.search(line)
    ]
    assert found == []


def test_a_planted_place_is_found():
    assert SOMEBODYS_MACHINE.search("see " + "/work" + "/main")
    assert SOMEBODYS_MACHINE.search('"' + "/root" + '/.cache"')
    assert not SOMEBODYS_MACHINE.search("$HOME" + "/work" + "/main, https://example.org" + "/work" + "/main")


def lines(file: Path) -> int:
    return len((text(file) or "").splitlines())


def exception(file: Path) -> str | None:
    name = file.relative_to(ROOT).as_posix()
    return next((pattern for pattern in MAY_BE_LONG if fnmatch(name, pattern)), None)


def test_a_file_is_short_enough_to_be_read():
    found = {file.relative_to(ROOT).as_posix(): lines(file) for file in files() if not exception(file) and lines(file) > LONGEST}
    assert found == {}, f"a file is about one thing and has at most {LONGEST} lines"


def test_every_exception_is_needed():
    needed = {exception(file) for file in files() if lines(file) > LONGEST}
    assert set(MAY_BE_LONG) <= needed


LOCKED = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>[^\\]+?))? \\\n"
    r"(?P<hashes>(?:    --hash=sha256:\w{64}(?: \\)?\n)+)",
    re.MULTILINE,
)


def locked(name: str) -> dict[str, list[Version]]:
    """The packages of a lock file with their versions (several when they differ by Python version)."""
    content = (ROOT / "requirements" / name).read_text("utf-8")
    assert LOCKED.sub("", content).strip() == "", "a line of the lock that is neither an exact version nor its hashes"
    found: dict[str, list[Version]] = {}
    for entry in LOCKED.finditer(content):
        found.setdefault(entry["name"], []).append(Version(entry["version"]))
    return found


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt"])
def test_the_locks_hold_what_the_project_asks_for(lock: str):
    project = pyproject()
    asked = list(project["project"]["dependencies"])
    asked += [line for extra in project["project"]["optional-dependencies"].values() for line in extra]
    if lock == "dev.txt":
        asked += project["dependency-groups"]["dev"] + project["build-system"]["requires"]
    found = locked(lock)
    for line in asked:
        wanted = Requirement(line)
        versions = found[wanted.name.lower()]
        assert all(version in wanted.specifier for version in versions), f"{line}: locked is {versions}; run `make lock`"


def test_the_tests_run_what_a_server_runs():
    tested = locked("dev.txt")
    assert {name: versions for name, versions in locked("run.txt").items() if tested[name] != versions} == {}


def test_continuous_integration_runs_the_one_command():
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111, "not executable"
    assert script.read_text("utf-8").splitlines()[-1] == "exec make test"
