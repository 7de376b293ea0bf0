"""A mistake in what a stack says of monitoring is one line with its remedy."""

import pulumi
import pytest

from infra.platform.config import PlatformConfig
from tests.infra import stacks
from tests.infra.changes import Change, drop, put
from tests.infra.platform.monitoring import told
from tests.infra.platform.monitoring.told import KEY, WEBHOOK
from tests.infra.values import Object

INSTALLED = (KEY, "installed")
DESK = (*INSTALLED, "receivers", "desk")
NOWHERE: Object = {"networks": []}


@pytest.mark.parametrize(
    ("mistake", "line"),
    [
        (
            put(KEY, value={}),
            f"{KEY}: has neither of installed and existing: give exactly one, or leave monitoring out",
        ),
        (put(KEY, "existing", value=told.EXISTING), f"{KEY}: has both of installed and existing"),
        (put(*INSTALLED, "images", value={}), f"{KEY}.installed.images.prometheus is missing: image of .*`make up`"),
        (put(*INSTALLED, "retention", value="forever"), f"{KEY}.installed.retention = 'forever': "),
        (put(*INSTALLED, "size", value="big"), f"{KEY}.installed.size: 'big' is no quantity"),
        (
            put(*INSTALLED, "size", value="4Gi"),
            f"{KEY}.installed: resources.limits.ephemeralStorage 1280Mi is below the 4224Mi that Prometheus takes of "
            "its node's disk, .*: raise it, lower the size, or name a storageClass",
        ),
        (put(*INSTALLED, "scrapeSeconds", value=1), f"{KEY}.installed.scrapeSeconds = 1: .*greater than or equal to 5"),
        (put(*INSTALLED, "labels", value={}), f"{KEY}.installed.labels = {{}}: "),
        (drop(*INSTALLED, "receivers"), f"{KEY}.installed.receivers is missing: who is told, by name; {{}} for nobody"),
        (put(*DESK, value=WEBHOOK | {"gets": ["mail"]}), f"{KEY}.installed.receivers.desk.gets.0 = 'mail': "),
        (put(*DESK, value=WEBHOOK | NOWHERE), f"{KEY}.installed.receivers.desk.networks = \\[\\]: "),
        (
            put(*DESK, value=WEBHOOK | {"slack": {"channel": "#models"}}),
            f"{KEY}.installed.receivers.desk: has webhook and slack of webhook, slack and email: give exactly one",
        ),
        (
            put(*DESK, value={key: WEBHOOK[key] for key in ("networks", "gets")}),
            f"{KEY}.installed.receivers.desk: has none of webhook, slack and email",
        ),
        (
            put(*DESK, value=WEBHOOK | {"webhook": {"url": "https://secret.test"}}),
            f"{KEY}.installed.receivers.desk.webhook.url is unknown: remove it",
        ),
        (put(*INSTALLED, "receivers", "Desk!", value=WEBHOOK), f"{KEY}.installed.receivers.Desk! = 'Desk!': "),
    ],
)
def test_a_mistake_is_one_line_with_its_remedy(mistake: Change, line: str) -> None:
    config = stacks.platform_configuration()
    mistake(config)
    with pytest.raises(pulumi.RunError, match=line) as error:
        stacks.load(PlatformConfig, "slipway-platform", config)
    assert all(one.startswith("slipway-platform:") for one in str(error.value).splitlines())


@pytest.mark.parametrize(
    ("mistake", "line"),
    [
        ({"namespace": ""}, f"{KEY}.existing.namespace = '': "),
        ({"url": "prometheus:9090"}, f"{KEY}.existing.url = 'prometheus:9090': "),
        (
            {"urls": "http://a"},
            f"{KEY}.existing.urls is unknown: remove it, or did you mean one of autoscalerNamespace",
        ),
    ],
)
def test_a_mistake_in_what_the_cluster_has_is_too(mistake: dict[str, str], line: str) -> None:
    config = stacks.platform_configuration() | {KEY: {"existing": told.EXISTING | mistake}}
    with pytest.raises(pulumi.RunError, match=line):
        stacks.load(PlatformConfig, "slipway-platform", config)


def test_a_volume_needs_no_room_on_the_nodes_disk() -> None:
    config = told.configuration(size="100Gi", storageClass="gp3")
    loaded = stacks.load(PlatformConfig, "slipway-platform", config)
    assert loaded.monitoring is not None
    assert loaded.monitoring.installed is not None


def test_only_the_definitions_of_what_is_installed_are_declared() -> None:
    config = stacks.platform_configuration()
    loaded = stacks.load(PlatformConfig, "slipway-platform", config)
    assert loaded.tools == {"argo-rollouts", "traefik", "keda", "prometheus-operator"}
    del config[KEY]
    for other in (config, config | {KEY: {"existing": told.EXISTING}}):
        assert stacks.load(PlatformConfig, "slipway-platform", other).tools == {"argo-rollouts", "traefik"}
