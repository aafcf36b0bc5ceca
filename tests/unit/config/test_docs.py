"""The documents of the files and the tables of their readers say the same: every key, whether it is required, its default."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config import center_file, flow_file, settings
from config.readers import Key

DOCS = Path(__file__).parents[3] / "docs"
CENTER = (DOCS / "center-file.md").read_text(encoding="utf-8")
SETTINGS = (DOCS / "settings-file.md").read_text(encoding="utf-8")


def rows(text: str, section: str) -> dict[str, tuple[str, str]]:
    """Key -> (default as documented, meaning) of the table below a heading."""
    parts = re.split(r"^#{2,4} (.+)$", text, flags=re.MULTILINE)
    body = dict(zip(parts[1::2], parts[2::2], strict=True))[section]
    found = re.findall(r"^\| `([^`]+)` \|(.*)\|([^|]*)\|([^|]*)\|$", body, flags=re.MULTILINE)
    return {key: (default.strip().strip("`"), meaning.strip()) for key, _, default, meaning in found}


def expected(keys: tuple[Key, ...]) -> dict[str, str]:
    return {key.name: "required" if key.required else key.shown_default() for key in keys}


@pytest.mark.parametrize("section", list(center_file.TABLES))
def test_every_key_of_the_center_file_is_documented_with_its_default(section):
    documented = rows(CENTER, section)
    assert {key: default for key, (default, _) in documented.items()} == expected(center_file.TABLES[section])


@pytest.mark.parametrize("kind", list(flow_file.NODE_KEYS))
def test_every_key_of_a_node_is_documented_with_its_default(kind):
    documented = rows(CENTER, kind)
    assert {key: default for key, (default, _) in documented.items()} == expected(flow_file.NODE_KEYS[kind][1])


@pytest.mark.parametrize("section", list(settings.TABLES))
def test_every_key_of_the_settings_file_is_documented_with_its_default(section):
    documented = rows(SETTINGS, section)
    assert {key: default for key, (default, _) in documented.items()} == expected(settings.TABLES[section])


def test_every_secret_is_documented():
    for name in (*settings.SECRETS, "CALLCENTER_NAME_PASSWORD", "CALLCENTER_NAME_ARI_PASSWORD"):
        assert f"`{name}`" in SETTINGS


def test_the_flow_of_the_document_is_sound(tmp_path):
    from tests.unit.config.files import CENTER as CENTER_TEXT
    from tests.unit.config.files import mistakes

    flow = re.search(r"```yaml\n(id: main.*?)```", CENTER, flags=re.DOTALL)
    assert flow is not None
    text = flow[1].replace("main_menu", "welcome").replace("orders", "desk")
    assert mistakes(tmp_path, CENTER_TEXT, text) == []


def test_the_steps_for_ones_own_asterisk_say_what_the_service_expects():
    """Both sides must know these words; a newcomer copies them from the steps."""
    environment = {"CALLCENTER_PBX_PASSWORD": "one", "CALLCENTER_PBX_ARI_PASSWORD": "two"}
    (pbx,) = settings.read_settings(DOCS.parent / "config" / "example" / "pbx.yaml", environment).carriers
    assert isinstance(pbx, settings.AsteriskSettings)
    steps = (DOCS / "howto" / "attach-asterisk.md").read_text()
    words = {line.split("|")[1].strip(): line.split("|")[2] for line in steps.splitlines() if line.startswith("| `@")}

    assert f"`ws://{pbx.listen.host}:{pbx.listen.port}/carrier/asterisk/{pbx.name}`" in words["`@SERVICE_URL@`"]
    assert f"`{pbx.user}`" in words["`@SERVICE_USER@`, `@SERVICE_PASSWORD@`"]
    assert f"`{pbx.ari_user}`" in words["`@ARI_USER@`, `@ARI_PASSWORD@`"]
    assert f"`{pbx.application}`" in words["`@APPLICATION@`"]
    host, port = urlsplit(pbx.ari_url).netloc.split(":")
    assert f"`{host}` and `{port}`" in words["`@HTTP_ADDRESS@`, `@HTTP_PORT@`"]
