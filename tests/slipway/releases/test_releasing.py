import subprocess
from pathlib import Path

import pytest

from modelstore.history import Event
from slipway.errors import BadInput, Refused, SlipwayError
from slipway.releases import changing, images, releasing
from slipway.releases.changing import Aborted
from slipway.releases.cluster import Unreachable
from slipway.releases.pulumi import Lock, StackLocked
from slipway.releases.reconciling import reconcile
from slipway.releases.releasing import OF_STACK, Wish, commit
from tests.slipway.releases.world import IMAGE, MODEL, OTHER_IMAGE, World, release_id


def release(world: World, **wish: object) -> None:
    releasing.release(world.place(), Wish(**wish), world.shown())  # pyright: ignore[reportArgumentType] - of the parameters


def test_a_good_release_is_in_file_state_cluster_and_ledger(served: World) -> None:
    release(served, version="1.1.0")
    assert served.said["version"] == "1.1.0"
    assert served.said["manifest"] == served.digest("1.1.0")
    assert "# what is served" in served.file.read_text()
    assert served.state["release"] == release_id("1.1.0")
    assert served.serving == "1.1.0"
    assert served.events[-2:] == [("released", "1.1.0"), ("promoted", "1.1.0")]


def test_the_first_release_needs_nothing_in_the_cluster(world: World) -> None:
    release(world, version="1.0.0")
    assert world.serving == "1.0.0"


def test_the_same_again_changes_nothing(served: World) -> None:
    before = served.file.read_bytes()
    release(served, version="1.0.0")
    assert served.file.read_bytes() == before
    assert served.events == [("released", "1.0.0"), ("promoted", "1.0.0")]


def test_an_aborted_release_is_taken_out_of_file_and_state(served: World, capsys: pytest.CaptureFixture[str]) -> None:
    before = served.file.read_bytes()
    served.outcome = "bad"
    with pytest.raises(
        Aborted, match=r"1.1.0 was aborted: errors 0.05 above 0.01; .* put back, and 1.0.0 serves everyone"
    ):
        release(served, version="1.1.0")
    assert served.file.read_bytes() == before
    assert (served.serving, served.status["phase"]) == ("1.0.0", "Healthy")
    assert served.state["release"] == release_id("1.0.0")
    assert served.events[-1] == ("aborted", "1.1.0")
    assert "says 1.0.0 again" in capsys.readouterr().err


def test_after_an_abort_nothing_else_is_released_that_came_along(served: World) -> None:
    served.outcome, served.settings = "bad", "another base image"
    with pytest.raises(Aborted) as aborted:
        release(served, version="1.1.0")
    assert (
        f"from here `pulumi up` would not bring back release {release_id('1.0.0')} of 1.0.0, but release "
        f"{release_id('1.0.0', IMAGE + served.settings)} of it: more than Pulumi.test.yaml has changed since. Revert "
    ) in str(aborted.value)
    assert (served.said["version"], served.serving) == ("1.0.0", "1.0.0")
    assert served.events[-1] == ("aborted", "1.1.0")
    served.outcome = "good"
    with pytest.raises(Refused, match=r"more than Pulumi.test.yaml has changed since"):
        reconcile(served.place(), served.shown())
    assert served.events[-1] == ("aborted", "1.1.0")
    served.settings = ""  # it is reverted
    reconcile(served.place(), served.shown())
    assert served.state["release"] == release_id("1.0.0")


def test_after_an_abort_of_settings_alone_what_serves_waits_for_their_revert(served: World) -> None:
    served.outcome, served.settings = "bad", "less memory"
    with pytest.raises(Aborted, match=r"more than Pulumi.test.yaml has changed since. Revert that first"):
        release(served, version="1.0.0")
    with pytest.raises(Refused, match=r"more than Pulumi.test.yaml has changed since. Revert that first"):
        reconcile(served.place(), served.shown())
    assert [one for one in served.log if one.startswith("up")] == ["up 1.0.0"]


def test_what_somebody_else_has_gone_back_to_meanwhile_stays(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    served.serve("1.1.0")
    served.outcome = "bad"
    served.before_up = lambda: served.locks.append(Lock("root", "elsewhere", 1, "now"))

    def wait(_: float) -> None:
        served.begin("1.0.0")  # by a file that we can't see

    monkeypatch.setattr(changing.time, "sleep", wait)
    with pytest.raises(Aborted, match=rf"and somebody has brought 1.0.0 \(release {release_id('1.0.0')}\) meanwhile"):
        release(served, version="1.2.0")
    assert [one for one in served.log if one.startswith("up")] == ["up 1.2.0"]


def test_an_image_that_never_reached_the_cluster_is_taken_out_of_the_file(served: World) -> None:
    before = served.file.read_bytes()
    served.outcome = "never"
    with pytest.raises(SlipwayError, match="the cluster was told nothing of it, the stack's file is put back"):
        release(served, version="1.0.0", image=OTHER_IMAGE)
    assert served.file.read_bytes() == before


def test_what_others_wrote_into_the_file_meanwhile_stays(served: World) -> None:
    served.outcome = "bad"
    served.before_up = lambda: served.file.write_text(
        served.file.read_text().replace("/tiny-model", "/tiny-model # ours")
    )
    with pytest.raises(Aborted):
        release(served, version="1.1.0")
    assert served.said["version"] == "1.0.0"
    assert "/tiny-model # ours" in served.file.read_text()


def test_a_release_that_others_wrote_over_meanwhile_is_theirs(served: World) -> None:
    served.outcome = "bad"
    served.before_up = lambda: served.file.write_text(served.file.read_text().replace("# what is", "# what once was"))
    shown = served.shown()
    shown.then = lambda seen: served.say("1.2.0") if seen and seen.under_way else None
    with pytest.raises(Aborted, match=r"left as it is, because slipway:models.tiny_model was changed by somebody else"):
        releasing.release(served.place(), Wish(version="1.1.0"), shown)
    assert served.said["version"] == "1.2.0"


def test_what_never_reached_the_cluster_is_taken_out_of_the_file(served: World) -> None:
    before = served.file.read_bytes()
    served.outcome = "never"
    with pytest.raises(SlipwayError, match=r"the registry is down; the cluster was told nothing of it, .* put back"):
        release(served, version="1.1.0")
    assert served.file.read_bytes() == before


def test_a_release_whose_watcher_died_goes_on(served: World) -> None:
    served.outcome = "dies"
    with pytest.raises(SlipwayError, match="goes on in the cluster: `slipway watch`") as told:
        release(served, version="1.1.0")
    assert not isinstance(told.value, Aborted)
    assert served.said["version"] == "1.1.0"


def test_a_cluster_that_is_gone_in_the_middle_leaves_the_file(served: World) -> None:
    served.outcome = "dies"
    shown = served.shown()
    shown.then = lambda seen: setattr(served, "reachable", not (seen and seen.under_way))
    with pytest.raises(SlipwayError, match=r"how the release stands isn't known .* `slipway reconcile` when it is"):
        releasing.release(served.place(), Wish(version="1.1.0"), shown)
    assert served.said["version"] == "1.1.0"


def test_what_was_aborted_is_tried_again_only_when_somebody_says_so(served: World) -> None:
    served.outcome = "bad"
    with pytest.raises(Aborted):
        release(served, version="1.1.0")
    served.outcome = "good"
    with pytest.raises(
        Refused, match=r"1.1.0 was aborted at .* errors 0.05 above 0.01: release another, or say --again"
    ):
        release(served, version="1.1.0")
    release(served, version="1.1.0", again=True)
    assert served.said["attempt"] == 2
    assert served.serving == "1.1.0"
    release(served, version="1.2.0")
    assert "attempt" not in served.said


def test_another_image_of_what_was_aborted_is_another_release(served: World) -> None:
    served.outcome = "bad"
    with pytest.raises(Aborted):
        release(served, version="1.1.0")
    served.outcome = "good"
    release(served, version="1.1.0", image=OTHER_IMAGE)
    assert (served.serving, served.said["image"]) == ("1.1.0", OTHER_IMAGE)
    release(served, image=OF_STACK, version="1.2.0")
    assert "image" not in served.said


def test_an_image_that_is_not_there_is_refused_before_anything_is_written(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = served.file.read_bytes()
    monkeypatch.setattr(images, "there", {OTHER_IMAGE: False}.get)
    with pytest.raises(BadInput, match=f"--image {OTHER_IMAGE} is not in its registry: push it, or name another"):
        release(served, image=OTHER_IMAGE)
    assert served.file.read_bytes() == before


def test_a_release_during_a_release_is_refused(served: World) -> None:
    served.begin("1.1.0")
    with pytest.raises(Refused, match=r"1.1.0 \(release \w+\) is being released.*wait for it"):
        release(served, version="1.2.0")
    assert served.log == []


def test_a_cluster_that_cant_be_read_refuses(served: World) -> None:
    served.reachable = False
    with pytest.raises(Unreachable):
        release(served, version="1.1.0")
    assert served.log == []


def test_an_end_that_nobody_wrote_is_written_first(served: World) -> None:
    served.write(Event.RELEASED, "1.1.0")
    served.begin("1.1.0")
    served.abort()
    with pytest.raises(Refused, match="was aborted"):
        release(served, version="1.1.0")
    assert served.events[-1] == ("aborted", "1.1.0")


def test_another_update_is_not_disturbed(served: World) -> None:
    before = served.file.read_bytes()
    served.locks = [Lock("somebody", "elsewhere", 1, "2026-11-29T12:00:00Z")]
    with pytest.raises(StackLocked, match="being updated by somebody@elsewhere, process 1"):
        release(served, version="1.1.0")
    assert served.file.read_bytes() == before


@pytest.mark.parametrize(
    ("wish", "kind", "message"),
    [
        (Wish(), BadInput, "nothing to release: say --model VERSION"),
        (Wish("9.9.9"), BadInput, "tiny_model 9.9.9 is not published in .* it has 1.0.0, 1.1.0, 1.2.0"),
        (Wish("nonsense"), BadInput, "is not a model version"),
        (Wish("1.1.0", manifest="sha256:0"), BadInput, "--manifest sha256:0, but tiny_model 1.1.0"),
        (Wish("1.0.0", again=True), BadInput, "--again, but tiny_model 1.0.0 was promoted last"),
        (Wish("1.1.0", again=True), BadInput, "--again, but tiny_model 1.1.0 was never released in serving"),
    ],
)
def test_a_wish_that_cant_be_is_refused(wish: Wish, kind: type[Exception], message: str, served: World) -> None:
    with pytest.raises(kind, match=message):
        releasing.planned(served.place(), wish)
    assert served.log == []


def test_the_commit_is_that_of_the_folder_when_all_files_are_it(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        author = ["-c", "user.name=a", "-c", "user.email=a@b"]
        return subprocess.run(
            ["git", *author, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    assert commit(tmp_path, tmp_path / "stack.yaml") is None
    git("init", "-q")
    for name in ("code", "stack.yaml"):
        (tmp_path / name).write_text("1")
    git("add", ".")
    git("commit", "-qm", "one")
    head = git("rev-parse", "HEAD").strip()
    assert commit(tmp_path, tmp_path / "stack.yaml") == commit(tmp_path, tmp_path.parent / "elsewhere.yaml") == head
    (tmp_path / "stack.yaml").write_text("2")
    assert commit(tmp_path, tmp_path / "stack.yaml") == head
    assert commit(tmp_path, tmp_path.parent / "elsewhere.yaml") is None
    (tmp_path / "code").write_text("2")
    assert commit(tmp_path, tmp_path / "stack.yaml") is None


def test_models_are_called_by_their_names(served: World) -> None:
    assert served.place().file().model(None) == MODEL
    with pytest.raises(BadInput, match="has no model 'other'; it has tiny_model"):
        served.place().file().model("other")


def test_a_stuck_release_has_to_be_ended_first_unless_nothing_is_beside_it(served: World) -> None:
    served.begin("1.1.0")
    served.status.update(phase="Degraded", message="InvalidSpec: no such template")
    with pytest.raises(Refused, match="is being released, Degraded: InvalidSpec"):
        release(served, version="1.2.0")
    served.status["stableRS"] = ""
    release(served, version="1.2.0")
    assert served.serving == "1.2.0"


def test_what_is_aborted_twice_is_in_no_file_either(served: World) -> None:
    served.outcome = "bad"
    for again in (False, True):
        with pytest.raises(Aborted, match=r"1.0.0 serves everyone"):
            release(served, version="1.1.0", again=again)
        assert (served.said["version"], "attempt" in served.said) == ("1.0.0", False)
    assert [one.attempt for one in served.ledger.read().entries if one.event is Event.ABORTED] == [1, 2]


def test_what_was_aborted_and_left_in_the_file_is_taken_out_when_it_is_aborted_again(served: World) -> None:
    served.say("1.1.0")
    served.write(Event.RELEASED, "1.1.0")
    served.begin("1.1.0")
    served.abort()
    served.write(Event.ABORTED, "1.1.0")
    served.outcome = "bad"
    with pytest.raises(Aborted, match=r"1.0.0 serves everyone"):
        release(served, version="1.1.0", again=True)
    assert served.said["version"] == "1.0.0"


def test_a_file_that_said_it_before_is_put_back_too(served: World) -> None:
    served.say("1.1.0")
    served.outcome = "bad"
    with pytest.raises(Aborted, match=r"1.0.0 serves everyone"):
        release(served, version="1.1.0")
    assert served.said["version"] == "1.0.0"
