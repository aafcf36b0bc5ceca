"""Where nothing is sent: whatever could make this machine ask its own network."""

import socket
from ipaddress import ip_address

import pytest

from callcenter.kernel.errors import Refused
from callcenter.webhooks.address import AddressNotAllowed, Fence, FencedResolver, networks

PUBLIC = Fence()
HERE = Fence(networks(["127.0.0.0/8", "::1/128"]))


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "192.0.2.1", "::", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_nothing_is_sent_into_private_networks(ip: str):
    assert not PUBLIC.allows(ip_address(ip))


@pytest.mark.parametrize("ip", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_allowed(ip: str):
    assert PUBLIC.allows(ip_address(ip))


def test_what_is_allowed_is_allowed_in_every_spelling():
    assert HERE.allows(ip_address("127.0.0.1"))
    assert HERE.allows(ip_address("::ffff:127.0.0.1"))
    assert not HERE.allows(ip_address("10.0.0.1"))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook", "ftp://example.com/", "https://", "https:///path", "example.com", "", "https://user@example.com/",
        "https://user:secret@example.com/", "https://example.com/#part", "https://10.0.0.1/", "https://[::1]/", "https://127.1/",
        "https://0x7f000001/", "https://2130706433/", "https://017700000001/", "https://[::ffff:10.0.0.1]/", "http://127.0.0.1/",
        "http://localhost/", "https://example.com/a b", "https://example.com/\n", "https://example.com:0/", "https://example.com:x/",
        "https://example.com/" + "a" * 2_000, "https://[fe80::1%25eth0]/", "https://[1.1.1.1/",
    ],
)  # fmt: skip
def test_such_a_url_is_refused_with_what_to_do(url: str):
    with pytest.raises(Refused) as refusal:
        PUBLIC.check(url)
    assert refusal.value.code == "url_not_allowed"
    assert "secret" not in refusal.value.why


@pytest.mark.parametrize("url", ["https://example.com/hook?a=b", "https://example.com:8443/", "https://1.1.1.1/", "https://xn--fiqs8s/"])
def test_such_a_url_is_taken(url: str):
    PUBLIC.check(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/", "http://localhost:9000/", "http://[::1]/", "https://127.0.0.1/"])
def test_this_machine_may_be_allowed_and_then_needs_no_certificate(url: str):
    HERE.check(url)


def test_a_private_network_that_is_allowed_still_needs_https():
    fence = Fence(networks(["10.0.0.0/8"]))
    fence.check("https://10.0.0.1/")
    with pytest.raises(Refused):
        fence.check("http://10.0.0.1/")
    with pytest.raises(Refused):
        fence.check("http://localhost/")


async def test_a_name_is_looked_at_when_it_is_used():
    resolver = FencedResolver(PUBLIC, 2)
    with pytest.raises(AddressNotAllowed):
        await resolver.resolve("localhost", 443)
    await resolver.close()
    allowing = FencedResolver(HERE, 2)
    assert {one["host"] for one in await allowing.resolve("localhost", 443, socket.AF_INET)} == {"127.0.0.1"}
    await allowing.close()
