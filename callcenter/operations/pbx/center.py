"""The sample center as a center of one's own: its files copied once, each log-in with a random password in a file of mode 600.

Nothing is copied over what is there: the copy may be edited and applied (`callcenter center apply`).
"""

import re
import secrets
import shutil
from pathlib import Path

import config
from callcenter.kernel.seed import CenterSeed
from callcenter.operations.pbx.options import Trouble
from callcenter.store import secret_file
from config.center_file import read_center

EXAMPLE = Path(config.__file__).parent / "example"
NOT_OF_A_CENTER = ("demo.yaml", "pbx.yaml")
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is taken for another."""
LENGTH = 12
"""59 bits."""

_LOG_IN = re.compile(r'(login: "?([A-Za-z0-9_-]+)"?,.*?)\bpassword: [^,}\s]+')


def center_file(data: Path) -> Path:
    """The center below `data`, copied from the example if it is not there yet."""
    folder = data / "center"
    if not folder.exists():
        beside = data / "center.part"
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(EXAMPLE, beside, ignore=shutil.ignore_patterns(*NOT_OF_A_CENTER))
        for file in beside.glob("*.yaml"):
            file.write_text(_LOG_IN.sub(lambda found: _own_password(found, data), file.read_text("utf-8")), "utf-8")
        sample = {user.password for user in read_center(EXAMPLE / "center.yaml").users}
        if sample & {user.password for user in read_center(beside / "center.yaml").users}:
            raise Trouble("a password of the sample center would have been kept: config/example/agents.yaml has a new form")
        beside.replace(folder)
    return folder / "center.yaml"


def _own_password(found: re.Match[str], data: Path) -> str:
    name = f"login-{found[2]}"
    folder = data / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    secret_file.put(folder / name, "".join(secrets.choice(LETTERS) for _ in range(LENGTH)).encode())
    return f"{found[1]}password_file: ../secrets/{name}"


def log_ins(seed: CenterSeed) -> list[str]:
    """Supervisors first, then agents."""
    users = sorted(seed.users, key=lambda user: user.role != "supervisor")
    return [f"{user.role:<11} {user.login:<9} {user.password:<15} {user.language or ''}".rstrip() for user in users]
