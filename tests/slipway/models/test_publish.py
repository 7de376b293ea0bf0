import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from modelstore.catalog import fetch_manifest
from modelstore.manifest import MANIFEST, digest
from modelstore.store import Store
from modelstore.store_errors import StoreUnavailable
from service.download import download
from slipway.errors import BadInput, Refused, SlipwayError
from slipway.models.bundle import Bundle
from slipway.models.candidate import Candidate, Judged
from slipway.models.comparison import Comparison
from slipway.models.inspection.messages import Ask
from slipway.models.publish import NEXT, Published, publish, validate
from tests.slipway.models.conftest import CARD, WEIGHTS, MakeBundle, fake_model, write_table


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"file://{tmp_path}/store"


@pytest.fixture
def bundle(make_bundle: MakeBundle, tmp_path: Path) -> Bundle:
    return make_bundle(fake_model(tmp_path / "first"))


@pytest.fixture
def retrained(bundle: Bundle, tmp_path: Path) -> Bundle:
    return Bundle(fake_model(tmp_path / "second", weight="2.9"), bundle.card, bundle.holdout, bundle.training)


def objects(url: str) -> dict[str, bytes]:
    folder = Path(url.removeprefix("file://"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


pytestmark = pytest.mark.usefixtures("play_models")


def test_a_published_version_can_be_downloaded_by_its_digest(bundle: Bundle, url: str, tmp_path: Path) -> None:
    published = publish(bundle, "1.0.0", url)
    store = Store.open(url)
    found = fetch_manifest(store, "tiny_model", "1.0.0", published.digest)
    download(store, found.manifest, tmp_path / "cache")
    assert published.new
    assert found.content == published.content
    assert (tmp_path / "cache" / WEIGHTS).read_text() == "3.0"


def test_it_works_on_s3(bundle: Bundle, retrained: Bundle, moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in {
        "AWS_ENDPOINT_URL": moto,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(key, value)
    httpx.put(f"{moto}/bucket", timeout=60).raise_for_status()
    first = publish(bundle, "1.0.0", "s3://bucket/models")
    assert publish(bundle, "1.0.0", "s3://bucket/models").digest == first.digest
    with pytest.raises(Refused, match="already published in s3://bucket/models with other files"):
        publish(retrained, "1.0.0", "s3://bucket/models")
    assert publish(retrained, "1.1.0", "s3://bucket/models").new


def test_the_manifest_is_written_last(bundle: Bundle, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    create = Store.create

    def recorded(self: Store, path: str, content: bytes | Path) -> None:
        written.append(path)
        create(self, path, content)

    monkeypatch.setattr(Store, "create", recorded)
    publish(bundle, "1.0.0", url)
    files, (claim, manifest, closed) = written[:-3], written[-3:]
    assert [file.rpartition("/")[2] for file in files] == ["saved_model.pb", Path(WEIGHTS).name, "variables.index"]
    assert manifest == f"tiny_model/1.0.0/{MANIFEST}"
    assert (claim, closed) == ("tiny_model/successors/0.0.0/1.json", "tiny_model/successors/0.0.0/1.closed")


def test_the_same_again_changes_nothing_and_runs_nothing(bundle: Bundle, url: str, play_models: list[Ask]) -> None:
    first = publish(bundle, "1.0.0", url)
    before = objects(url)
    again = publish(bundle, "1.0.0", url)
    assert (again.digest, again.new, len(play_models)) == (first.digest, False, 1)
    assert objects(url) == before


def test_the_next_version_is_what_changed_calls_for(
    bundle: Bundle, retrained: Bundle, url: str, play_models: list[Ask]
) -> None:
    assert publish(bundle, NEXT, url).manifest.version == "1.0.0"
    assert publish(retrained, NEXT, url).manifest.version == "1.1.0"
    bundle.card.write_text(CARD.replace("LOW", "NONE"))
    assert publish(retrained, NEXT, url).manifest.version == "2.0.0"
    bundle.card.write_text(CARD.replace("LOW", "NONE").replace("wait", "wait a while"))
    assert publish(retrained, NEXT, url).manifest.version == "2.0.1"


def test_the_same_inputs_keep_their_version_whatever_came_after(
    bundle: Bundle, retrained: Bundle, url: str, play_models: list[Ask]
) -> None:
    first = publish(bundle, NEXT, url)
    publish(retrained, NEXT, url)
    before, asked = objects(url), len(play_models)
    again = publish(bundle, NEXT, url)
    assert (again.digest, again.new) == (first.digest, False)
    assert (objects(url), len(play_models)) == (before, asked)


@pytest.mark.parametrize("change", ["model", "card", "training"])
def test_a_published_version_never_changes(change: str, bundle: Bundle, retrained: Bundle, url: str) -> None:
    publish(bundle, "1.0.0", url)
    before = objects(url)
    if change == "model":
        bundle = retrained
    elif change == "card":
        bundle.card.write_text(CARD.replace("wait", "wait a while"))
    else:
        bundle.training.write_text(bundle.training.read_text() + "0,0,1\n")
    with pytest.raises(Refused, match="a published version never changes: publish this under a new version"):
        publish(bundle, "1.0.0", url)
    assert objects(url) == before


@pytest.mark.parametrize("stop_after", range(6))
def test_an_interrupted_publishing_goes_on(
    stop_after: int, bundle: Bundle, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = Store.create
    with monkeypatch.context() as patch:
        left = iter(range(stop_after))

        def stops(self: Store, path: str, content: bytes | Path) -> None:
            if next(left, None) is None:
                raise StoreUnavailable("the store is gone")
            create(self, path, content)

        patch.setattr(Store, "create", stops)
        with pytest.raises(StoreUnavailable):
            publish(bundle, "1.0.0", url)
    decided, written = stop_after >= 4, stop_after >= 5
    assert (f"tiny_model/1.0.0/{MANIFEST}" in objects(url)) == written, "without a manifest it is no version yet"
    assert publish(bundle, "1.0.0", url).new == (not decided), "what was decided is carried out, and is there then"
    assert f"tiny_model/1.0.0/{MANIFEST}" in objects(url)


def test_what_another_unfinished_publishing_left_is_named(bundle: Bundle, retrained: Bundle, url: str) -> None:
    left = Store.open(url, create=True)
    left.create(f"tiny_model/1.0.0/{WEIGHTS}", b"other weights")
    unfinished = "another publishing of this version has not finished; wait for it, or if it was interrupted"
    with pytest.raises(Refused, match=rf"{WEIGHTS}: .*{unfinished}, remove {url}/tiny_model/1\.0\.0/ and publish"):
        publish(bundle, "1.0.0", url)
    left.create("tiny_model/2.0.0/extra", b"")
    shutil.rmtree(f"{url.removeprefix('file://')}/tiny_model/1.0.0")
    with pytest.raises(Refused, match=r"2\.0\.0/extra does not belong to tiny_model 2\.0\.0; remove it"):
        publish(bundle, "2.0.0", url)
    assert MANIFEST not in "".join(objects(url))


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Has something done by somebody else while the next model is being judged."""

    def arrange(act: Callable[[], object]) -> None:
        judge = Candidate.judge

        def overtaken(self: Candidate, before: Comparison | None) -> Judged:
            monkeypatch.setattr(Candidate, "judge", judge)
            act()
            return judge(self, before)

        monkeypatch.setattr(Candidate, "judge", overtaken)

    return arrange


def test_another_model_that_became_this_version_meanwhile_is_left_alone(
    bundle: Bundle, retrained: Bundle, url: str, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: publish(retrained, "1.0.0", url))
    refusal = r"tiny_model 1\.0\.0 was published meanwhile in .* with other files; .* publish this under a new version"
    with pytest.raises(Refused, match=refusal):
        publish(bundle, "1.0.0", url)
    assert objects(url)[f"tiny_model/1.0.0/{WEIGHTS}"] == b"2.9"


def test_the_same_model_published_twice_at_the_same_time_is_published_once(
    bundle: Bundle, url: str, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    first: list[Published] = []
    meanwhile(lambda: first.append(publish(bundle, "1.0.0", url)))
    second = publish(bundle, "1.0.0", url)
    assert [first[0].new, second.new] == [True, False]
    assert first[0].digest == second.digest


def test_a_version_that_was_not_compared_with_is_told(
    bundle: Bundle, retrained: Bundle, url: str, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: publish(bundle, "1.0.0", url))
    with pytest.raises(Refused, match=r"1\.0\.0 was published meanwhile, .* compared with nothing; publish again"):
        publish(retrained, "1.1.0", url)
    meanwhile(lambda: publish(bundle, "1.0.1", url))
    with pytest.raises(Refused, match=r"1\.0\.1 was published meanwhile, .* compared with 1\.0\.0; publish again"):
        publish(retrained, "1.1.0", url)
    assert publish(retrained, "1.1.0", url).new


def test_what_is_published_already_is_judged_by_what_it_replaced_then(
    bundle: Bundle, retrained: Bundle, url: str
) -> None:
    publish(bundle, "1.0.0", url)
    publish(retrained, "1.1.0", url)
    for published, replaced in ((bundle, []), (retrained, ["running 1.0.0 on the same data"])):
        said: list[str] = []
        validate(published, url, said.append)
        assert [one for one in said if one.startswith("running")] == replaced


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("1.0.1", r"1\.0\.1 cannot follow 1\.0\.0: the weights changed .* a minor version; publish it as 1\.1\.0"),
        ("1.2.0", r"1\.2\.0 cannot follow 1\.0\.0"),
        ("0.9.0", r"0\.9\.0 is not above 1\.0\.0, the latest of tiny_model"),
    ],
)
def test_a_wrong_version_is_refused_with_the_right_one(
    version: str, reason: str, bundle: Bundle, retrained: Bundle, url: str
) -> None:
    publish(bundle, "1.0.0", url)
    before = objects(url)
    with pytest.raises(SlipwayError, match=reason):
        publish(retrained, version, url)
    assert objects(url) == before


def test_versions_follow_what_changed(bundle: Bundle, retrained: Bundle, url: str, tmp_path: Path) -> None:
    publish(bundle, "1.0.0", url)
    publish(bundle, "1.0.1", url)
    publish(retrained, "1.1.0", url)
    deeper = fake_model(tmp_path / "third", graph="deeper")
    with pytest.raises(Refused, match="the architecture changed"):
        publish(Bundle(deeper, bundle.card, bundle.holdout, bundle.training), "1.2.0", url)
    publish(Bundle(deeper, bundle.card, bundle.holdout, bundle.training), "2.0.0", url)


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "0.0.0"])
def test_a_version_that_is_none_is_refused_before_anything(version: str, bundle: Bundle, url: str) -> None:
    with pytest.raises(BadInput, match=version):
        publish(bundle, version, url)
    assert not Path(url.removeprefix("file://")).exists()


def test_validating_changes_nothing(bundle: Bundle, retrained: Bundle, url: str) -> None:
    publish(bundle, "1.0.0", url)
    before = objects(url)
    manifest = validate(retrained, url).manifest
    assert manifest.fingerprints.weights == digest(b"2.9")
    assert objects(url) == before


def test_easier_data_makes_no_model_better_than_the_one_it_replaces(bundle: Bundle, url: str, tmp_path: Path) -> None:
    first = publish(bundle, "1.0.0", url)
    easier = write_table(tmp_path / "easier.csv", seed=3, scale=3)
    worse = Bundle(fake_model(tmp_path / "worse", weight="1.2"), bundle.card, easier, bundle.training)
    figures = validate(worse).manifest.evaluation.metrics
    assert figures["roc_auc"] > first.manifest.evaluation.metrics["roc_auc"], "by the recorded figures it is better"
    with pytest.raises(Refused, match=r"roc_auc is 0\.9\d+, was 0\.9\d+, and may be worse by 0\.02"):
        publish(worse, "1.1.0", url)


def test_steps_are_announced(bundle: Bundle, retrained: Bundle, url: str) -> None:
    steps: list[str] = []
    publish(bundle, "1.0.0", url, steps.append)
    assert steps == [
        "reading card and data",
        "checking and running the model",
        f"writing to {url}/tiny_model/1.0.0",
    ]
    steps.clear()
    validate(retrained, url, steps.append)
    assert steps[1:] == ["running 1.0.0 on the same data", "checking and running the model"]
