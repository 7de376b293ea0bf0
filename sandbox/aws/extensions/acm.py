"""Certificates: issued once the records that prove their names stand in Route 53, and not by the clock."""

import math
from typing import Any, Final

from moto import settings

from sandbox.aws import services
from sandbox.aws.calls import Call
from sandbox.aws.handlers import after
from sandbox.aws.services import records

_PENDING: Final = "PENDING_VALIDATION"
_LISTED: Final = ("CertificateArn", "KeyAlgorithm")


def never_by_time() -> None:
    """Let moto issue no certificate because time has passed."""
    setattr(settings, "ACM_VALIDATION_WAIT", math.inf)  # noqa: B010 (which the types forbid)


@after("acm", "RequestCertificate")
def keep(call: Call, told: dict[str, Any]) -> None:
    """Keep what moto drops, and issue the certificate if its records are there already."""
    bundle = call.backend._certificates[told["CertificateArn"]]
    records(bundle, "kept").update(
        KeyAlgorithm=call.parameters.get("KeyAlgorithm", "RSA_2048"),
        ValidationMethod=call.parameters.get("ValidationMethod", "EMAIL"),
        Names=[call.parameters["DomainName"], *call.parameters.get("SubjectAlternativeNames", [])],
    )
    _issue(bundle)


@after("acm", "DescribeCertificate")
def tell(call: Call, told: dict[str, Any]) -> None:
    """Tell what was kept, and the names in the order in which they were asked for."""
    certificate = told["Certificate"]
    kept = records(call.backend._certificates[certificate["CertificateArn"]], "kept")
    if not kept:  # it was imported
        return
    certificate["KeyAlgorithm"] = kept["KeyAlgorithm"]
    names = list(dict.fromkeys(kept["Names"]))
    certificate["SubjectAlternativeNames"] = names
    options = sorted(certificate["DomainValidationOptions"], key=lambda one: names.index(one["DomainName"]))
    for one in options:
        one["ValidationMethod"] = kept["ValidationMethod"]
        if kept["ValidationMethod"] != "DNS":
            del one["ResourceRecord"]
    certificate["DomainValidationOptions"] = options
    if certificate["Status"] == _PENDING:
        for key in ("NotBefore", "NotAfter", "IssuedAt", "Serial"):
            certificate.pop(key, None)


@after("acm", "ListCertificates")
def tell_all(call: Call, told: dict[str, Any]) -> None:
    """Tell what was kept of each."""
    for one in told.get("CertificateSummaryList", []):
        kept = records(call.backend._certificates[one["CertificateArn"]], "kept")
        one.update({key: kept[key] for key in _LISTED if key in kept})


@after("route53", "ChangeResourceRecordSets")
def issue(_: Call, __: dict[str, Any]) -> None:
    """Issue the certificates of all accounts whose last record has come."""
    for backend in services.every("acm"):
        for bundle in backend._certificates.values():
            _issue(bundle)


def _issue(bundle: Any) -> None:
    kept = records(bundle, "kept")
    if bundle.status != _PENDING or kept.get("ValidationMethod") != "DNS":
        return
    wanted = {
        (option["ResourceRecord"]["Name"], option["ResourceRecord"]["Value"])
        for option in bundle.describe()["Certificate"]["DomainValidationOptions"]
    }
    if wanted <= _published():
        bundle.status = "ISSUED"


def _published() -> set[tuple[str, str]]:
    """Name and value of all the records of this kind that the world can see."""
    return {
        (_dotted(record.name), _dotted(value))
        for backend in services.every("route53")
        for zone in backend.zones.values()
        if not zone.private_zone
        for record in zone.rrsets
        if record.type == "CNAME"
        for value in record.records
    }


def _dotted(name: str) -> str:
    return name if name.endswith(".") else f"{name}."
