import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pulumi
import pytest

from infra.serving import under_way
from infra.serving.config import Model, ServingConfig
from infra.serving.under_way import Pods, Served
from infra.shared.cluster import Cluster, EksRole, Token
from tests.http_servers import Handler, answering
from tests.infra import recording, stacks
from tests.infra.changes import MODEL, put
from tests.infra.values import Object

NAME = "maintenance-predictor"
TOKEN = Token.model_validate({"token": "secret"})
STABLE = Pods(release="aaaaaaaaaa", version="1.0.0")
TRIAL = Pods(release="bbbbbbbbbb", version="1.1.0")
QUIET = Served(stable=STABLE, on_trial=None)
BUSY = Served(stable=STABLE, on_trial=TRIAL)


def models(version: str, steps: list[Object] | None = None) -> Mapping[str, Model]:
    config = stacks.serving_configuration("local")
    put(*MODEL, "version", value=version)(config)
    if steps is not None:
        put(*MODEL, "canary", "steps", value=steps)(config)
    return stacks.load(ServingConfig, "slipway", config).models


def complaint(
    release: str | None, found: Served | None, version: str = "1.2.0", steps: list[Object] | None = None
) -> str:
    try:
        served = {} if found is None else {NAME: found}
        under_way.check(models(version, steps), {"maintenance_predictor": release}, served)
    except pulumi.RunError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("release", "found"),
    [
        ("cccccccccc", None),
        ("cccccccccc", QUIET),
        ("cccccccccc", Served(stable=None, on_trial=TRIAL)),  # a first release is mended by the next
        (TRIAL.release, BUSY),  # `up` for another reason, or once more
        (STABLE.release, BUSY),  # the way back
        (None, BUSY),  # not known yet, in a preview
    ],
)
def test_a_release_that_disturbs_none_is_admitted(release: str | None, found: Served | None) -> None:
    assert complaint(release, found) == ""


def test_a_release_during_a_release_is_refused_with_what_is_under_way() -> None:
    assert complaint("cccccccccc", BUSY) == (
        "slipway:models.maintenance_predictor is release cccccccccc of 1.2.0, and release bbbbbbbbbb of 1.1.0 is still "
        "under way: let it come to its end, `slipway abort` it, or put back what is stable, release aaaaaaaaaa of 1.0.0"
    )


@pytest.mark.parametrize("release", ["cccccccccc", None])
def test_a_major_version_gets_no_share_of_the_requests_for_the_one_before(release: str | None) -> None:
    said = complaint(release, QUIET, "2.0.0")
    assert said.startswith("slipway:models.maintenance_predictor.version = '2.0.0' is a new major version beside 1.0.0")
    assert "canary.steps: []" in said
    assert complaint(release, QUIET, "2.0.0", steps=[]) == ""
    assert complaint(release, None, "2.0.0") == ""
    # The way back is free.
    back = Served(stable=Pods(release="dddddddddd", version="2.0.0"), on_trial=None)
    assert complaint(release, back, "1.0.0") == ""


def busy(*_: object) -> Mapping[str, Served]:
    return {NAME: BUSY}


def template(pods: Pods) -> Object:
    return {
        "metadata": {
            "labels": {"app.kubernetes.io/version": pods.version},
            "annotations": {"slipway.dev/release": pods.release},
        }
    }


def in_cluster(*, aborted: bool = False, seen: str = "7", stable: str = "111", wanted: Pods = TRIAL) -> Object:
    """What an API server has, by the last word of a path."""
    return {
        "rollouts": [
            {
                "metadata": {"name": NAME},
                "spec": {"workloadRef": {"name": NAME}},
                "status": {"stableRS": stable, "workloadObservedGeneration": seen, "abort": aborted},
            },
            {"metadata": {"name": "somebody-elses"}, "spec": {"template": {}}},
        ],
        "deployments": [{"metadata": {"name": NAME, "generation": 7}, "spec": {"template": template(wanted)}}],
        "replicasets": [
            {
                "metadata": {"labels": {"rollouts-pod-template-hash": "111"}},
                "spec": {"template": template(STABLE)},
            },
            {"metadata": {"labels": {"rollouts-pod-template-hash": "222"}}, "spec": {"template": template(TRIAL)}},
        ],
    }


def look(has: Object, namespace: str = "serving") -> Mapping[str, Served]:
    asked: list[tuple[str, dict[str, list[str]], str | None]] = []

    class Api(Handler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked.append((parts.path, parse_qs(parts.query), self.headers["Authorization"]))
            content = json.dumps({"items": has[parts.path.rpartition("/")[2]]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with answering(Api) as url:
        found = under_way.look(cluster(url), TOKEN, namespace)
    assert [path for path, _, _ in asked] == [
        f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/rollouts",
        f"/apis/apps/v1/namespaces/{namespace}/deployments",
        f"/apis/apps/v1/namespaces/{namespace}/replicasets",
    ]
    assert all(query == {"labelSelector": ["app.kubernetes.io/component=model-server"]} for _, query, _ in asked)
    assert {token for _, _, token in asked} == {"Bearer secret"}
    return found


def cluster(url: str) -> Cluster:
    return Cluster.model_validate({"endpoint": url, "certificateAuthority": "", "identifier": "test"})


@pytest.mark.parametrize(
    ("has", "found"),
    [
        (in_cluster(), BUSY),
        (in_cluster(aborted=True), QUIET),
        # Written, and not seen by the controller, whose abort is the one before.
        (in_cluster(aborted=True, seen="6"), BUSY),
        (in_cluster(wanted=STABLE), QUIET),
        (in_cluster(stable=""), Served(stable=None, on_trial=TRIAL)),
        (in_cluster(stable="gone"), Served(stable=None, on_trial=TRIAL)),
    ],
)
def test_what_is_under_way_is_read_from_the_cluster(has: Object, found: Served) -> None:
    assert look(has) == {NAME: found}


def test_a_namespace_without_models_has_none_under_way() -> None:
    assert look({"rollouts": [], "deployments": [], "replicasets": []}) == {}


class Refusing(Handler):
    def do_GET(self) -> None:
        self.send_error(403)


class Nonsense(Handler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>")


@pytest.mark.parametrize("handler", [Refusing, Nonsense])
def test_a_cluster_that_can_not_be_asked_refuses(handler: type[BaseHTTPRequestHandler]) -> None:
    with (
        answering(handler) as url,  # pyright: ignore[reportArgumentType] - both are Handlers
        pytest.raises(
            pulumi.RunError, match=r"'serving' at http.*can't be asked whether a release is under way, .*: let"
        ),
    ):
        under_way.look(cluster(url), TOKEN, "serving")


def test_a_cluster_that_is_away_refuses() -> None:
    with pytest.raises(pulumi.RunError, match="can't be asked whether a release is under way"):
        under_way.look(cluster("http://127.0.0.1:1"), TOKEN, "serving")


def test_who_can_not_sign_in_is_told_by_whom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "aws").write_text("#!/bin/sh\necho 'AccessDenied: not a deployer' >&2\nexit 254\n")
    (tmp_path / "aws").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    role = EksRole.model_validate(
        {"clusterName": "slipway-prod", "region": "eu-central-1", "role": "arn:aws:iam::1:role/a"}
    )
    with pytest.raises(pulumi.RunError, match=r"under way, slipway-prod lets nobody in, AccessDenied: not a deployer"):
        under_way.look(cluster("https://127.0.0.1:1"), role, "serving")


@pytest.mark.parametrize(("stack", "preview"), [("prod", True), ("prod", False), ("local", False)])
def test_nothing_in_the_cluster_is_declared_during_a_release(
    monkeypatch: pytest.MonkeyPatch, stack: str, *, preview: bool
) -> None:
    stacks.handed_over(stack)  # which declares the platform
    kept = recording.Recording()
    monkeypatch.setattr(recording, "Recording", lambda: kept)
    with pytest.raises(pulumi.RunError, match="is still under way"):
        stacks.serving_with(stacks.serving_configuration(stack), stack, preview=preview, served=busy)
    assert [one.name for one in kept.resources if "kubernetes" in one.type] == []


def test_a_preview_with_an_image_that_is_still_to_be_built_knows_its_provider() -> None:
    preview = stacks.serving_with(stacks.serving_configuration("local"), preview=True, served=busy)
    provider: Any = preview.resource("kubernetes", "cluster").inputs
    assert "127.0.0.1" in provider["kubeconfig"] or "10.244.0.1" in provider["kubeconfig"]


def test_the_release_that_is_asked_for_is_the_one_that_is_made() -> None:
    asked: list[str | None] = []

    def check(models: Mapping[str, Model], releases: Mapping[str, str | None], found: Mapping[str, Served]) -> None:
        asked.extend(releases.values())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(under_way, "check", check)
        made = stacks.serving_with(stacks.serving_configuration("local"))
    assert asked == [made.outputs["models"]["maintenance_predictor"]["release"]]
