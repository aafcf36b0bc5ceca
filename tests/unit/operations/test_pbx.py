"""What `make pbx` is told, and what it makes of it: options, certificate, Asterisk's configuration, the center's log-ins."""

import re
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callcenter.operations.pbx import center, options
from callcenter.operations.pbx.certificate import certificate, fingerprint
from callcenter.operations.pbx.exchange import Secrets, values
from callcenter.operations.pbx.network import LOOPBACK, Reach
from callcenter.operations.pbx.options import NAMES, Options, Trouble
from config.asterisk_files import PbxValues, render
from config.center_file import read_center

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SECRETS = Secrets(service="planted-service", ari="planted-ari", trunk="planted-trunk")
AT_HOME = Reach(listen=LOOPBACK, networks=(), addresses=())
BEHIND = Reach(listen="0.0.0.0", networks=("192.168.7.0/24",), addresses=("192.168.7.4",), external="203.0.113.7")


@pytest.fixture
def chroot(tmp_path: Path) -> Path:
    (tmp_path / "chroot" / "usr" / "lib" / "aarch64-linux-gnu" / "asterisk" / "modules").mkdir(parents=True)
    return tmp_path / "chroot"


def made(chroot: Path, wanted: Options, reach: Reach) -> PbxValues:
    return values(chroot, wanted, reach, SECRETS, http=18088, service=18089)


def test_make_passes_on_what_the_command_knows():
    text = (ROOT / "Makefile").read_text()
    found = re.search(r"^PBX_OPTIONS := (.*)$", text, re.MULTILINE)
    assert found is not None
    assert set(found[1].split()) == set(NAMES)


def test_the_handbook_tells_every_option():
    rows = re.findall(r"^\| `([A-Z_]+)=", (ROOT / "docs" / "howto" / "make-pbx.md").read_text(), re.MULTILINE)
    assert rows == list(NAMES)


def test_nothing_said_is_this_machine_only():
    wanted = options.read([])
    assert (wanted.secure, wanted.origin, wanted.sip_port) == (False, "http://127.0.0.1:8080", 5060)
    assert options.read(["HOST=calls.example.com"]).origin == "https://calls.example.com:8443"
    assert options.read(["HOST=calls.example.com", "PORT=443"]).origin == "https://calls.example.com"
    assert options.read(["HOST="]) == wanted


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("HOTS=x", "is it HOST="),
        ("HOST=a b", "IPv4 address"),
        ("HOST=2001:db8::7", "IPv6"),
        ("HOST=[2001:db8::7]", "IPv6"),
        ("PORT=0", "1 to 65535"),
        ("PORT=http", "1 to 65535"),
        ("RTP=20000-20010", "at least 20 ports"),
        ("RTP=20100-20000", "at least 20 ports"),
        ("TRUNK=sip:provider", "HOST:PORT"),
        ("EXTERNAL=calls.example.com", "203.0.113.7"),
        ("EXTERNAL=203.0.113.700", "203.0.113.7"),
        ("EXTERNAL=2001:db8::7", "IPv6"),
        ("TURN_USER=calls", "without TURN"),
        ("KEY=/etc/hostname", "CERT and KEY"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_write(word: str, says: str):
    with pytest.raises(Trouble) as refused:
        options.read([word])
    assert says in str(refused.value)


def test_at_home_everything_stays_on_loopback(chroot: Path):
    files = render(made(chroot, options.read([]), AT_HOME))
    assert "bind = 127.0.0.1:5060" in files["pjsip.conf"]
    assert "media_address = 127.0.0.1" in files["pjsip.conf"]
    assert "external_" not in files["pjsip.conf"]
    assert "match = 127.0.0.1" in files["pjsip.conf"]
    assert "0.0.0.0" not in files["http.conf"]
    assert "/usr/lib/aarch64-linux-gnu/asterisk/modules" in files["asterisk.conf"]


def test_behind_a_router_the_public_address_is_offered(chroot: Path):
    said = ["HOST=calls.example.com", "RTP=30000-30099", "STUN=stun.example.com", "TURN=turn.example.com:3479", "TURN_USER=calls"]
    files = render(made(chroot, options.read(said), BEHIND))
    pjsip, rtp = files["pjsip.conf"], files["rtp.conf"]
    assert "bind = 0.0.0.0:5060" in pjsip
    assert pjsip.count("external_media_address = 203.0.113.7") == 2, "for telephones and for browsers"
    assert "external_signaling_address = 203.0.113.7" in pjsip
    assert "local_net = 192.168.7.0/24" in pjsip
    assert "match = 192.168.7.0/24" in pjsip
    assert "match = 127." not in pjsip, "the softphones' socket comes from there"
    assert "media_address = 127.0.0.1" not in pjsip
    assert "rtpstart = 30000\nrtpend = 30099" in rtp
    assert "192.168.7.4 => 203.0.113.7,include_local_address" in rtp
    assert not re.search(r"^(stun|turn)", rtp, re.MULTILINE), "a server that is gone would hold up every call"


def test_a_provider_is_called_with_our_name_and_watched(chroot: Path):
    pjsip = render(made(chroot, options.read(["TRUNK=sip.example.com", "TRUNK_USER=calls"]), AT_HOME))["pjsip.conf"]
    assert "contact = sip:sip.example.com:5060" in pjsip
    assert "match = sip.example.com" in pjsip
    assert "username = calls\npassword = planted-trunk" in pjsip
    assert "qualify_frequency = 60" in pjsip


def test_each_data_folder_has_an_exchange_of_its_own(chroot: Path):
    one, other = (made(chroot, replace(options.read([]), data=Path(name)), AT_HOME).directory for name in ("/a", "/b"))
    assert one != other


def test_a_certificate_is_made_once_and_for_its_host(tmp_path: Path):
    wanted = replace(options.read(["HOST=192.168.7.4"]), data=tmp_path)
    file, key = certificate(wanted, NOW)
    first = fingerprint(file)
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", first)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert fingerprint(certificate(wanted, NOW + timedelta(days=300))[0]) == first
    assert fingerprint(certificate(wanted, NOW + timedelta(days=380))[0]) != first, "it is about to end"
    second = fingerprint(file)
    assert fingerprint(certificate(replace(wanted, host="calls.example.com"), NOW)[0]) != second, "another host"
    key.write_text("nonsense")
    certificate(replace(wanted, host="calls.example.com"), NOW)
    assert "PRIVATE KEY" in key.read_text()


def test_a_given_certificate_must_be_good_for_the_host_and_now(tmp_path: Path):
    file, key = certificate(replace(options.read(["HOST=calls.example.com"]), data=tmp_path), NOW)
    given = options.read(["HOST=calls.example.com", f"CERT={file}", f"KEY={key}"])
    assert certificate(given, NOW) == (file, key)
    for wanted, now, says in (
        (replace(given, host="other.example.com"), NOW, "is not for other.example.com"),
        (given, NOW + timedelta(days=400), "which is not now"),
        (replace(given, key=ROOT / "Makefile"), NOW, "cannot be used together"),
        (replace(given, certificate=ROOT / "Makefile"), NOW, "cannot be used together"),
    ):
        with pytest.raises(Trouble) as refused:
            certificate(wanted, now)
        assert says in str(refused.value)


def test_no_log_in_keeps_the_password_of_the_sample(tmp_path: Path):
    sample = {user.login: user.password for user in read_center(center.EXAMPLE / "center.yaml").users}
    file = center.center_file(tmp_path)
    mine = {user.login: user.password for user in read_center(file).users}
    assert mine.keys() == sample.keys()
    assert not set(mine.values()) & set(sample.values())
    assert len(set(mine.values())) == len(mine)
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in (tmp_path / "secrets").iterdir())
    # What was edited stays.
    file.write_text(file.read_text().replace("Harbor Lane\n", "Mole Street\n"))
    seed = read_center(center.center_file(tmp_path))
    assert seed.center.name == "Mole Street"
    assert {user.login: user.password for user in seed.users} == mine
    lines = center.log_ins(seed)
    assert lines[0].split()[:3] == ["supervisor", "lead-en", mine["lead-en"]]


def test_not_root_is_told_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    from callcenter.operations.pbx import __main__ as command

    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert command.main([f"DATA={tmp_path / 'data'}"]) == 2
    assert "sudo make pbx DATA=" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
