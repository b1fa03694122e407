"""Certificates with which the computers of a room know each other.

One authority signs one certificate, which every computer of the room has; the authority's key is
thrown away, so that nothing else is ever signed with it. Who has the folder may send work to the
workers: it is a key to them.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.files import is_there
from engine.errors import FormatError, SpecError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder

AUTHORITY, MEMBER = "ca.pem", "member.pem"
"""Names of the files: what signs, and what every computer shows; the second holds its key."""

LARGEST_FILE = 2**20
"""Bytes: certificates have some thousand."""

VALID = datetime.timedelta(days=3650)
SKEW = datetime.timedelta(days=2)
"""How far the clocks of a room may be off."""


def make_certificates(folder: Path) -> None:
    """Write the certificates of a room into a folder.

    Raises
    ------
    SpecError
        If the package that makes them is not installed.
    FormatError
        If there are some already, or they cannot be written.
    """
    if (folder / MEMBER).exists() or (folder / AUTHORITY).exists():
        raise FormatError("cluster.exists", place=str(folder))
    try:
        authority, member, key = _signed()
    except ImportError as error:
        raise SpecError("cluster.missing", name=str(error.name or error)) from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / AUTHORITY, _pem(authority), 0o644)
        _write(folder / MEMBER, _pem(member) + _key_pem(key), 0o600)
    except OSError as error:
        raise FormatError("results.unwritable", path=str(folder),
                          reason=error.strerror or str(error)) from error


def security_of(folder: Path) -> Any:
    """Return what Dask is to know of certificates; raises FormatError where none can be used."""
    check_certificates(folder)
    from distributed import Security

    authority, member = folder / AUTHORITY, folder / MEMBER
    parts = {f"tls_{role}_{part}": str(member)
             for role in ("scheduler", "worker", "client") for part in ("cert", "key")}
    return Security(tls_ca_file=str(authority), require_encryption=True, **parts)


def check_certificates(folder: Path) -> None:
    """Raise FormatError where files are missing, or no certificates: nobody would answer to them.

    Takes a moment, where to import Dask takes a second.
    """
    authority, member = folder / AUTHORITY, folder / MEMBER
    for path in (authority, member):
        if not (is_there(path) and path.is_file()):
            raise FormatError("cluster.no-certificates", place=str(path))
    # Left out of the frozen program, as Dask is.
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for path, load in ((authority, context.load_verify_locations),
                       (member, context.load_cert_chain)):
        try:
            if path.stat().st_size > LARGEST_FILE:
                raise ValueError(path)
            load(str(path))
        except (OSError, ValueError) as error:
            raise FormatError("cluster.broken-certificates", place=str(path)) from error


def _signed() -> tuple[Certificate, Certificate, EllipticCurvePrivateKey]:
    """Return an authority, a certificate that it has signed, and the key of that one."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    root, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_id = x509.SubjectKeyIdentifier.from_public_key(root.public_key())
    authority = _builder("Backprop Lab room", "Backprop Lab room", root).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(
        _usage(signs=True), critical=True).add_extension(root_id, critical=False)
    member = _builder("Backprop Lab computer", "Backprop Lab room", key).add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True).add_extension(
        _usage(signs=False), critical=True).add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
        critical=False).add_extension(
        x509.SubjectAlternativeName([x509.DNSName("backprop-lab")]), critical=False).add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_id), critical=False)
    return authority.sign(root, hashes.SHA256()), member.sign(root, hashes.SHA256()), key


def _builder(name: str, issuer: str, key: EllipticCurvePrivateKey) -> CertificateBuilder:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    now = datetime.datetime.now(datetime.UTC)
    subject, by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
                   for text in (name, issuer))
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(by)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - SKEW).not_valid_after(now + VALID))


def _usage(*, signs: bool) -> Any:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs, crl_sign=signs,
        encipher_only=False, decipher_only=False)


def _pem(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    written: bytes = certificate.public_bytes(Encoding.PEM)
    return written


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    written: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return written


def _write(path: Path, content: bytes, mode: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(file, "wb") as out:
        out.write(content)
