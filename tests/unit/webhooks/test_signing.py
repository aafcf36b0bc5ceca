"""Secrets and signatures, checked by what the documentation tells a receiver to do."""

import hashlib
import hmac
import stat
from pathlib import Path

import pytest

from callcenter.kernel.errors import Refused
from callcenter.webhooks import signing

MASTER = b"m" * 32


def test_a_signature_is_the_hmac_of_time_and_body():
    key = signing.key(MASTER, "abc")
    header = signing.signature([key], b'{"kind":"test"}', 1_790_000_000)
    expected = hmac.new(key.secret.encode(), b'1790000000.{"kind":"test"}', hashlib.sha256).hexdigest()
    assert header == f"t=1790000000,abc={expected}"


def test_two_keys_sign_while_they_are_exchanged():
    header = signing.signature([signing.key(MASTER, "new"), signing.key(MASTER, "old")], b"{}", 1)
    assert [part.split("=")[0] for part in header.split(",")] == ["t", "new", "old"]


def test_secrets_differ_by_name_and_by_the_services_key_and_are_not_shown():
    keys = [signing.key(MASTER, "a"), signing.key(MASTER, "b"), signing.key(b"n" * 32, "a")]
    assert len({key.secret for key in keys}) == 3
    assert len({signing.fingerprint(key) for key in keys}) == 3
    assert all(key.secret.startswith("whsec_") and len(key.secret) == 49 for key in keys)
    assert keys[0].secret not in repr(keys)
    assert MASTER.decode() not in keys[0].secret


def test_the_services_key_is_made_once_and_is_ours_alone(tmp_path: Path):
    made = signing.master_key("", tmp_path)
    assert len(made) >= 32
    assert signing.master_key("", tmp_path) == made
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_of_the_environment_goes_before_the_file(tmp_path: Path):
    assert signing.master_key("x" * 32, tmp_path) == b"x" * 32
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", ["short", "x" * 31])
def test_a_key_that_is_no_secret_is_refused(tmp_path: Path, given: str):
    with pytest.raises(Refused, match="CALLCENTER_WEBHOOK_KEY"):
        signing.master_key(given, tmp_path)


def test_a_key_file_that_somebody_emptied_is_refused(tmp_path: Path):
    (tmp_path / "webhook.key").write_bytes(b"")
    with pytest.raises(Refused, match=r"webhook\.key"):
        signing.master_key("", tmp_path)
