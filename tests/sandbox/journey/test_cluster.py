from pathlib import Path
from unittest.mock import Mock

import pytest

from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.journey import cluster
from sandbox.pulumi import EngineError
from sandbox.state import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


def access(identifier: str, driver: DriverName = DriverName.EMBEDDED) -> Access:
    return Access(
        driver=driver, kubeconfig=Path("/k"), identifier=identifier, registry="r", store="http://s", gateway="http://g"
    )


def test_before_the_first_up_no_cluster_is_known(state: State) -> None:
    assert cluster.recorded(state) is None


@pytest.mark.parametrize("driver", DriverName)
def test_the_cluster_is_remembered_with_its_driver(state: State, driver: DriverName) -> None:
    cluster.settle(state, access("one", driver), [])
    assert cluster.recorded(state) == cluster.Cluster(driver=driver, identifier="one")


@pytest.mark.parametrize("driver", DriverName)
def test_stacks_stay_on_the_cluster_that_they_are_on(state: State, driver: DriverName) -> None:
    stack = Mock()
    for _ in range(2):
        cluster.settle(state, access("one", driver), [stack])
    stack.forget.assert_not_called()


@pytest.mark.parametrize("driver", DriverName)
def test_stacks_of_an_embedded_cluster_that_is_gone_are_forgotten_whatever_comes_after_it(
    state: State, driver: DriverName, capsys: pytest.CaptureFixture[str]
) -> None:
    stacks = [Mock(), Mock()]
    cluster.settle(state, access("one"), [])
    cluster.settle(state, access("two", driver), stacks)
    for stack in stacks:
        stack.forget.assert_called_once_with()
    assert cluster.recorded(state) == cluster.Cluster(driver=driver, identifier="two")
    assert "the sandbox is a new one" in capsys.readouterr().err


@pytest.mark.parametrize("driver", DriverName)
def test_stacks_on_someone_elses_cluster_are_never_forgotten(state: State, driver: DriverName) -> None:
    stack = Mock()
    cluster.settle(state, access("theirs", DriverName.KUBECONFIG), [])
    with pytest.raises(SandboxError, match=r"/k reaches the cluster two, but the stacks are on theirs: give .* remove"):
        cluster.settle(state, access("two", driver), [stack])
    stack.forget.assert_not_called()
    assert cluster.recorded(state) == cluster.Cluster(driver=DriverName.KUBECONFIG, identifier="theirs")


def test_what_could_not_be_forgotten_is_forgotten_by_the_next_up(state: State) -> None:
    first, busy = Mock(), Mock()
    busy.forget.side_effect = EngineError("it is being updated")
    cluster.settle(state, access("one"), [])
    with pytest.raises(EngineError):
        cluster.settle(state, access("two"), [first, busy])
    busy.forget.side_effect = None
    cluster.settle(state, access("two"), [busy])
    assert busy.forget.call_count == 2
    assert cluster.recorded(state) == cluster.Cluster(driver=DriverName.EMBEDDED, identifier="two")
