"""Where a browser's request may come from."""

import pytest

from callcenter.api.origin import headers, may_change, may_open_socket, normal

OURS = frozenset({"http://127.0.0.1:8080", "https://desk.example"})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("HTTPS://Desk.Example:443", "https://desk.example"),
        ("http://desk.example:80/", "http://desk.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("null", ""),
        ("file://", ""),
        ("http://desk.example:port", ""),
        ("", ""),
    ],
)
def test_an_origin_is_compared_in_one_form(written, meant):
    assert normal(written) == meant


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
@pytest.mark.parametrize(
    ("sent", "verdict"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://desk.example"}, True),
        ({"Origin": "https://desk.example", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://desk.example.evil.example"}, False),
        ({"Origin": "http://desk.example"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "https://desk.example", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_only_our_own_pages_change_things(method, sent, verdict):
    assert may_change(method, sent, OURS) is verdict


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_is_not_asked_where_it_comes_from(method):
    assert may_change(method, {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, OURS)


@pytest.mark.parametrize(
    ("origin", "verdict"),
    [("http://127.0.0.1:8080", True), ("http://127.0.0.1:8081", False), ("https://evil.example", False), ("null", False)],
)
def test_a_socket_needs_an_origin_of_ours(origin, verdict):
    assert may_open_socket({"Origin": origin}, OURS) is verdict


def test_a_socket_without_an_origin_is_refused():
    assert not may_open_socket({}, OURS)


def test_the_policy_lets_pages_load_only_from_us_and_play_recordings():
    policy = headers(frozenset({"wss://desk.example"}))["Content-Security-Policy"]

    assert "default-src 'self';" in policy
    assert "connect-src 'self' wss://desk.example;" in policy
    assert "media-src 'self' blob:;" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
