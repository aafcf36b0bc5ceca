"""The set-up scripts on machines that lack something: they say what is missing and what to do, and change nothing.

A machine that lacks a program is made by a PATH that leads to a folder with links to everything else.
"""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PREFLIGHT = ROOT / "config/setup/preflight.sh"
SYSTEM_PACKAGES = ROOT / "config/setup/system-packages.sh"
ASTERISK = ROOT / "config/setup/asterisk.sh"


def machine(folder: Path, *, without: Iterable[str]) -> str:
    """A PATH with every program of this machine's system folders except those named (and whatever starts with them)."""
    for source in ("/usr/bin", "/bin"):
        for program in Path(source).iterdir():
            if not program.name.startswith(tuple(without)) and not (folder / program.name).exists():
                (folder / program.name).symlink_to(program)
    return str(folder)


def stand_in(folder: Path, name: str, shell: str) -> None:
    """A program of another kind than this machine's, in a line of shell."""
    script = folder / name
    script.write_text(f"#!/bin/sh\n{shell}\n")
    script.chmod(0o755)


def run(script: Path, path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", str(script)], env={"PATH": path, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("program", ["git", "make"])
def test_a_missing_program_is_named(tmp_path: Path, program: str):
    done = run(PREFLIGHT, machine(tmp_path, without=[program]))
    assert done.returncode == 1
    assert f"apt-get install {program}" in done.stderr
    assert done.stdout == ""


def test_a_missing_python_is_named(tmp_path: Path):
    done = run(PREFLIGHT, machine(tmp_path, without=["python"]))
    assert done.returncode == 1
    assert "missing: Python 3.11 or later" in done.stderr
    assert "python3-venv" in done.stderr


def test_a_python_that_is_too_old_does_not_do(tmp_path: Path):
    path = machine(tmp_path, without=["python"])
    stand_in(tmp_path, "python3", 'case "$2" in *version_info*) exit 1;; esac')
    done = run(PREFLIGHT, path)
    assert done.returncode == 1
    assert "Python 3.11 or later" in done.stderr


def test_a_python_without_venv_is_named(tmp_path: Path):
    path = machine(tmp_path, without=["python"])
    stand_in(tmp_path, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    done = run(PREFLIGHT, path)
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_a_good_machine_answers_with_its_python(tmp_path: Path):
    path = machine(tmp_path, without=["python"])
    stand_in(tmp_path, "python3", 'case "$2" in *) exit 0;; esac')
    done = run(PREFLIGHT, path)
    assert (done.returncode, done.stdout.strip()) == (0, str(tmp_path / "python3"))


def test_who_may_not_install_is_told_what_to_install(tmp_path: Path):
    path = machine(tmp_path, without=["sipp", "chromium", "sudo", "id"])
    stand_in(tmp_path, "id", "echo 1000")
    done = run(SYSTEM_PACKAGES, path)
    assert done.returncode == 1
    assert "apt-get install sip-tester chromium" in done.stderr


def test_where_nothing_is_missing_nothing_is_done():
    done = run(SYSTEM_PACKAGES, os.environ["PATH"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_asterisk_without_root_is_refused_with_another_way(tmp_path: Path):
    path = machine(tmp_path, without=["id"])
    stand_in(tmp_path, "id", "echo 1000")
    done = run(ASTERISK, path, CALLCENTER_ASTERISK=str(tmp_path / "asterisk"))
    assert done.returncode == 1
    assert "run it as root or with sudo" in done.stderr
    assert (ROOT / "docs/howto/attach-asterisk.md").exists()
    assert "docs/howto/attach-asterisk.md" in done.stderr


def test_where_apt_knows_no_debian_there_is_no_asterisk(tmp_path: Path):
    path = machine(tmp_path, without=["apt-get"])
    stand_in(tmp_path, "apt-get", "echo 'http://archive.invalid/ubuntu Ubuntu Ubuntu'")
    stand_in(tmp_path, "debootstrap", "exit 1")
    done = run(ASTERISK, path, CALLCENTER_ASTERISK=str(tmp_path / "asterisk"))
    assert done.returncode == 1
    assert "add one to /etc/apt/sources.list" in done.stderr


def test_half_an_asterisk_is_thrown_away_before_another_is_made(tmp_path: Path):
    half = tmp_path / "cache" / "asterisk.building"
    (half / "usr").mkdir(parents=True)
    folder = tmp_path / "bin"
    folder.mkdir()
    path = machine(folder, without=["apt-get"])
    stand_in(folder, "apt-get", "echo 'http://archive.invalid/debian Debian Debian'")
    stand_in(folder, "debootstrap", f"[ ! -e {half} ] && echo \"asked of $5\"; exit 1")
    done = run(ASTERISK, path, CALLCENTER_ASTERISK=str(tmp_path / "cache" / "asterisk"))
    assert done.returncode == 1
    assert "asked of http://archive.invalid/debian" in done.stderr, "what debootstrap said at last"
    assert "then run this again" in done.stderr
    assert not (tmp_path / "cache" / "asterisk").exists()
