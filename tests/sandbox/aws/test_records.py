"""What this server keeps beside moto is there after a kill, to the last field."""

from collections.abc import Callable
from typing import Any

from tests.sandbox.aws.accounts import Account
from tests.sandbox.aws.running import Running

SMALL = {"Bucket": "kept-by-us"}
RULE = {
    "ID": "r",
    "Status": "Enabled",
    "Filter": {"ObjectSizeGreaterThan": 5},
    "NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 2},
}


def fill(account: Account) -> None:
    """Make one of everything that has something of ours."""
    eks, ec2, iam = (account.client(name) for name in ("eks", "ec2", "iam"))
    vpc, _ = account.network()
    made = account.cluster(tags={"a": "1"})
    entry = {"clusterName": "one", "principalArn": account.role("people")}
    eks.create_access_entry(**entry, kubernetesGroups=["g"])
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    eks.associate_access_policy(**entry, policyArn=policy, accessScope={"type": "namespace", "namespaces": ["n"]})
    pods = account.role("pods", "pods.eks.amazonaws.com")
    eks.create_addon(
        clusterName="one",
        addonName="vpc-cni",
        podIdentityAssociations=[{"serviceAccount": "s", "roleArn": pods}],
    )
    eks.create_pod_identity_association(clusterName="one", namespace="n", serviceAccount="s", roleArn=pods)
    eks.update_cluster_config(name="one", deletionProtection=True)
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="s", VpcEndpointType="Interface", IpAddressType="ipv6")
    iam.attach_role_policy(RoleName="people", PolicyArn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy")
    key = account.client("kms").create_key(Description=made["arn"])["KeyMetadata"]["KeyId"]
    account.client("kms").enable_key_rotation(KeyId=key, RotationPeriodInDays=100)
    account.client("logs").create_log_group(logGroupName="g", deletionProtectionEnabled=True)
    account.client("acm").request_certificate(DomainName="a.test", ValidationMethod="DNS", KeyAlgorithm="EC_secp384r1")
    account.client("amp").create_workspace(kmsKeyArn="arn:aws:kms:eu-central-1:123456789012:key/k")
    ecr = account.client("ecr")
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="k8s", upstreamRegistryUrl="registry.k8s.io")
    ecr.create_repository_creation_template(prefix="k8s", appliedFor=["PULL_THROUGH_CACHE"])
    s3 = account.client("s3")
    s3.create_bucket(**SMALL, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_bucket_lifecycle_configuration(**SMALL, LifecycleConfiguration={"Rules": [RULE]})
    account.client("budgets").create_budget(
        AccountId=account.number,
        Budget={
            "BudgetName": "b",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "1", "Unit": "USD"},
        },
        ResourceTags=[{"Key": "a", "Value": "1"}],
    )


def told(account: Account) -> dict[str, Any]:
    """All that is told of it."""
    found: dict[str, Any] = {}

    def ask(service: str, operation: str, **wanted: Any) -> Any:
        answer: dict[str, Any] = getattr(account.client(service), operation)(**wanted)
        answer.pop("ResponseMetadata")
        found[f"{operation} {wanted}"] = answer
        return answer

    ask("eks", "describe_cluster", name="one")
    for principal in ask("eks", "list_access_entries", clusterName="one")["accessEntries"]:
        ask("eks", "describe_access_entry", clusterName="one", principalArn=principal)
        ask("eks", "list_associated_access_policies", clusterName="one", principalArn=principal)
    for one in ask("eks", "list_pod_identity_associations", clusterName="one")["associations"]:
        number = one["associationId"]
        ask("eks", "describe_pod_identity_association", clusterName="one", associationId=number)
    ask("eks", "describe_addon", clusterName="one", addonName="vpc-cni")
    for number in ask("eks", "list_updates", name="one")["updateIds"]:
        ask("eks", "describe_update", name="one", updateId=number)
    ask("ec2", "describe_vpc_endpoints")
    ask("ec2", "describe_network_interfaces")
    ask("iam", "list_attached_role_policies", RoleName="people")
    for key in ask("kms", "list_keys")["Keys"]:
        ask("kms", "get_key_rotation_status", KeyId=key["KeyId"])
    ask("logs", "describe_log_groups")
    for one in ask("acm", "list_certificates", Includes={"keyTypes": ["RSA_2048"]})["CertificateSummaryList"]:
        ask("acm", "describe_certificate", CertificateArn=one["CertificateArn"])
    for one in ask("amp", "list_workspaces")["workspaces"]:
        ask("amp", "describe_workspace", workspaceId=one["workspaceId"])
    ask("ecr", "describe_pull_through_cache_rules")
    ask("ecr", "describe_repository_creation_templates")
    ask("s3", "get_bucket_lifecycle_configuration", **SMALL)
    ask("budgets", "describe_budgets", AccountId=account.number)
    ask("budgets", "list_tags_for_resource", ResourceARN=f"arn:aws:budgets::{account.number}:budget/b")
    return found


def test_what_is_kept_beside_moto_is_there_after_a_kill(start: Callable[[], Running]) -> None:
    first = start()
    fill(Account(first, "111122223333"))
    before = told(Account(first, "111122223333"))
    first.kill()
    second = start()
    assert told(Account(second, "111122223333")) == before
    assert len(before) >= 20


def test_a_certificate_that_was_issued_stays_so(start: Callable[[], Running]) -> None:
    first = start()
    account = Account(first, "111122223333")
    acm, route53 = account.client("acm"), account.client("route53")
    arn = acm.request_certificate(DomainName="a.test", ValidationMethod="DNS")["CertificateArn"]
    [option] = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    record = option["ResourceRecord"]
    zone = route53.create_hosted_zone(Name="a.test", CallerReference="1")["HostedZone"]["Id"]
    change: dict[str, Any] = {
        "Name": record["Name"],
        "Type": "CNAME",
        "TTL": 1,
        "ResourceRecords": [{"Value": record["Value"]}],
    }
    for action in ("CREATE", "DELETE"):
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": change}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    first.kill()
    certificate = Account(start(), account.number).client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    assert certificate["Status"] == "ISSUED"
