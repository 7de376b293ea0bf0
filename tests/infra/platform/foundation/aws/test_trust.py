from tests.infra import stacks
from tests.infra.platform.foundation.aws.documents import statements

PODS = ["sts:AssumeRole", "sts:TagSession"]


def test_eks_may_be_its_role_for_this_account_alone() -> None:
    (statement,) = statements(stacks.platform("prod").one("Role", "slipway-cluster"), "assumeRolePolicy")
    assert statement["Principal"] == {"Service": "eks.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "444455556666"}}


def test_nodes_may_be_theirs_and_ec2_says_no_account() -> None:
    (statement,) = statements(stacks.platform("prod").one("Role", "slipway-nodes"), "assumeRolePolicy")
    assert statement["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert "Condition" not in statement


def test_pods_of_one_service_account_may_be_theirs() -> None:
    role = stacks.platform("prod").one("Role", "slipway-serving-maintenance-predictor")
    (statement,) = statements(role, "assumeRolePolicy")
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Action"] == PODS
    assert statement["Condition"]["StringEquals"] == {
        "aws:SourceAccount": "444455556666",
        "aws:RequestTag/eks-cluster-name": "slipway-prod",
        "aws:RequestTag/kubernetes-namespace": "serving",
        "aws:RequestTag/kubernetes-service-account": "maintenance-predictor",
    }
