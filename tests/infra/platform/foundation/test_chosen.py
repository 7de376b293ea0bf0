from pathlib import Path

from infra.platform.config import NAMESPACE, PlatformConfig
from infra.platform.foundation import chosen
from infra.shared import configuration
from tests.infra import stacks
from tests.infra.recording import Recording, record
from tests.infra.values import Object


def declared(config: Object, stack: str) -> Recording:
    def program() -> None:
        chosen.build(configuration.load(PlatformConfig, NAMESPACE))

    return record(program, "slipway-platform", stack, config, references={}, preview=False)


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
