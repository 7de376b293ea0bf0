"""Certificate authorities and the certificates by which the components know each other."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.kubernetes import keys

AUTHORITY_LIFE: Final = timedelta(days=3650)
LIFE: Final = timedelta(days=365)
RENEW_BEFORE: Final = timedelta(days=30)  # `up` renews what would end sooner
CLOCK_SKEW: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Pair:
    """A certificate file and its key file (mode 0600), both PEM."""

    certificate: Path
    key: Path


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who a certificate is for.

    Attributes:
        file: name of the files, without extension.
        user: common name; to Kubernetes, the user.
        groups: organisations; to Kubernetes, the user's groups.
        hosts: names and addresses at which it serves; none for a certificate that is for clients only.
    """

    file: str
    user: str
    groups: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


def pair(folder: Path, name: str) -> Pair:
    """Where the certificate and the key called `name` are kept in `folder`."""
    return Pair(folder / f"{name}.crt", folder / f"{name}.key")


def authority(place: Pair) -> None:
    """Make the authority at `place`, unless a good one is there."""
    if _usable(place, None, None):
        return
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"slipway sandbox {place.certificate.stem}")])
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _builder(subject, subject, key.public_key(), AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(place, certificate, key)


def issue(folder: Path, signer: Pair, identity: Identity) -> None:
    """Make or renew the certificate of `identity`, unless a good one is there."""
    place = pair(folder, identity.file)
    if _usable(place, signer, identity):
        return
    parent = x509.load_pem_x509_certificate(signer.certificate.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH] + ([ExtendedKeyUsageOID.SERVER_AUTH] if identity.hosts else [])
    builder = (
        _builder(_subject(identity), parent.subject, key.public_key(), LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(_public(parent)),
            critical=False,
        )
    )
    if identity.hosts:
        builder = builder.add_extension(_alternatives(identity.hosts), critical=False)
    _write(place, builder.sign(keys.read(signer.key), hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, life: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + life)
    )


def _subject(identity: Identity) -> x509.Name:
    groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in identity.groups]
    return x509.Name([*groups, x509.NameAttribute(NameOID.COMMON_NAME, identity.user)])


def _alternatives(hosts: Sequence[str]) -> x509.SubjectAlternativeName:
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return x509.SubjectAlternativeName(names)


def _usable(place: Pair, signer: Pair | None, identity: Identity | None) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(place.certificate.read_bytes())
        matches = _public(certificate) == keys.read(place.key).public_key()
    except (OSError, ValueError):
        return False
    if not matches or certificate.not_valid_after_utc - datetime.now(UTC) < RENEW_BEFORE:
        return False
    if signer is None or identity is None:
        return True
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(signer.certificate.read_bytes()))
    except Exception:
        return False
    found = next(
        (item.value for item in certificate.extensions if isinstance(item.value, x509.SubjectAlternativeName)), None
    )
    wanted = _alternatives(identity.hosts) if identity.hosts else None
    return certificate.subject == _subject(identity) and found == wanted


def _public(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("not one of our keys")
    return key


def _write(place: Pair, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    # The key first: a kill in between leaves a pair that does not match, which the next run replaces.
    keys.write(place.key, key)
    place.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
