import json

import pytest

from modelstore.history import Event
from modelstore.store_errors import AccessDenied
from slipway.releases.place import Place
from slipway.releases.standing import document, entry, last, standing
from tests.slipway.releases.world import IMAGE, OTHER_IMAGE, FakeEngine, World, release_id


def differences(world: World) -> list[str]:
    return standing(world.place()).differences


def test_after_a_release_all_agree(served: World) -> None:
    served.serve("1.1.0")
    found = standing(served.place())
    assert found.differences == []
    told = json.loads(json.dumps(document(served.place(), found)))
    assert told["agrees"] is True
    assert told["cluster"]["stable"]["version"] == told["file"]["version"] == "1.1.0"
    assert told["state"]["release"] == told["ledger"]["serving"]["release"] == release_id("1.1.0")


def test_while_a_release_is_under_way_they_cant_agree(served: World) -> None:
    served.say("1.1.0")
    served.begin("1.1.0")
    served.step(1, 10)
    assert differences(served) == []
    told = document(served.place(), standing(served.place()))["cluster"]
    assert (told["underWay"], told["canary"]["weight"], told["stable"]["weight"]) == (True, 10, 90)


def test_a_file_that_nobody_brought_up_is_told(served: World) -> None:
    served.say("1.1.0")
    [line] = differences(served)
    assert line.startswith("the file says 1.1.0 (sha256:")
    assert line.endswith(f"1.0.0 (release {release_id('1.0.0')}) serves: `pulumi up` has not brought the file up")


def test_an_image_that_nobody_brought_up_is_told(served: World) -> None:
    served.file.write_text(served.file.read_text().replace(IMAGE, OTHER_IMAGE))
    [line] = differences(served)
    assert line == (
        f"the file says 1.0.0 in {OTHER_IMAGE}, and 1.0.0 (release {release_id('1.0.0')}) serves in another image: "
        "`pulumi up` has not brought it up"
    )


def test_a_file_that_says_what_was_aborted_is_told(served: World) -> None:
    served.say("1.1.0")
    served.write(Event.RELEASED, "1.1.0")
    served.begin("1.1.0")
    served.state["release"] = release_id("1.1.0")
    served.abort()
    served.write(Event.ABORTED, "1.1.0")
    [line] = differences(served)
    assert line.startswith("the file says 1.1.0, which was aborted, and 1.0.0 (release")
    assert "`slipway reconcile` puts the file back, or a revert in git" in line


def test_a_state_and_a_ledger_that_are_behind_are_told(served: World) -> None:
    served.say("1.1.0")
    served.begin("1.1.0")
    served.pass_()
    state, ledger = differences(served)
    assert state.startswith(
        f"the last complete `pulumi up` was of release {release_id('1.0.0')}, and the cluster is told"
    )
    assert ledger.startswith("1.1.0 (release")
    assert "the ledger knows of 1.0.0" in ledger


def test_a_model_that_was_never_released_is_told(world: World) -> None:
    assert differences(world) == ["the file says 1.0.0, and nothing is in the cluster: `pulumi up` brings it there"]


def test_what_cant_be_read_is_told_beside_the_rest(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from slipway.releases.pulumi import PulumiFailed

    def denied(_: Place) -> None:
        raise AccessDenied("s3://bucket/releases: access denied")

    def no_state(*_: object) -> None:
        raise PulumiFailed("`pulumi stack output`", ["no passphrase"])

    monkeypatch.setattr(Place, "history", denied)
    monkeypatch.setattr(FakeEngine, "output", no_state)
    found = standing(served.place())
    assert found.seen is not None
    assert found.differences[:2] == [
        "the ledger can't be read: s3://bucket/releases: access denied",
        "Pulumi's state can't be read: `pulumi stack output` failed: no passphrase",
    ]


def test_an_entry_is_a_line(served: World) -> None:
    served.write(Event.ABORTED, "1.1.0", attempt=2, reason="errors 0.05 above 0.01")
    history = served.ledger.read()
    assert last(history) == entry(history.entries[-1]) == (
        f"2026-11-29 12:03:00 UTC 1.1.0 (release {release_id('1.1.0')}, attempt 2) aborted, after 1.0.0: "
        "errors 0.05 above 0.01"
    )  # fmt: skip
    assert entry(history.entries[0]) == f"2026-11-29 12:01:00 UTC 1.0.0 (release {release_id('1.0.0')}) released"
