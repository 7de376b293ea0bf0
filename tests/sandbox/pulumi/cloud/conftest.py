"""A state directory whose clusters are files, and the platform of staging on an AWS of its own."""

from collections import Counter
from collections.abc import Generator

import pytest

from sandbox.pulumi import installation
from sandbox.pulumi.installation import Launcher
from sandbox.state import State
from tests.installed import installed
from tests.sandbox.pulumi.cloud.platform import OnAws, on_aws


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> State:
    """A state directory in which every cluster is a folder."""
    state = installed(tmp_path_factory.mktemp("state"))
    command = installation.standin("tests.sandbox.pulumi.cloud.objects")
    Launcher(installation.place(state, "kubernetes"), command).install()
    return state


@pytest.fixture(scope="module")
def platform(clusters: State, tmp_path_factory: pytest.TempPathFactory) -> Generator[OnAws]:
    """The stack, of which there is nothing before its first test."""
    with on_aws(clusters, tmp_path_factory.mktemp("cloud")) as found:
        yield found


@pytest.fixture(scope="module")
def nothing(platform: OnAws) -> Counter[str]:
    """What there is before the platform."""
    return platform.there()


@pytest.fixture(scope="module")
def clean(platform: OnAws, nothing: Counter[str]) -> Counter[str]:
    """What there is of a platform that nothing has happened to."""
    platform.stack.up()
    return platform.there()


@pytest.fixture
def everything(platform: OnAws, clean: Counter[str]) -> Counter[str]:
    """The same, of a platform that is up, whatever the test before has left."""
    platform.tidied()
    if platform.there() != clean or not platform.stack.export().get("resources"):
        platform.stack.up()
    return clean
