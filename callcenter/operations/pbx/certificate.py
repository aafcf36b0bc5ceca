"""A certificate for HOST: the given one, looked at before anything starts, or one made here and kept. Starts no server."""

import ipaddress
import ssl
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from callcenter.operations.pbx.options import Options, Trouble
from callcenter.store import secret_file

VALID_DAYS = 397
"""Browsers refuse longer ones."""
RENEW_DAYS = 30


def certificate(options: Options, now: datetime) -> tuple[Path, Path]:
    """(certificate, key) to serve HOST with. Raises Trouble when a given one cannot be used."""
    if options.certificate is not None and options.key is not None:
        _usable(options.certificate, options.key)
        _check(options.certificate, options.host, now)
        return options.certificate, options.key
    own = options.data / "certificate.pem", options.data / "certificate.key"
    if not _serves(*own, options.host, now):
        _make(*own, options.host, now)
    return own


def fingerprint(file: Path) -> str:
    """SHA-256 of the first certificate in the file, as browsers show it."""
    return _first(file).fingerprint(hashes.SHA256()).hex(":").upper()


def _first(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def _usable(file: Path, key: Path) -> None:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(file, key, password=_no_password)
    except ssl.SSLError as error:
        raise Trouble(f"CERT={file} and KEY={key} cannot be used together: {error.reason or error}") from None
    except (OSError, ValueError) as error:
        raise Trouble(f"CERT={file} or KEY={key} cannot be read: {error}") from None


def _no_password() -> str:
    raise ValueError("the key is locked by a password; write it without one, openssl pkey -in KEY -out NEW")


def _check(file: Path, host: str, now: datetime) -> None:
    found = _first(file)
    if not found.not_valid_before_utc <= now < found.not_valid_after_utc:
        raise Trouble(
            f"CERT={file} is valid from {found.not_valid_before_utc:%F} to {found.not_valid_after_utc:%F}, which is not now"
        )
    if not _names(found, host):
        raise Trouble(f"CERT={file} is not for {host}: take one that names it, or write the HOST that it names")


def _names(found: x509.Certificate, host: str) -> bool:
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    if address := _as_address(host):
        return address in names.get_values_for_type(x509.IPAddress)
    known = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
    return host.lower() in known or "*." + host.lower().partition(".")[2] in known


def _as_address(host: str) -> ipaddress.IPv4Address | None:
    try:
        return ipaddress.IPv4Address(host)
    except ValueError:
        return None


def _serves(file: Path, key: Path, host: str, now: datetime) -> bool:
    """Whether the one made earlier will do for this host."""
    try:
        found = _first(file)
        _usable(file, key)
    except (OSError, ValueError, Trouble):
        return False
    return _names(found, host) and found.not_valid_after_utc - now > timedelta(days=RENEW_DAYS)


def _make(file: Path, key: Path, host: str, now: datetime) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    address = _as_address(host)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host) if address is None else x509.IPAddress(address)]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    private = secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    secret_file.put(key, private)
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
