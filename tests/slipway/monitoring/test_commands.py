import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from panels import table
from slipway.cli import app
from slipway.monitoring import commands
from tests.infra.stacks import CHECKOUT
from tests.slipway.monitoring.fake import MODEL, Fake


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["dashboard", *arguments])


def test_the_help_teaches_how_to_reach_prometheus() -> None:
    text = call("--help").output
    for word in ("services/proxy", "port-forward svc/prometheus-operated 9090", "jq", "Exit codes", "PROMETHEUS_URL"):
        assert word in text
    assert "dashboard" in CliRunner().invoke(app, ["--help"]).output


def test_machines_get_everything_once(fake: Fake) -> None:
    done = call("--prometheus", fake.url, "--json", "--range", "6h")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["range"] == "6h"
    assert told["models"][0]["panels"].keys() == {panel.key for panel in table.panels()}


@pytest.mark.parametrize("name", ["building-load", "serving/building-load"])
def test_machines_may_ask_for_one_model(name: str, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.series["group by"] = [(MODEL, "1"), ({**MODEL, "model": "building-load"}, "1")]
    monkeypatch.setenv("PROMETHEUS_URL", fake.url)
    assert [one["model"] for one in json.loads(call("--json").stdout)["models"]] == [
        "building-load", "maintenance-predictor",
    ]  # fmt: skip
    assert [one["model"] for one in json.loads(call("--json", "--model", name).stdout)["models"]] == ["building-load"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ["--prometheus", "nonsense"],
            2,
            "--prometheus nonsense is no URL of a Prometheus, like http://127.0.0.1:9090",
        ),
        (["--prometheus", "http://127.0.0.1:1"], 1, "http://127.0.0.1:1 can't be reached"),
        (["--kubeconfig", "/nowhere"], 2, "no cluster to look at: /nowhere can't be used"),
        (["--service", "prometheus"], 2, "--service prometheus is no NAMESPACE/NAME:PORT"),
        (["--prometheus", "FAKE", "--range", "5y"], 2, "--range 5y is none of 15m, 1h, 6h, 24h, 7d, 30d"),
        (["--prometheus", "FAKE", "--json", "--model", "x"], 2, "it knows serving/maintenance-predictor"),
        (["--prometheus", "FAKE", "--port", "PORT"], 2, "can't be had (Address already in use): give another, or 0"),
    ],
)
def test_a_failure_is_one_line_on_standard_error(arguments: list[str], code: int, message: str, fake: Fake) -> None:
    named = {"FAKE": fake.url, "PORT": fake.url.rpartition(":")[2]}
    failed = call(*(named.get(argument, argument) for argument in arguments))
    assert failed.exit_code == code
    [line] = failed.stderr.splitlines()
    assert message in line
    assert failed.stdout == ""


def test_a_prometheus_that_answers_errors_is_told_before_anything_is_shown(fake: Fake) -> None:
    fake.broken = {"/api"}
    failed = call("--prometheus", fake.url)
    assert failed.exit_code == 1
    assert failed.stderr == f"slipway: {fake.url} answers 503: query timed out\n"


def test_a_panel_without_an_answer_is_no_failure(fake: Fake) -> None:
    fake.broken = {"latency"}
    done = call("--prometheus", fake.url, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["models"][0]["panels"]["latency"]["missing"]["why"].endswith("query timed out")


def test_models_that_are_not_answered_are_a_failure(fake: Fake) -> None:
    fake.broken = {"group by"}
    assert call("--prometheus", fake.url, "--json").exit_code == 1


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Processes that this one starts can be interrupted, although it may have been started to ignore that itself."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_the_page_is_served_until_it_is_interrupted(fake: Fake) -> None:
    started = [sys.executable, "-m", "slipway", "dashboard", "--prometheus", fake.url, "--port", "0"]
    with subprocess.Popen(started, cwd=CHECKOUT, env={**os.environ}, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout
        found = re.match(r"(http://127\.0\.0\.1:\d+/) shows what Prometheus knows \((.+)\)", served.stdout.readline())
        assert found
        assert httpx.get(f"{found[1]}view", trust_env=False, timeout=60).json()["prometheus"] == found[2] == fake.url
        served.send_signal(signal.SIGINT)
        assert served.wait(60) == 0


def test_runbooks_are_those_of_the_checkout() -> None:
    assert Path(CHECKOUT, "docs/runbooks") == commands.RUNBOOKS
