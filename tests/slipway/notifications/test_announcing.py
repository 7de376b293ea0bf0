"""Commands, as a shell would call them, and whom they tell."""

from datetime import timedelta

import pytest
from click.testing import Result
from typer.testing import CliRunner

from modelstore.history import Event
from modelstore.ledger import Ledger
from modelstore.store_errors import StoreUnavailable
from slipway.cli import app
from slipway.notifications import announcing
from slipway.releases import images, shown
from slipway.releases.place import Options, Place
from tests.slipway.notifications.conftest import Receiver
from tests.slipway.releases.world import World


@pytest.fixture
def served(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    def find(options: Options, model: str | None) -> Place:
        return world.place()

    monkeypatch.setattr(Place, "find", find)
    monkeypatch.setattr(images, "there", bool)
    monkeypatch.setattr(shown, "EVERY", 0.0)
    monkeypatch.delenv("SLIPWAY_WEBHOOK", raising=False)
    # What comes of a command comes after what the world has seen before it.
    monkeypatch.setattr(announcing, "now", lambda: world.time + timedelta(seconds=1))
    world.serve("1.0.0")
    return world


@pytest.fixture
def known(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    monkeypatch.setenv("SLIPWAY_WEBHOOK", receiver.url)
    return receiver


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


def texts(receiver: Receiver) -> list[str]:
    return [one["text"] for one in receiver.told]


def test_a_release_is_told(served: World, known: Receiver) -> None:
    assert call("release", "--model", "1.1.0").exit_code == 0
    assert texts(known) == ["✅ tiny_model 1.1.0 serves everyone in slipway/test, after 1.0.0"]


def test_an_abort_is_told_with_its_reason(served: World, known: Receiver) -> None:
    served.outcome = "bad"
    assert call("release", "--model", "1.1.0").exit_code == 3
    assert texts(known) == ["⛔ tiny_model 1.1.0 was aborted in slipway/test, after 1.0.0"]
    assert {"title": "why", "value": "errors 0.05 above 0.01", "short": False} in known.told[0]["attachments"][0][
        "fields"
    ]


def test_a_rollback_is_told(served: World, known: Receiver) -> None:
    served.serve("1.1.0")
    assert call("rollback").exit_code == 0
    assert texts(known) == ["↩️ tiny_model 1.0.0 serves again in slipway/test, after 1.1.0"]


def test_an_abort_by_hand_is_told(served: World, known: Receiver) -> None:
    served.say("1.1.0")
    served.write(Event.RELEASED, "1.1.0")
    served.begin("1.1.0")
    assert call("abort", "--reason", "no").exit_code == 0
    assert texts(known) == ["⛔ tiny_model 1.1.0 was aborted in slipway/test, after 1.0.0"]


def test_nobody_is_told_where_nobody_is_named(served: World, receiver: Receiver) -> None:
    assert call("release", "--model", "1.1.0").exit_code == 0
    assert receiver.told == []


def test_a_receiver_that_doesn_t_take_it_ends_no_release(served: World, known: Receiver) -> None:
    known.statuses = [500] * 9
    done = call("release", "--model", "1.1.0")
    assert done.exit_code == 0
    assert "nobody was told: the webhook at 127.0.0.1 answered 500" in done.stderr
    assert "s3cret" not in done.output


def test_a_ledger_that_can_t_be_read_tells_nobody_and_says_so(
    served: World, known: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: Ledger) -> object:
        raise StoreUnavailable("s3://x: away")

    served.write(Event.RELEASED, "1.1.0")
    served.begin("1.1.0")
    monkeypatch.setattr(Ledger, "read", away)
    done = call("abort")
    assert "nobody was told: the ledger can't be read (s3://x: away)" in done.stderr
    assert done.exit_code == 0


def test_the_last_end_can_be_told_later(served: World, receiver: Receiver) -> None:
    served.write(Event.RELEASED, "1.1.0")
    done = call("notify", "--webhook", receiver.url)
    assert (done.exit_code, texts(receiver)) == (0, ["✅ tiny_model 1.0.0 serves everyone in slipway/test"])
    receiver.statuses = [404]
    failed = call("notify", "--webhook", receiver.url)
    assert (failed.exit_code, failed.stderr) == (1, "slipway: nobody was told: the webhook at 127.0.0.1 answered 404\n")


def test_nothing_has_ended_yet(served: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    found = served.place()
    vars(found)["ledger"] = Ledger.of(served.store.url, "other", "x", create=True)

    def find(options: Options, model: str | None) -> Place:
        return found

    monkeypatch.setattr(Place, "find", find)
    failed = call("notify", "--webhook", receiver.url)
    assert failed.exit_code == 1
    assert "nothing has ended yet" in failed.stderr


def test_an_abort_does_not_wait_for_the_ledger(served: World, known: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    served.write(Event.RELEASED, "1.1.0")
    served.begin("1.1.0")
    read = Ledger.read

    def slow(self: Ledger) -> object:
        assert served.status["abort"], "it is asked before anything is done"
        return read(self)

    monkeypatch.setattr(Ledger, "read", slow)
    assert call("abort", "--reason", "no").exit_code == 0
    assert texts(known) == ["⛔ tiny_model 1.1.0 was aborted in slipway/test, after 1.0.0"]
