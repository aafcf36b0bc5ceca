"""The templates of config/asterisk, filled: nothing is left open, and no value can become more than a value."""

from dataclasses import replace

import pytest

from config.asterisk_files import PbxValues, Phone, Trunk, render

VALUES = PbxValues(
    directory="/srv/pbx",
    service_url="ws://127.0.0.1:8089/carrier/asterisk/pbx",
    service_user="callcenter",
    service_password="one",
    http_port=8088,
    ari_password="two",
    sip_address="127.0.0.1",
    sip_port=5060,
    rtp_first=20000,
    rtp_last=20999,
    trunk=Trunk(host="192.0.2.10", match=("192.0.2.0/24",)),
)


def options(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith(";")]


def test_no_placeholder_is_left_in_any_file():
    for name, text in render(VALUES).items():
        assert not any(line.count("@") > 1 for line in options(text)), name


def test_a_call_is_handed_over_under_a_guard_and_looked_after_without_us():
    lines = options(render(VALUES)["extensions.conf"])
    stasis = next(index for index, line in enumerate(lines) if "Stasis(callcenter,inbound,${EXTEN})" in line)
    assert any("TIMEOUT(absolute)=8" in line for line in lines[:stasis])
    assert any(line.startswith("exten => T,1,") for line in lines[stasis:])


def test_asterisk_waits_long_for_a_slow_reader_and_comes_back_without_end():
    files = render(VALUES)
    assert "websocket_write_timeout = 10000" in files["ari.conf"]
    assert "reconnect_attempts = 2147483647" in files["websocket_client.conf"]
    assert "tls_enabled = no" in files["websocket_client.conf"]
    secure = render(replace(VALUES, service_url="wss://pbx.example/carrier/asterisk/pbx"))
    assert "tls_enabled = yes" in secure["websocket_client.conf"]


def test_a_trunk_with_a_password_authenticates_and_one_without_does_not():
    assert "outbound_auth" not in render(VALUES)["pjsip.conf"]
    trunk = Trunk(host="sip.example", match=("192.0.2.1",), user="me", password="word")
    text = render(replace(VALUES, trunk=trunk))["pjsip.conf"]
    assert "outbound_auth = trunk" in text
    assert "username = me\npassword = word" in text


def test_a_desk_phone_registers_or_stands_at_an_address():
    phones = (Phone(name="ana", password="word"), Phone(name="ben", contact="127.0.0.1:5080"))
    text = render(replace(VALUES, phones=phones))["pjsip.conf"]
    assert "[ana]\ntype = auth" in text
    assert "contact = sip:ben@127.0.0.1:5080" in text


def test_behind_a_router_both_addresses_are_told():
    values = replace(
        VALUES,
        external_address="203.0.113.5",
        local_networks=("192.168.0.0/16",),
        ice_host_candidates=(("192.168.1.2", "203.0.113.5"),),
    )
    files = render(values)
    assert files["pjsip.conf"].count("external_media_address = 203.0.113.5") == 2
    assert "192.168.1.2 => 203.0.113.5" in files["rtp.conf"]


@pytest.mark.parametrize("evil", ["a\nb", "a;b", "[x]", "a@b"])
def test_a_value_cannot_end_its_line_or_open_a_section(evil: str):
    with pytest.raises(ValueError, match="ari_password"):
        render(replace(VALUES, ari_password=evil))
    with pytest.raises(ValueError, match="host"):
        render(replace(VALUES, trunk=Trunk(host=evil, match=("192.0.2.1",))))


def test_names_that_would_meet_are_refused():
    with pytest.raises(ValueError, match="different names"):
        render(replace(VALUES, ari_user="callcenter"))
    with pytest.raises(ValueError, match="trunk"):
        render(replace(VALUES, phones=(Phone(name="trunk"),)))
    with pytest.raises(ValueError, match="rising ports"):
        render(replace(VALUES, rtp_first=30000))
