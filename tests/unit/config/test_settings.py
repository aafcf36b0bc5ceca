"""Settings from file and environment: what is read, what is refused, and that no secret stands in a file or is printed."""

from pathlib import Path

import pytest

from config.settings import AsteriskSettings, Settings, SimulatedSettings, read_settings
from config.settings_values import Address
from config.yaml import BadFile, FileMistake

EXAMPLES = Path(__file__).parents[3] / "config" / "example"
DEMO = "center: center.yaml\ncarriers:\n  demo: {kind: simulated}\n"
PBX = """\
center: center.yaml
public_url: https://calls.example.com/
data: /srv/calls
ice:
  stun: ["stun:stun.example.com:3478"]
  turn: ["turn:turn.example.com:3478?transport=udp"]
  turn_user: calls
carriers:
  pbx-1:
    kind: asterisk
    listen: 10.0.0.5:8089
    ari_url: http://10.0.0.7:8088/ari
"""
SECRETS = {
    "CALLCENTER_PBX_1_PASSWORD": "planted-one",
    "CALLCENTER_PBX_1_ARI_PASSWORD": "planted-two",
    "CALLCENTER_TURN_PASSWORD": "planted-three",
}


def read(folder: Path, text: str, **environment: str) -> Settings:
    (folder / "service.yaml").write_text(text, encoding="utf-8")
    return read_settings(folder / "service.yaml", {"PATH": "/bin", **environment})


def mistakes(folder: Path, text: str, **environment: str) -> list[FileMistake]:
    with pytest.raises(BadFile) as caught:
        read(folder, text, **environment)
    return caught.value.mistakes


def test_the_least_that_a_file_may_say(tmp_path):
    settings = read(tmp_path, DEMO)
    assert settings.center == tmp_path / "center.yaml"
    assert settings.listen == Address("127.0.0.1", 8080)
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.allowed_origins == ("http://127.0.0.1:8080",)
    assert settings.database_url == f"sqlite:///{tmp_path}/var/center.db"
    assert settings.event_log_url == f"sqlite:///{tmp_path}/var/events.db"
    assert settings.prompts == tmp_path / "var" / "prompts"
    assert settings.carriers == (SimulatedSettings(name="demo"),)  # type: ignore[arg-type]


def test_an_asterisk_with_its_passwords_from_the_environment(tmp_path):
    settings = read(tmp_path, PBX, **SECRETS)
    (carrier,) = settings.carriers
    assert isinstance(carrier, AsteriskSettings)
    assert carrier.listen == Address("10.0.0.5", 8089)
    assert (carrier.password, carrier.ari_password) == ("planted-one", "planted-two")
    assert carrier.prompts == "/srv/calls/prompts"
    assert carrier.sip_domain == "10.0.0.7"
    assert settings.public_url == "https://calls.example.com"
    assert settings.ice.servers() == (
        {"urls": ["stun:stun.example.com:3478"]},
        {"urls": ["turn:turn.example.com:3478?transport=udp"], "username": "calls", "credential": "planted-three"},
    )


def test_pages_over_tls(tmp_path):
    settings = read(tmp_path, DEMO + "certificate: tls/cert.pem\ncertificate_key: tls/key.pem\n")
    assert (settings.certificate, settings.certificate_key) == (tmp_path / "tls" / "cert.pem", tmp_path / "tls" / "key.pem")
    assert settings.public_url == "https://127.0.0.1:8080"


def test_no_secret_is_printed_with_the_settings(tmp_path):
    text = PBX + "database: postgresql://calls@db.example.com/calls\n"
    environment = {**SECRETS, "CALLCENTER_DATABASE_PASSWORD": "planted-four"}
    settings = read(tmp_path, text, **environment)
    assert settings.database_url == "postgresql://calls:planted-four@db.example.com/calls"
    assert settings.event_log_url == settings.database_url
    assert "planted" not in repr(settings)


def test_redis_and_its_password(tmp_path):
    assert read(tmp_path, DEMO).redis_url == ""
    settings = read(tmp_path, DEMO + "redis: redis://10.0.0.5:6379/2\n", CALLCENTER_REDIS_PASSWORD="planted-five")
    assert settings.redis_url == "redis://:planted-five@10.0.0.5:6379/2"
    assert "planted" not in repr(settings)
    (mistake,) = mistakes(tmp_path, DEMO + "redis: redis://:planted-six@10.0.0.5/0\n")
    assert "CALLCENTER_REDIS_PASSWORD" in mistake.instead
    (mistake,) = mistakes(tmp_path, DEMO + "redis: memcached://10.0.0.5\n")
    assert "redis:" in mistake.why


def test_a_secret_from_a_file(tmp_path):
    (tmp_path / "secret").write_text("planted-one\n")
    environment = {**SECRETS, "CALLCENTER_PBX_1_PASSWORD_FILE": str(tmp_path / "secret")}
    del environment["CALLCENTER_PBX_1_PASSWORD"]
    (carrier,) = read(tmp_path, PBX, **environment).carriers
    assert isinstance(carrier, AsteriskSettings)
    assert carrier.password == "planted-one"


def test_a_password_with_any_sign_survives_the_url(tmp_path):
    url = read(
        tmp_path, DEMO + "database: postgresql://calls@db:5433/calls\n", CALLCENTER_DATABASE_PASSWORD="p@ss/w:rd %"
    ).database_url
    assert url == "postgresql://calls:p%40ss%2Fw%3Ard%20%25@db:5433/calls"


def test_the_environment_goes_before_the_file(tmp_path):
    settings = read(
        tmp_path,
        DEMO + "listen: 127.0.0.1:8080\n",
        CALLCENTER_LISTEN="0.0.0.0:9000",
        CALLCENTER_ALLOWED_ORIGINS="https://a.example.com, https://b.example.com",
        CALLCENTER_LOG_LEVEL="debug",
    )
    assert settings.listen == Address("0.0.0.0", 9000)
    assert not settings.listen.loopback
    assert settings.allowed_origins == ("http://0.0.0.0:9000", "https://a.example.com", "https://b.example.com")
    assert settings.log_level == "debug"


@pytest.mark.parametrize(
    ("line", "number", "why", "instead"),
    [
        ("listn: 127.0.0.1:8080", 4, "no key 'listn'", "listen"),
        ("listen: 8080", 4, "no address with a port", "127.0.0.1:8080"),
        ("listen: 127.0.0.1:99999", 4, "no address with a port", "127.0.0.1:8080"),
        ("public_url: calls.example.com", 4, "no http or https URL", "https://calls.example.com"),
        ("public_url: https://calls.example.com/pages", 4, "more than scheme, host and port", "https://calls.example.com"),
        ("allowed_origins: https://a.example.com", 4, "not a list", "a list"),
        ("database: mysql://calls@db/calls", 4, "begins with none of", "postgresql://USER@HOST/NAME"),
        ("database: postgresql://calls:secret@db/calls", 4, "a password stands in the file", "CALLCENTER_DATABASE_PASSWORD"),
        ("certificate: cert.pem", 4, "'certificate_key' is missing", "certificate_key:"),
        ("log_level: loud", 4, "'loud' is not known", "debug"),
        ("ice: {stun: [stun.example.com]}", 4, "no stun URL", "stun:stun.example.com:3478"),
        ("ice: {turn_password: x}", 4, "no key 'turn_password'", "turn"),
        ("center: other.yaml", 4, "stands here twice, first in line 1", "once"),
    ],
)
def test_a_mistake_in_the_file_has_its_line(tmp_path, line, number, why, instead):
    found = mistakes(tmp_path, f"{DEMO}{line}\n")
    assert [(one.line, why in one.why, instead in one.instead) for one in found] == [(number, True, True)], found
    assert "secret" not in "".join(map(str, found)), "a refused password is not repeated"


@pytest.mark.parametrize(
    ("carriers", "why", "instead"),
    [
        ("{}", "without a carrier", "kind: asterisk"),
        ("{pbx: {kind: asterix}}", "a kind that is known", "asterisk"),
        ("{pbx: {}}", "a kind that is known", "one of asterisk, simulated"),
        ("{PBX: {kind: simulated}}", "no name of a carrier", "small letters"),
        ("{demo: {kind: simulated, listen: 127.0.0.1:1}}", "no key 'listen'", "kind"),
        ("{demo: {kind: simulated, password: planted}}", "no key 'password'", "kind"),
    ],
)
def test_a_mistake_in_a_carrier(tmp_path, carriers, why, instead):
    found = mistakes(tmp_path, f"center: center.yaml\ncarriers: {carriers}\n")
    assert [(one.line, why in one.why, instead in one.instead) for one in found] == [(2, True, True)], found


def test_a_secret_that_is_missing_is_named(tmp_path):
    found = mistakes(tmp_path, PBX)
    assert sorted(one.file for one in found) == [
        "environment variable CALLCENTER_PBX_1_ARI_PASSWORD",
        "environment variable CALLCENTER_PBX_1_PASSWORD",
        "environment variable CALLCENTER_TURN_PASSWORD",
    ]
    assert any(str(one).endswith("CALLCENTER_PBX_1_PASSWORD=..., or CALLCENTER_PBX_1_PASSWORD_FILE=FILE") for one in found)


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("CALLCENTER_LISTN", "127.0.0.1:1", "no such setting"),
        ("CALLCENTER_LISTEN", "here", "no address with a port"),
        ("CALLCENTER_DATABASE_PASSWORD_FILE", "/nowhere", "cannot be read"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(tmp_path, variable, value, why):
    (found,) = mistakes(tmp_path, DEMO, **{variable: value})
    assert str(found).startswith(f"environment variable {variable}: ")
    assert why in found.why


def test_a_secret_given_twice_is_refused(tmp_path):
    found = mistakes(tmp_path, DEMO, CALLCENTER_DATABASE_PASSWORD="a", CALLCENTER_DATABASE_PASSWORD_FILE="/b")
    assert [one.why for one in found] == ["CALLCENTER_DATABASE_PASSWORD_FILE is set too"]


def test_variables_of_others_are_left_alone(tmp_path):
    assert read(tmp_path, DEMO, CALLCENTER_ASTERISK="/somewhere", HOME="/root").log_level == "info"


@pytest.mark.parametrize("name", ["demo.yaml", "pbx.yaml"])
def test_the_examples_are_sound(name):
    environment = {"CALLCENTER_PBX_PASSWORD": "one", "CALLCENTER_PBX_ARI_PASSWORD": "two"}
    settings = read_settings(EXAMPLES / name, environment if name == "pbx.yaml" else {})
    assert settings.center == EXAMPLES / "center.yaml"
