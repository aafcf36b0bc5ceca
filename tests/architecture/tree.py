"""The repository as the rules see it: where it is, its files, its rooms, its configuration."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("callcenter", "routing", "ivr", "dialer", "reporting", "config")
PURE = ("callcenter/kernel", "callcenter/hub", "callcenter/simulation", "routing", "ivr", "dialer", "reporting")
# reporting's files that are given a connection or write a file
IMPURE = ("reporting/tables.py", "reporting/queries.py", "reporting/charts.py", "reporting/export.py")


def pyproject() -> dict[str, Any]:
    """pyproject.toml, read."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def files() -> list[Path]:
    """Every file of the repository that is committed or would be: what git knows or does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    return sorted(ROOT / name for name in set(listed) if name and (ROOT / name).is_file())


def text(file: Path) -> str | None:
    """The file's text; None for a picture, a sound, a font."""
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        return None


def packages() -> list[str]:
    """The top-level packages that exist."""
    return [name for name in PACKAGES if (ROOT / name / "__init__.py").is_file()]


def rooms() -> list[str]:
    """Every top-level package but callcenter, and every module or package directly in callcenter, as module names."""
    inside = [
        f"callcenter.{entry.stem}"
        for entry in (ROOT / "callcenter").iterdir()
        if (entry / "__init__.py").is_file() or (entry.suffix == ".py" and entry.stem != "__init__")
    ]
    return sorted([*inside, *(name for name in packages() if name != "callcenter")])
