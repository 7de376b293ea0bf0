from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Event

import pytest
import yaml

from slipway.errors import BadInput
from slipway.monitoring import access
from slipway.monitoring.access import Unreachable
from slipway.monitoring.prometheus import Prometheus, Unanswered
from tests.http_servers import Handler, answering
from tests.slipway.monitoring.fake import Fake


class Status(Handler):
    """An API server that says no."""

    def do_GET(self) -> None:
        body = b'{"kind":"Status","message":"services \\"prometheus-operated:9090\\" not found","code":404}'
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def kubeconfig(folder: Path, server: str) -> Path:
    path = folder / "kubeconfig"
    path.write_text(
        yaml.safe_dump(
            {
                "current-context": "here",
                "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
                "clusters": [{"name": "c", "cluster": {"server": server}}],
                "users": [{"name": "u", "user": {"token": "a-token"}}],
            }
        )
    )
    return path


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:9090", "localhost", "ftp://host", "http://", "http://host:port", "http://host:0", "http://[",
     "http://host/?query=up", "http://host/#x"],
)  # fmt: skip
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="is no URL of a Prometheus, like http"):
        access.at(url)


def test_a_password_on_the_command_line_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadInput, match="has a user in it") as refused:
        access.at("http://me:secret@host:9090")
    assert "secret" not in str(refused.value)


def test_a_prometheus_below_a_path_is_asked_there(fake: Fake) -> None:
    Prometheus(access.at(f"{fake.url}/prometheus/")).now("vector(1)", 5)
    [(path, asked)] = fake.asked
    assert path == "/prometheus/api/v1/query"
    assert asked == {"query": "vector(1)", "time": "5.000", "timeout": "5s", "limit": "200"}


def test_nobody_there_is_told() -> None:
    with pytest.raises(Unreachable, match=r"^http://127.0.0.1:1 can't be reached \(.*Connection refused\)$"):
        access.at("http://127.0.0.1:1").ask("/", {})


def test_who_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = Event()

    class Silent(Handler):
        def do_GET(self) -> None:
            given_up.wait()

    monkeypatch.setattr(access, "TIMEOUT", 0.1)
    with answering(Silent) as url:
        try:
            with pytest.raises(Unreachable, match=r"does not answer within 0.1 s$"):
                access.at(url).ask("/", {})
        finally:
            given_up.set()


def test_what_trickles_in_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Trickling(Handler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            with suppress(OSError):  # once nobody listens any more
                for _ in range(1000):
                    self.wfile.write(b" " * 1000)

    monkeypatch.setattr(access, "monotonic", count().__next__)  # a second for each look at the clock
    monkeypatch.setattr(access, "_PART", 1000)
    with answering(Trickling) as url, pytest.raises(Unreachable, match=r"was not complete after 10 s$"):
        access.at(url).ask("/", {})


def test_more_than_a_page_can_show_is_given_up(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "MAX_BYTES", 20)
    with pytest.raises(Unreachable, match="the answer has more than"):
        Prometheus(access.at(fake.url)).now("vector(1)", 5)


def test_a_page_for_signing_in_is_not_followed() -> None:
    class Elsewhere(Handler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "https://login.example/")
            self.send_header("Content-Length", "0")
            self.end_headers()

    with (
        answering(Elsewhere) as url,
        pytest.raises(Unreachable, match=r"to https://login\.example/: give the URL"),
    ):
        access.at(url).ask("/", {})


def test_prometheus_in_a_cluster_is_asked_through_the_api_server(fake: Fake, tmp_path: Path) -> None:
    way = access.through_cluster("monitoring/prometheus-operated:9090", kubeconfig(tmp_path, fake.url))
    assert way.where == f"monitoring/prometheus-operated:9090 in the cluster at {fake.url}"
    query = 'max by (a) (release:x{a="1 & 2"}) + vector(1)'
    assert Prometheus(way).now(query, 5)
    [(path, asked)] = fake.asked
    assert path == "/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy/api/v1/query"
    assert asked["query"] == query
    assert fake.heads[0]["Authorization"] == "Bearer a-token"


def test_an_error_of_prometheus_comes_through_the_api_server(fake: Fake, tmp_path: Path) -> None:
    fake.broken = {"vector"}
    way = access.through_cluster(access.DEFAULT_SERVICE, kubeconfig(tmp_path, fake.url))
    with pytest.raises(Unanswered, match="answers 503: query timed out"):
        Prometheus(way).now("vector(1)", 5)


def test_a_cluster_without_prometheus_is_told_as_the_api_server_tells_it(tmp_path: Path) -> None:
    with answering(Status) as url:
        way = access.through_cluster(access.DEFAULT_SERVICE, kubeconfig(tmp_path, url))
        with pytest.raises(Unanswered, match='answers 404: services "prometheus-operated:9090" not found'):
            Prometheus(way).now("vector(1)", 5)


def test_a_cluster_that_is_down_is_told(tmp_path: Path) -> None:
    way = access.through_cluster(access.DEFAULT_SERVICE, kubeconfig(tmp_path, "http://127.0.0.1:1"))
    with pytest.raises(Unreachable, match=r"^the API server http://127.0.0.1:1 can't be reached \(.*refused\)$"):
        way.ask("/api/v1/query", {})


@pytest.mark.parametrize(
    "service", ["", "prometheus", "monitoring/prometheus", "monitoring/prometheus:90:90", "a/../b:1"]
)
def test_a_service_that_is_none_is_refused(service: str) -> None:
    with pytest.raises(BadInput, match=r"is no NAMESPACE/NAME:PORT, like monitoring/prometheus-operated:9090"):
        access.through_cluster(service, None)


@pytest.mark.parametrize(
    "content", ["", "a: [", "hello", "[]", "contexts: 3", "current-context: x", "current-context: x\ncontexts: []"]
)
def test_a_kubeconfig_that_is_none_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(content)
    with pytest.raises(BadInput, match=r"(?s)no cluster to look at: .*kubeconfig can't be used .*--prometheus URL"):
        access.through_cluster(access.DEFAULT_SERVICE, path)


def test_without_a_kubeconfig_it_is_said_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="name another with --kubeconfig or KUBECONFIG, or give --prometheus URL"):
        access.through_cluster(access.DEFAULT_SERVICE, tmp_path / "nowhere")
