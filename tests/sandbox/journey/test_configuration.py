from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.errors import SandboxError
from sandbox.journey import configuration
from sandbox.journey.configuration import Config

COMMITTED: Config = {"config": {"slipway:namespace": "serving", "slipway:models": {"one": {"version": "1.0.0"}}}}
MANIFEST = "slipway:models.one.manifest"


class Checkout:
    """A committed configuration, and the user's copy of it."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "Pulumi.local.yaml"
        self.target = folder / "state" / "serving.local.yaml"
        self.before = self.target.with_name("serving.local.yaml.before")
        self.commit(COMMITTED)

    def commit(self, config: Config) -> None:
        self.source.write_text(yaml.safe_dump(config))

    def up(self, digest: str = "sha256:1") -> None:
        """What `make up` does with the copy, on a machine that has published version 1.0.0."""

        def known(config: Config) -> Mapping[str, str]:
            return {MANIFEST: digest} if configuration.at(config, "slipway:models.one.version") == "1.0.0" else {}

        assert configuration.keep(self.source, self.target, known) == self.target

    def edit(self, path: str, value: object) -> None:
        """What a user does with the copy, a comment among it."""
        edited = configuration.filled(self.content, {path: value})
        self.target.write_text(f"# mine\n{yaml.safe_dump(edited)}")

    @property
    def content(self) -> Config:
        return yaml.safe_load(self.target.read_text())

    def at(self, path: str) -> Any:
        return configuration.at(self.content, path)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    monkeypatch.setattr(configuration, "CHECKOUT", tmp_path)
    return Checkout(tmp_path)


def test_values_land_at_their_paths_and_the_committed_ones_stay() -> None:
    config = configuration.filled(COMMITTED, {MANIFEST: "sha256:1", "slipway:images": {"traefik": "t"}})
    assert config["config"] == {
        "slipway:namespace": "serving",
        "slipway:models": {"one": {"version": "1.0.0", "manifest": "sha256:1"}},
        "slipway:images": {"traefik": "t"},
    }
    assert "manifest" not in COMMITTED["config"]["slipway:models"]["one"]


def test_a_path_through_what_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError, match="two"):
        configuration.filled(COMMITTED, {"slipway:models.two.manifest": "sha256:1"})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("slipway:models.one.version", "1.0.0"),
        ("slipway:models.two.version", None),
        ("slipway:namespace.deeper", None),
        ("slipway:other", None),
    ],
)
def test_what_a_configuration_lacks_is_nothing(path: str, value: object) -> None:
    assert configuration.at(COMMITTED, path) == value


def test_the_platforms_copy_is_written_anew_and_keeps_the_salt_of_the_secrets(checkout: Checkout) -> None:
    configuration.write(checkout.source, checkout.target, lambda _: {})
    checkout.target.write_text(checkout.target.read_text() + "encryptionsalt: v1:abc\n")
    checkout.edit("slipway:models.one.version", "6.6.6")
    configuration.write(checkout.source, checkout.target, lambda _: {"slipway:namespace": "other"})
    assert checkout.content["encryptionsalt"] == "v1:abc"
    assert checkout.at("slipway:namespace") == "other"
    assert checkout.at("slipway:models.one.version") == "1.0.0"
    assert yaml.safe_load(checkout.source.read_text()) == COMMITTED


def test_the_users_copy_begins_as_the_committed_one_with_what_the_machine_knows(checkout: Checkout) -> None:
    checkout.up()
    assert checkout.content == configuration.filled(COMMITTED, {MANIFEST: "sha256:1"})
    assert not checkout.before.exists()


def test_what_the_user_has_set_survives_to_the_letter(checkout: Checkout) -> None:
    checkout.up()
    checkout.edit("slipway:namespace", "mine")
    text = checkout.target.read_text()
    checkout.up()
    assert checkout.target.read_text() == text
    assert not checkout.before.exists()


def test_a_released_version_is_not_taken_back(checkout: Checkout) -> None:
    checkout.up()
    checkout.edit("slipway:models.one", {"version": "2.0.0", "manifest": "sha256:own"})
    checkout.edit("slipway:models.two", {"version": "1.0.0", "manifest": "sha256:other"})
    checkout.up()
    assert checkout.at("slipway:models") == {
        "one": {"version": "2.0.0", "manifest": "sha256:own"},
        "two": {"version": "1.0.0", "manifest": "sha256:other"},
    }


def test_a_value_that_the_machine_knows_better_is_put_right_and_the_rest_stays(checkout: Checkout) -> None:
    checkout.up()
    checkout.edit("slipway:namespace", "mine")
    checkout.edit(MANIFEST, "sha256:old")
    checkout.up("sha256:new")
    assert checkout.at(MANIFEST) == "sha256:new"
    assert checkout.at("slipway:namespace") == "mine"


def test_a_model_that_the_user_took_out_does_not_come_back(checkout: Checkout) -> None:
    checkout.up()
    checkout.edit("slipway:models", {})
    checkout.up()
    assert checkout.at("slipway:models") == {}


def test_a_changed_commit_makes_the_copy_anew_and_leaves_the_former_one_beside_it(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.up()
    checkout.target.write_text(checkout.target.read_text() + "encryptionsalt: v1:abc\n")
    checkout.edit("slipway:namespace", "mine")
    former = checkout.target.read_text()
    checkout.commit(configuration.filled(COMMITTED, {"slipway:models.one.route": "/one"}))
    checkout.up()
    assert checkout.at("slipway:models.one") == {"version": "1.0.0", "manifest": "sha256:1", "route": "/one"}
    assert checkout.at("slipway:namespace") == "serving"
    assert checkout.content["encryptionsalt"] == "v1:abc"
    assert checkout.before.read_text() == former
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        f"Pulumi.local.yaml has changed, so {checkout.target} is made anew from it; "
        f"copy what you want back from {checkout.before}"
    )
    checkout.up()
    assert capsys.readouterr().err == ""


def test_a_commit_that_changes_comments_only_leaves_the_copy(checkout: Checkout) -> None:
    checkout.up()
    checkout.edit("slipway:namespace", "mine")
    checkout.source.write_text(f"# in other words\n{checkout.source.read_text()}")
    checkout.up()
    assert checkout.at("slipway:namespace") == "mine"


def test_a_run_that_was_killed_in_between_does_not_lose_the_former_copy(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.up()
    checkout.edit("slipway:namespace", "mine")
    former = checkout.target.read_text()
    checkout.commit(configuration.filled(COMMITTED, {"slipway:models.one.route": "/one"}))
    with monkeypatch.context() as killed:
        write, written = configuration.files.write, list[Path]()

        def dying(file: Path, content: str) -> Path:
            if len(written) == 2:  # the former copy and the new one are there, and what it was made from is not
                raise ZeroDivisionError
            written.append(write(file, content))
            return file

        killed.setattr(configuration.files, "write", dying)
        with pytest.raises(ZeroDivisionError):
            checkout.up()
    assert written == [checkout.before, checkout.target]
    checkout.up()
    assert checkout.before.read_text() == former
    assert checkout.at("slipway:models.one.route") == "/one"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("config: {a: [", "serving.local.yaml is no YAML, .*line 1.*: correct it"),
        ("", "serving.local.yaml has no `config:` with values below it: correct it"),
        ("config: [a]", "serving.local.yaml has no `config:` with values below it: correct it"),
    ],
)
def test_a_copy_that_cannot_be_read_is_named_in_one_line_and_stays(
    checkout: Checkout, content: str, complaint: str
) -> None:
    checkout.up()
    checkout.target.write_text(content)
    with pytest.raises(SandboxError, match=complaint) as error:
        checkout.up()
    assert "\n" not in str(error.value)
    assert checkout.target.read_text() == content
