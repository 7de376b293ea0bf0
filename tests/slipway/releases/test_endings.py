import pytest

from modelstore.history import Event
from modelstore.ledger import Ledger
from modelstore.store_errors import StoreUnavailable
from slipway.errors import Refused
from slipway.releases import endings
from tests.slipway.releases.world import World


def test_an_abort_by_hand_is_remembered_with_who_and_why(served: World) -> None:
    served.write(Event.RELEASED, "1.1.0", attempt=2)
    served.begin("1.1.0")
    endings.abort(served.place(), "aborted by me: a hunch", print)
    assert served.log == ["patch {'abort': True}"]
    entry = served.ledger.read().entries[-1]
    assert (entry.event, entry.version, entry.attempt, entry.reason) == (
        Event.ABORTED, "1.1.0", 2, "aborted by me: a hunch",
    )  # fmt: skip


@pytest.mark.parametrize("before", [Event.PROMOTED, Event.ABORTED])
def test_an_abort_by_hand_is_remembered_of_a_release_that_comes_again(before: Event, served: World) -> None:
    served.write(before, "1.1.0")
    served.write(Event.PROMOTED, "1.0.0")
    served.begin("1.1.0")  # and who should write that it began has not come to it
    endings.abort(served.place(), "aborted by me", print)
    assert [(one.event, one.reason) for one in served.ledger.read().entries[-1:]] == [(Event.ABORTED, "aborted by me")]
    assert endings.remember(served.place(), print) is None


def test_two_who_write_the_same_end_make_one_entry(served: World) -> None:
    served.write(Event.RELEASED, "1.1.0")
    served.begin("1.1.0")
    endings.abort(served.place(), "aborted by me", print)
    served.write(Event.ABORTED, "1.1.0", reason="the Job saw an abort")
    assert endings.remember(served.place(), print) is None
    assert [one.reason for one in served.ledger.read().entries[-2:]] == ["", "aborted by me"]


@pytest.mark.parametrize("why", [StoreUnavailable("it is away"), Refused("it is away")])
def test_a_store_that_is_away_stops_no_abort(why: Exception, served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    served.begin("1.1.0")

    def away(_: Ledger) -> None:
        raise why

    monkeypatch.setattr(Ledger, "read", away)
    said: list[str] = []
    endings.abort(served.place(), "", said.append)
    assert served.status["abort"]
    assert said == [
        "the ledger can't be written (it is away): whoever watches the release in the cluster writes its end"
    ]


def test_a_promotion_by_hand_ends_all_steps(served: World) -> None:
    served.begin("1.1.0")
    endings.promote(served.place())
    assert served.serving == "1.1.0"


@pytest.mark.parametrize("verb", ["abort", "promote"])
def test_there_must_be_a_release(verb: str, served: World, world: World) -> None:
    ending = {
        "abort": lambda: endings.abort(served.place(), "", print),
        "promote": lambda: endings.promote(served.place()),
    }
    with pytest.raises(Refused, match=rf"no release is under way \(Healthy\), so there is nothing to {verb}"):
        ending[verb]()
    assert served.log == []


def test_an_end_in_the_cluster_is_written_once(served: World) -> None:
    served.write(Event.RELEASED, "1.1.0")
    served.begin("1.1.0")
    assert endings.remember(served.place(), print) is None
    served.pass_()
    said: list[str] = []
    entry = endings.remember(served.place(), said.append)
    assert entry is not None
    assert (entry.event, entry.version) == (Event.PROMOTED, "1.1.0")
    assert said == [f"nobody had written that 1.1.0 (release {entry.release}) was promoted"]
    assert endings.remember(served.place(), said.append) is None
    assert len(said) == 1


def test_a_release_that_is_stuck_can_be_aborted(served: World) -> None:
    served.begin("1.1.0")
    served.status.update(phase="Degraded", message="InvalidSpec: no such template")
    endings.abort(served.place(), "", print)
    assert served.status["abort"]
