import pytest

from modelstore.history import Event, History
from slipway.errors import Refused
from slipway.promotion.proven import proven
from tests.slipway.releases.world import World


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("world"))
    world.serve("1.0.0", "1.1.0")
    return world


def history(world: World) -> History:
    return world.ledger.read()


def test_what_serves_and_is_healthy_is_proven(world: World) -> None:
    assert proven(history(world), "staging", "pump").version == "1.1.0"
    assert proven(history(world), "staging", "pump", "1.0.0").version == "1.0.0"


def test_after_an_abort_the_one_that_serves_is(world: World) -> None:
    world.write(Event.RELEASED, "1.2.0")
    world.write(Event.ABORTED, "1.2.0", reason="errors 0.05 above 0.01")
    assert proven(history(world), "staging", "pump").version == "1.1.0"
    with pytest.raises(Refused) as refused:
        proven(history(world), "staging", "pump", "1.2.0")
    assert str(refused.value) == (
        "staging's ledger doesn't call pump 1.2.0 healthy: "
        "it was aborted at 2026-11-29 12:06 UTC, errors 0.05 above 0.01"
    )


def test_nothing_is_proven_during_a_release(world: World) -> None:
    world.write(Event.RELEASED, "1.2.0")
    with pytest.raises(Refused, match=r"pump 1.2.0 is being released in staging.*`slipway watch pump -s staging`"):
        proven(history(world), "staging", "pump", "1.0.0")


def test_what_a_rollback_left_is_proven_no_more(world: World) -> None:
    world.write(Event.ROLLED_BACK, "1.0.0")
    assert proven(history(world), "staging", "pump").version == "1.0.0"
    with pytest.raises(Refused, match=r"doesn't call pump 1.1.0 healthy: it was promoted at"):
        proven(history(world), "staging", "pump", "1.1.0")


def test_an_empty_ledger_proves_nothing() -> None:
    with pytest.raises(Refused, match="knows of no healthy release of pump: release it there first"):
        proven(History(), "staging", "pump")
    with pytest.raises(Refused, match=r"doesn't call pump 1.0.0 healthy: it was never released there"):
        proven(History(), "staging", "pump", "1.0.0")
