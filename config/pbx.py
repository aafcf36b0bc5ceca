"""What `make pbx` writes before it starts anything: Asterisk's configuration, the service's settings, a certificate, passwords.

Run again, it keeps passwords and certificate and writes the rest anew. It starts nothing (config/setup/pbx.sh does) and knows no
more of a machine than what it is told.
"""

import argparse
import ipaddress
import os
import secrets
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.asterisk_files import PbxValues, Trunk, write

DIRECTORY = "/srv/callcenter/pbx"
"""The exchange's folder as Asterisk sees it."""
LOOPBACK = "127.0.0.1"


def main() -> int:
    given = _arguments()
    home = given.chroot / DIRECTORY.lstrip("/")
    folder: Path = given.data
    folder.mkdir(parents=True, exist_ok=True)
    passwords = _passwords(folder / "passwords")
    public = given.host not in ("", "localhost", LOOPBACK)
    values = PbxValues(
        directory=DIRECTORY,
        service_url=f"ws://{LOOPBACK}:{given.carrier_port}/carrier/asterisk/pbx",
        service_user="callcenter",
        service_password=passwords["CALLCENTER_PBX_PASSWORD"],
        http_port=given.ari_port,
        ari_password=passwords["CALLCENTER_PBX_ARI_PASSWORD"],
        sip_address="0.0.0.0" if public else LOOPBACK,
        sip_port=given.sip_port,
        rtp_first=given.rtp_first,
        rtp_last=given.rtp_last,
        trunk=Trunk(
            host=given.trunk_host,
            port=given.trunk_port,
            match=tuple(given.trunk_match or [given.trunk_host]),
            user=given.trunk_user,
            password=os.environ.get("PBX_TRUNK_PASSWORD", ""),
            qualify_s=0 if given.trunk_host == LOOPBACK else 60,
        ),
        media_address="" if public else LOOPBACK,
        external_address=given.external_address,
        local_networks=tuple(given.local_network),
        ice_host_candidates=_candidates(given.host, given.external_address, public),
        stun_server=given.stun,
        turn_server=given.turn,
        turn_user=given.turn_user,
        turn_password=os.environ.get("CALLCENTER_TURN_PASSWORD", ""),
    )
    write(values, given.chroot)
    if public and not given.certificate:
        certificate, key = folder / "certificate.pem", folder / "certificate.key"
        if not certificate.exists() or not _names(certificate, given.host):
            _self_made(given.host, certificate, key)
            print(f"made a certificate for {given.host}: each browser asks once whether to trust it ({certificate})")
    else:
        certificate, key = given.certificate, given.certificate_key
    (folder / "service.yaml").write_text(_settings(given, home, public, certificate, key), encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make pbx", description=__doc__)
    parser.add_argument("--chroot", type=Path, required=True, help="where config/setup/asterisk.sh put Asterisk")
    parser.add_argument("--data", type=Path, required=True, help="where settings, passwords and the database go")
    parser.add_argument("--host", default=LOOPBACK, help="name or address under which other computers reach this one")
    parser.add_argument("--port", type=int, default=0, help="of the pages; 8443 with --host, else 8080")
    parser.add_argument("--carrier-port", type=int, default=8089)
    parser.add_argument("--ari-port", type=int, default=8088)
    parser.add_argument("--sip-port", type=int, default=5060)
    parser.add_argument("--rtp-first", type=int, default=20000)
    parser.add_argument("--rtp-last", type=int, default=20999)
    parser.add_argument("--trunk-host", default=LOOPBACK, help="your telephone provider's SIP server")
    parser.add_argument("--trunk-port", type=int, default=5062)
    parser.add_argument("--trunk-match", action="append", help="address or network that its calls come from; may be repeated")
    parser.add_argument("--trunk-user", default="", help="its password comes from PBX_TRUNK_PASSWORD")
    parser.add_argument("--external-address", default="", help="public address, behind a translating router")
    parser.add_argument("--local-network", action="append", default=[], help="reached without the router; may be repeated")
    parser.add_argument("--stun", default="", help="host:port")
    parser.add_argument("--turn", default="", help="host:port; its password comes from CALLCENTER_TURN_PASSWORD")
    parser.add_argument("--turn-user", default="")
    parser.add_argument("--certificate", type=Path, help="PEM with the chain; made when it is missing")
    parser.add_argument("--certificate-key", type=Path)
    return parser.parse_args()


def _passwords(file: Path) -> dict[str, str]:
    """Kept over runs, as lines for the environment, readable by their owner only."""
    names = ("CALLCENTER_PBX_PASSWORD", "CALLCENTER_PBX_ARI_PASSWORD")
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={secrets.token_urlsafe(24)}\n" for name in names), encoding="utf-8")
    return dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())


def _candidates(host: str, external: str, public: bool) -> tuple[tuple[str, str], ...]:
    """What Asterisk must offer browsers in place of its own address; nothing when that is reachable as it is."""
    own = _own_address()
    if not own:
        return ()
    if not public:
        return ((own, LOOPBACK),)
    return ((own, external),) if external else ()


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: asks which address would be used
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def _names(certificate: Path, host: str) -> bool:
    """Whether it is still good for this host."""
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return _alternative(host) in alternatives and found.not_valid_after_utc > datetime.now(UTC) + timedelta(days=7)


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _self_made(host: str, certificate: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=397))
        .add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _settings(given: argparse.Namespace, home: Path, public: bool, certificate: Path | None, key: Path | None) -> str:
    scheme = "https" if certificate else "http"
    port = given.port or (8443 if public else 8080)
    host = given.host if ":" not in given.host else f"[{given.host}]"
    lines = [
        "# Written by make pbx, anew each time.",
        f"center: {Path(__file__).parent / 'example' / 'center.yaml'}",
        f"listen: {'0.0.0.0' if public else LOOPBACK}:{port}",
        f"public_url: {scheme}://{host}:{port}",
        "data: data",
        f"prompts: {home / 'prompts'}",
        f"music: {home / 'moh'}",
    ]
    if certificate and key:
        lines += [f"certificate: {certificate.resolve()}", f"certificate_key: {key.resolve()}"]
    if given.stun or given.turn:
        lines.append("ice:")
        lines += [f'  stun: ["stun:{given.stun}"]'] if given.stun else []
        lines += [f'  turn: ["turn:{given.turn}"]', f"  turn_user: {given.turn_user}"] if given.turn else []
    lines += [
        "carriers:",
        "  pbx:",
        "    kind: asterisk",
        f"    listen: {LOOPBACK}:{given.carrier_port}",
        f"    ari_url: http://{LOOPBACK}:{given.ari_port}/ari",
        f"    prompts: {DIRECTORY}/prompts",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
