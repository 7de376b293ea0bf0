import json
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import httpx
import pytest

from slipway.errors import BadInput
from slipway.monitoring.server import Server
from slipway.monitoring.snapshot import Watch
from slipway.monitoring.view import View
from tests.slipway.monitoring.fake import Fake


@pytest.fixture
def server(watch: Watch, tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "ModelDown.md").write_text("# What to do")
    with Server(View(watch, tmp_path), 0) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def browser(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        yield client


def test_it_listens_on_this_machine_alone(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_the_page_needs_nothing_from_elsewhere(browser: httpx.Client) -> None:
    page = browser.get("/")
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"/page.css", "/plotly.js", "/drawing.js", "/page.js"} <= set(named)
    for path in named:
        if path.startswith("/"):
            assert browser.get(path).status_code == 200
    assert all(path.startswith(("/", "data:")) for path in named)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    script = browser.get("/page.js").text + browser.get("/drawing.js").text
    assert "http" not in script
    assert "innerHTML" not in script, "labels would become markup"


def test_plotly_is_the_one_that_is_installed(browser: httpx.Client) -> None:
    script = browser.get("/plotly.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "plotly.js v" in script.text[:200]


def test_the_view_is_what_there_is_to_see(browser: httpx.Client) -> None:
    shown = browser.get("/view", params={"model": "serving/maintenance-predictor", "range": "15m"}).json()
    assert (shown["model"], shown["range"]) == ("serving/maintenance-predictor", "15m")
    assert browser.get("/view").json()["range"] == "1h"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/view?range=5y", 400),
        ("/view?model=other", 404),
        ("/view?query=up", 200),
        ("/../pyproject.toml", 404),
        ("/page.py", 404),
        ("/runbooks/ModelDown", 200),
        ("/runbooks/Other", 404),
        ("/runbooks/..%2f..%2fsecret", 404),
    ],
)
def test_nothing_else_can_be_had(path: str, status: int, browser: httpx.Client) -> None:
    answer = browser.get(path)
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_no_query_of_the_browser_s_is_passed_on(browser: httpx.Client, fake: Fake) -> None:
    browser.get("/view", params={"query": "up", "start": "1", "model": "serving/maintenance-predictor"})
    assert "up" not in {asked.get("query") for _, asked in fake.asked}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost", ""])
def test_a_name_that_somebody_lets_lead_here_is_refused(host: str, browser: httpx.Client, fake: Fake) -> None:
    answer = browser.get("/view", headers={"Host": host})
    assert answer.status_code == 421
    assert fake.asked == []


def test_this_machine_s_names_are_served(server: Server, browser: httpx.Client) -> None:
    for name in ("127.0.0.1", "localhost", "[::1]"):
        assert browser.get("/", headers={"Host": f"{name}:{server.server_port}"}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_only_gets_are_answered(method: str, browser: httpx.Client) -> None:
    assert browser.request(method, "/view").status_code == 501


def test_it_goes_on_without_prometheus(browser: httpx.Client, fake: Fake) -> None:
    fake.broken = {"/api"}
    shown = browser.get("/view")
    assert shown.status_code == 200
    assert "query timed out" in json.loads(shown.text)["missing"]["why"]


def test_a_port_that_is_taken_is_told(server: Server) -> None:
    with pytest.raises(
        BadInput, match=rf"--port {server.server_port} of 127.0.0.1 can't be had .*: give another, or 0"
    ):
        Server(server.view, server.server_port)
