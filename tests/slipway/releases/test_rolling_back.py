import re

import pytest

from modelstore.history import Event
from modelstore.store_errors import StoreUnavailable
from slipway.errors import BadInput, Refused
from slipway.releases import changing, images, rolling_back
from slipway.releases.place import Place
from slipway.releases.pulumi import Change, Lock
from slipway.releases.rolling_back import Back
from tests.slipway.releases.world import IMAGE, OTHER_IMAGE, FakeEngine, World, release_id


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool | None]:
    """Which images there are; of others nothing is known."""
    known: dict[str, bool | None] = {}
    monkeypatch.setattr(images, "there", known.get)
    monkeypatch.setattr(changing, "_PAUSE", 0.0)
    return known


def rollback(world: World, to: str | None = None, steps: int = 1, more: bool = False) -> str:
    return rolling_back.rollback(world.place(), Back(to, steps, more), world.shown()).version


def agree(world: World, version: str) -> None:
    assert (world.said["version"], world.serving, world.state["version"]) == (version, version, version)
    serving = world.ledger.read().serving
    assert serving is not None
    assert serving.version == version


def test_the_last_healthy_release_serves_in_full_and_at_once(served: World) -> None:
    before = served.file.read_bytes()
    served.serve("1.1.0")
    assert rollback(served) == "1.0.0"
    agree(served, "1.0.0")
    assert served.file.read_bytes() == before
    assert served.events[-1] == ("rolled_back", "1.0.0")
    # Not told to wait for the Job, which may start later.
    assert served.log == ["preview 1.0.0", "up 1.0.0", "patch {'promoteFull': True}"]


def test_what_was_left_is_no_way_back_any_more(served: World) -> None:
    served.serve("1.1.0")
    rollback(served)
    with pytest.raises(BadInput, match=r"no way back of 1 step\(s\): healthy releases beside the present are none"):
        rollback(served)


def test_it_may_go_further_back_or_to_a_named_one(served: World) -> None:
    served.serve("1.1.0", "1.2.0")
    assert rollback(served, steps=2) == "1.0.0"
    agree(served, "1.0.0")
    assert rollback(served, to="1.1.0") == "1.1.0"
    agree(served, "1.1.0")


def test_a_release_under_way_is_aborted_before_anything_else(served: World) -> None:
    served.write(Event.RELEASED, "1.1.0")
    served.say("1.1.0")
    served.begin("1.1.0")
    served.step(1, 10)
    assert rollback(served) == "1.0.0"
    assert served.log[0] == "patch {'abort': True}"
    agree(served, "1.0.0")
    aborted = served.ledger.read().entries[-1]
    assert (aborted.event, aborted.version) == (Event.ABORTED, "1.1.0")
    assert re.fullmatch(r"rolled back to 1.0.0 by \S+@\S+", aborted.reason)


@pytest.mark.parametrize("why", [StoreUnavailable("the store is away"), Refused("nobody says where it is")])
def test_a_ledger_that_is_away_is_no_reason_to_let_a_canary_go_on(
    why: Exception, served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.begin("1.1.0")

    def away(_: Place) -> None:
        raise why

    monkeypatch.setattr(Place, "history", away)
    with pytest.raises(type(why)):
        rollback(served)
    assert served.log == ["patch {'abort': True}"]
    assert served.serving == "1.0.0"


def test_a_wrong_name_doesnt_abort_what_is_under_way(served: World) -> None:
    served.begin("1.1.0")
    with pytest.raises(BadInput, match=r"--to 3.0.0 is no healthy release .* the ledger has 1.0.0 \(release"):
        rollback(served, to="3.0.0")
    assert served.log == []


def test_after_an_abort_that_nobody_took_out_of_the_file_it_goes_to_what_serves(served: World) -> None:
    served.write(Event.RELEASED, "1.1.0")
    served.say("1.1.0")
    served.begin("1.1.0")
    served.abort()
    assert rollback(served) == "1.0.0"
    agree(served, "1.0.0")


def test_an_up_that_still_runs_is_waited_for(served: World, capsys: pytest.CaptureFixture[str]) -> None:
    served.serve("1.1.0")
    served.locks = [Lock("root", "elsewhere", 1, "now")] * 2
    rollback(served)
    agree(served, "1.0.0")
    err = capsys.readouterr().err
    assert err.count("waiting until it ends: stack test is being updated by root@elsewhere, process 1") == 1


def test_a_lock_of_the_dead_is_taken_away_and_told(
    served: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served.serve("1.1.0")
    served.locks = [Lock("root", "here", 1, "now")]
    monkeypatch.setattr(Lock, "dead", True)
    rollback(served)
    agree(served, "1.0.0")
    assert "cancel" in served.log
    assert "the lock of root@here, process 1, since now is of a process that is dead" in capsys.readouterr().err


def test_more_than_the_release_moves_only_when_asked(served: World) -> None:
    served.serve("1.1.0")
    before = served.file.read_bytes()
    served.extra = [Change("update", "kubernetes:apps/v1:Deployment", "other-model", {})]
    with pytest.raises(
        Refused, match=r"more than the release of tiny_model: update kubernetes:apps/v1:Deployment other-m"
    ):
        rollback(served)
    assert served.file.read_bytes() == before
    assert served.serving == "1.1.0"
    assert rollback(served, more=True) == "1.0.0"


def test_what_judges_the_release_belongs_to_it(served: World) -> None:
    served.serve("1.1.0")
    served.extra = [Change("update", "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate", "tiny-model-10", {})]
    assert rollback(served) == "1.0.0"


def test_the_same_version_with_other_settings_is_not_what_was_healthy(served: World) -> None:
    served.serve("1.1.0")
    served.settings = "more memory"
    with pytest.raises(
        Refused, match=rf"1.0.0 would be release \w+ now, and not {release_id('1.0.0')} which was healthy"
    ):
        rollback(served)
    assert served.serving == "1.1.0"


@pytest.mark.parametrize("lost", ["manifest.json", "saved_model.pb"])
def test_a_model_that_is_gone_is_refused(lost: str, served: World) -> None:
    served.serve("1.1.0")
    (served.folder / "store/models/tiny_model/1.0.0" / lost).unlink()
    with pytest.raises(Refused, match=rf"tiny_model 1.0.0 can't serve again: .*{lost}.*go back to another with --to"):
        rollback(served)
    assert served.log == []


def test_an_image_that_is_gone_is_refused(served: World, registry: dict[str, bool | None]) -> None:
    served.serve("1.1.0")
    registry[IMAGE] = False
    with pytest.raises(Refused, match=r"its image 127.0.0.1:1/slipway/service@sha256:1+ is gone from the registry"):
        rollback(served)
    assert served.log == []


def test_the_image_of_that_time_is_pinned_where_the_stack_has_another(served: World) -> None:
    served.serve("1.1.0")
    served.file.write_text(served.file.read_text().replace(IMAGE, OTHER_IMAGE))
    rollback(served)
    assert served.said["image"] == IMAGE
    assert served.state["release"] == release_id("1.0.0", IMAGE)


def test_an_image_that_is_the_stacks_own_is_not_pinned(served: World) -> None:
    before = served.file.read_bytes()
    served.serve("1.1.0")
    served.file.write_bytes(served.file.read_bytes() + f"      image: {OTHER_IMAGE}\n".encode())
    rollback(served)
    assert served.file.read_bytes() == before


def test_an_edit_at_that_moment_is_kept(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    served.serve("1.1.0")
    preview, edits = FakeEngine.preview, [1]

    def edited_meanwhile(engine: FakeEngine, configuration: bytes, *, refresh: bool = False) -> list[Change]:
        if edits:
            edits.pop()
            served.file.write_text(f"{served.file.read_text()}# somebody was here\n")
        return preview(engine, configuration, refresh=refresh)

    monkeypatch.setattr(FakeEngine, "preview", edited_meanwhile)
    rollback(served)
    agree(served, "1.0.0")
    assert "# somebody was here" in served.file.read_text()


def test_there_is_nothing_to_go_back_from_before_the_first_release(world: World) -> None:
    with pytest.raises(
        Refused, match="tiny_model is not in the cluster at https://cluster: there is nothing to go back"
    ):
        rollback(world)


@pytest.mark.parametrize("inputs", [{"spec": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}, {}])
def test_a_release_that_nobody_can_know_yet_is_not_what_was_healthy(inputs: dict[str, str], served: World) -> None:
    served.serve("1.1.0")
    target = served.ledger.read().ways_back[0]
    unknown = Change("update", "kubernetes:apps/v1:Deployment", "tiny-model", inputs)
    with pytest.raises(Refused, match=r"1.0.0 would be release \(not known yet\) now, and not"):
        rolling_back.check_changes(served.place(), target, [unknown], Back())
