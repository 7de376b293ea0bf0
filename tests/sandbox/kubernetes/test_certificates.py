"""Certificates: made once, for one purpose, with keys that only root reads."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.kubernetes import certificates, keys
from sandbox.kubernetes.certificates import Identity, Pair

SERVER = Identity(file="server", user="server", groups=("makers",), hosts=("10.244.0.1", "api.example"))
CLIENT = Identity(file="client", user="client")


@pytest.fixture
def ca(tmp_path: Path) -> Pair:
    place = certificates.pair(tmp_path, "ca")
    certificates.authority(place)
    return place


def issued(ca: Pair, identity: Identity) -> x509.Certificate:
    folder = ca.certificate.parent
    certificates.issue(folder, ca, identity)
    return load(certificates.pair(folder, identity.file))


def load(place: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(place.certificate.read_bytes())


def purposes(certificate: x509.Certificate) -> set[object]:
    return set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def test_a_certificate_is_signed_by_its_authority(ca: Pair) -> None:
    issued(ca, SERVER).verify_directly_issued_by(load(ca))


def test_kubernetes_reads_user_and_groups_from_the_subject(ca: Pair) -> None:
    subject = issued(ca, SERVER).subject

    assert [name.value for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["server"]
    assert [name.value for name in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == ["makers"]


def test_a_server_has_its_addresses_and_a_client_may_not_serve(ca: Pair) -> None:
    server, client = issued(ca, SERVER), issued(ca, CLIENT)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert names.get_values_for_type(x509.DNSName) == ["api.example"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["10.244.0.1"]
    assert ExtendedKeyUsageOID.SERVER_AUTH in purposes(server)
    assert purposes(client) == {ExtendedKeyUsageOID.CLIENT_AUTH}


def test_nobody_else_reads_a_key(ca: Pair) -> None:
    issued(ca, CLIENT)

    for key in ca.key.parent.glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_good_certificate_is_kept(ca: Pair) -> None:
    first = issued(ca, SERVER)

    assert issued(ca, SERVER) == first


@pytest.mark.parametrize(
    "changed",
    [
        Identity(file="server", user="other", groups=("makers",), hosts=SERVER.hosts),
        Identity(file="server", user="server", hosts=SERVER.hosts),
        Identity(file="server", user="server", groups=("makers",), hosts=("10.244.1.2",)),
    ],
)
def test_a_changed_identity_gets_a_new_certificate(ca: Pair, changed: Identity) -> None:
    assert issued(ca, SERVER) != issued(ca, changed)


def test_a_certificate_of_another_authority_is_replaced(ca: Pair) -> None:
    first = issued(ca, SERVER)
    ca.certificate.unlink()
    certificates.authority(ca)

    assert issued(ca, SERVER) != first


def test_a_certificate_about_to_expire_is_renewed(ca: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "LIFE", certificates.RENEW_BEFORE - timedelta(days=1))
    first = issued(ca, SERVER)
    monkeypatch.undo()

    renewed = issued(ca, SERVER)

    assert renewed != first
    assert renewed.not_valid_after_utc - datetime.now(UTC) > certificates.RENEW_BEFORE


def test_a_half_written_pair_is_replaced(ca: Pair) -> None:
    first = issued(ca, SERVER)
    certificates.pair(ca.key.parent, "server").key.write_bytes(ca.key.read_bytes())

    assert issued(ca, SERVER) != first


def test_a_signing_key_is_made_once(tmp_path: Path) -> None:
    public, private = tmp_path / "one.pub", tmp_path / "one.key"
    keys.make_pair(public, private)
    first = private.read_bytes()

    keys.make_pair(public, private)

    assert private.read_bytes() == first
    assert b"PUBLIC KEY" in public.read_bytes()
