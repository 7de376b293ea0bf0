"""A certificate is issued when its records stand in a zone that the world sees."""

from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account


def request(account: Account, name: str, *more: str, **wanted: Any) -> str:
    names = {"SubjectAlternativeNames": list(more)} if more else {}
    asked = {"DomainName": name, "ValidationMethod": "DNS", **names, **wanted}
    return account.client("acm").request_certificate(**asked)["CertificateArn"]


def describe(account: Account, arn: str) -> dict[str, Any]:
    return account.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]


def publish(account: Account, option: dict[str, Any], *, private: bool = False, value: str = "") -> None:
    route53 = account.client("route53")
    record = option["ResourceRecord"]
    more: dict[str, Any] = {}
    if private:
        vpc, _ = account.network()
        more = {"HostedZoneConfig": {"PrivateZone": True}, "VPC": {"VPCRegion": "eu-central-1", "VPCId": vpc}}
    zone = route53.create_hosted_zone(
        Name=option["DomainName"].removeprefix("*."), CallerReference=str(private), **more
    )
    change = {
        "Action": "UPSERT",
        "ResourceRecordSet": {
            "Name": record["Name"],
            "Type": record["Type"],
            "TTL": 60,
            "ResourceRecords": [{"Value": value or record["Value"]}],
        },
    }
    route53.change_resource_record_sets(HostedZoneId=zone["HostedZone"]["Id"], ChangeBatch={"Changes": [change]})


def test_it_is_issued_once_all_its_records_are_there(account: Account) -> None:
    first, second = f"a.{account.number}.test", f"b.{account.number}.test"
    arn = request(account, second, first)
    told = describe(account, arn)
    assert told["Status"] == "PENDING_VALIDATION"
    assert "IssuedAt" not in told
    options = told["DomainValidationOptions"]
    assert [one["DomainName"] for one in options] == [second, first] == told["SubjectAlternativeNames"]
    publish(account, options[0])
    assert describe(account, arn)["Status"] == "PENDING_VALIDATION"
    publish(account, options[1])
    told = describe(account, arn)
    assert told["Status"] == "ISSUED"
    assert {one["ValidationStatus"] for one in told["DomainValidationOptions"]} == {"SUCCESS"}


def test_records_of_another_account_do_and_those_that_were_there_before_do(account: Account) -> None:
    name = f"c.{account.number}.test"
    arn = request(account, name)
    publish(Account(account.server, "100000000000"), describe(account, arn)["DomainValidationOptions"][0])
    assert describe(account, arn)["Status"] == "ISSUED"
    assert describe(account, request(account, name))["Status"] == "ISSUED"


@pytest.mark.parametrize("wrong", [{"private": True}, {"value": "_other.acm-validations.aws."}])
def test_records_that_prove_nothing_do_not(account: Account, wrong: dict[str, Any]) -> None:
    arn = request(account, f"d.{account.number}.test")
    publish(account, describe(account, arn)["DomainValidationOptions"][0], **wrong)
    assert describe(account, arn)["Status"] == "PENDING_VALIDATION"


def test_its_algorithm_is_told(account: Account) -> None:
    arn = request(account, f"e.{account.number}.test", KeyAlgorithm="EC_prime256v1")
    assert describe(account, arn)["KeyAlgorithm"] == "EC_prime256v1"
    [listed] = account.client("acm").list_certificates(Includes={"keyTypes": ["RSA_2048"]})["CertificateSummaryList"]
    assert listed["KeyAlgorithm"] == "EC_prime256v1"


def test_by_mail_it_waits(account: Account) -> None:
    arn = request(account, f"f.{account.number}.test", ValidationMethod="EMAIL")
    [option] = describe(account, arn)["DomainValidationOptions"]
    assert option["ValidationMethod"] == "EMAIL"
    assert "ResourceRecord" not in option
