from pathlib import Path

import pulumi
import pytest

from infra.platform.config import NAMESPACE, PlatformConfig
from infra.platform.foundation import chosen
from infra.platform.foundation.aws import preflight
from infra.platform.foundation.aws.config import Aws
from infra.shared import configuration
from tests.infra import stacks
from tests.infra.platform.foundation.aws.test_config import load
from tests.infra.platform.foundation.aws.test_preflight import account, denied, only
from tests.infra.recording import Recording, record
from tests.infra.values import Object


def declared(config: Object, stack: str, asked: list[Aws] | None = None, *, preview: bool = False) -> Recording:
    def program() -> None:
        chosen.build(configuration.load(PlatformConfig, NAMESPACE), (asked if asked is not None else []).append)

    return record(program, "slipway-platform", stack, config, references={}, preview=preview)


def test_a_stack_gets_the_foundation_that_it_names(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        "current-context: a\ncontexts: [{name: a, context: {cluster: a}}]\n"
        "clusters: [{name: a, cluster: {server: 'https://a', certificate-authority-data: Y2E=}}]\n"
    )
    config = stacks.platform_configuration()
    config["slipway-platform:foundation"]["local"]["kubeconfig"] = str(kubeconfig)
    assert declared(config, "local").of("Cluster") == []
    assert len(declared(stacks.aws_configuration(), "prod").of("Cluster")) == 1


def test_aws_is_asked_before_an_update_and_not_for_a_preview() -> None:
    asked: list[Aws] = []
    declared(stacks.aws_configuration(), "prod", asked, preview=True)
    assert asked == []
    declared(stacks.aws_configuration(), "prod", asked)
    assert [one.account for one in asked] == ["444455556666"]


def test_what_aws_says_stops_the_update_and_what_could_not_be_asked_is_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warned.append)
    monkeypatch.setattr(preflight, "clients", only(account(simulate_principal_policy=denied("AccessDenied"))))
    chosen.ask_aws(load())
    assert len(warned) == 1
    monkeypatch.setattr(preflight, "clients", only(account(head_bucket=denied("403"))))
    with pytest.raises(pulumi.RunError, match="is taken by another account"):
        chosen.ask_aws(load())
