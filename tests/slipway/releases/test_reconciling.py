import pytest

from modelstore.history import Event
from slipway.errors import Refused
from slipway.releases.observed import Observed
from slipway.releases.pulumi import Lock
from slipway.releases.reconciling import reconcile
from slipway.releases.standing import standing
from tests.slipway.releases.world import World


def agree(world: World, version: str) -> None:
    assert standing(world.place()).differences == []
    assert (world.said["version"], world.serving) == (version, version)


def test_where_all_agree_nothing_is_done(served: World, capsys: pytest.CaptureFixture[str]) -> None:
    reconcile(served.place(), served.shown())
    assert served.events == [("released", "1.0.0"), ("promoted", "1.0.0")]
    assert "nothing to change" in capsys.readouterr().err
    agree(served, "1.0.0")


def test_after_a_watcher_that_died_before_an_abort(served: World) -> None:
    before = served.file.read_bytes()
    served.write(Event.RELEASED, "1.1.0")
    served.say("1.1.0")
    served.begin("1.1.0")
    served.abort()
    assert standing(served.place()).differences
    reconcile(served.place(), served.shown())
    agree(served, "1.0.0")
    assert served.file.read_bytes() == before
    assert served.events[-1] == ("aborted", "1.1.0")
    assert served.ledger.read().entries[-1].reason.startswith("Degraded: RolloutAborted")


def test_a_release_that_the_ledger_never_heard_of(served: World) -> None:
    served.say("1.1.0")
    served.begin("1.1.0")
    served.pass_()
    reconcile(served.place(), served.shown())
    agree(served, "1.1.0")
    assert served.events[-1] == ("promoted", "1.1.0")


def test_a_release_under_way_is_waited_for(served: World) -> None:
    served.write(Event.RELEASED, "1.1.0")
    served.say("1.1.0")
    served.begin("1.1.0")
    looks: list[Observed | None] = []

    def look(seen: Observed | None) -> None:
        looks.append(seen)
        if len(looks) == 3:
            served.pass_()

    shown = served.shown()
    shown.then = look
    reconcile(served.place(), shown)
    agree(served, "1.1.0")
    assert served.events[-1] == ("promoted", "1.1.0")


def test_a_lock_of_the_dead_is_taken_away(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    served.say("1.1.0")
    served.begin("1.1.0")
    served.pass_()
    served.locks = [Lock("root", "here", 1, "now")]
    monkeypatch.setattr(Lock, "dead", True)
    reconcile(served.place(), served.shown())
    agree(served, "1.1.0")
    assert "cancel" in served.log


def test_a_file_that_somebody_edited_since_is_left_alone(served: World) -> None:
    served.write(Event.RELEASED, "1.1.0")
    served.begin("1.1.0")
    served.abort()
    served.say("1.2.0")
    reconcile(served.place(), served.shown())
    agree(served, "1.2.0")


def test_it_doesnt_guess_what_should_be_served(world: World) -> None:
    world.begin("1.0.0")
    world.abort()
    with pytest.raises(Refused, match=r"1.0.0, which was aborted, and the ledger doesn't know what serves now: write"):
        reconcile(world.place(), world.shown())


def test_a_model_that_is_nowhere_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    reconcile(world.place(), world.shown())
    assert "tiny_model is not in the cluster: `pulumi up` brings it there" in capsys.readouterr().err
