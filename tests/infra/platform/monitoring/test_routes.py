"""Who is told what: asked of Alertmanager itself, with the configuration that it gets."""

import json
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

import httpx
import pytest
from pydantic import TypeAdapter

from infra.platform.monitoring import alerts, routes
from infra.platform.monitoring.config import Receiver
from infra.shared import rules
from sandbox import probes
from sandbox import state as states
from tests import ports
from tests.http_servers import Handler, answering
from tests.infra.platform.monitoring.told import NETWORK
from tests.infra.values import Object

AMTOOL: Final = states.default().bin / "amtool"
ALERTMANAGER: Final = states.default().bin / "alertmanager"
RECEIVERS: Final = TypeAdapter(dict[str, Receiver]).validate_python(
    {
        "on-call": {"webhook": {}, "networks": [NETWORK], "gets": ["page"]},
        "team": {"slack": {"channel": "#models"}, "networks": [NETWORK], "gets": ["page", "ticket"]},
        "archive": {
            "email": {
                "smarthost": "smtp.test:587",
                "username": "slipway",
                "sender": "slipway@example.com",
                "recipients": ["a@example.com", "b@example.com"],
            },
            "networks": [NETWORK],
            "gets": ["ticket"],
        },
        "deadman": {"webhook": {}, "networks": [NETWORK], "gets": ["heartbeat"]},
    }
)


def way(name: str, kind: str) -> dict[str, Any]:
    (receiver,) = [one for one in routes.configuration(RECEIVERS)["receivers"] if one["name"] == name]
    (found,) = receiver[f"{kind}_configs"]
    return found


def configured(folder: Path, receivers: Mapping[str, Receiver], urls: Mapping[str, str]) -> Path:
    """The configuration as a file, with everybody's secret where it says."""
    for name in receivers:
        secret = folder / routes.SECRET / name
        secret.parent.mkdir(exist_ok=True)
        secret.write_text(urls.get(name, "https://hooks.test/x"))
    file = folder / "alertmanager.yaml"
    file.write_text(json.dumps(routes.configuration(receivers)).replace("/etc/alertmanager/secrets", str(folder)))
    return file


def asked(folder: Path, *question: str, receivers: Mapping[str, Receiver] = RECEIVERS) -> list[str]:
    """Whom amtool names for such an alert."""
    file = configured(folder, receivers, {})
    command = [AMTOOL, "config", "routes", "test", f"--config.file={file}", *question]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"
    return ran.stdout.split()


@pytest.mark.engine
@pytest.mark.parametrize("receivers", [RECEIVERS, {}])
def test_alertmanager_takes_it(tmp_path: Path, receivers: dict[str, Receiver]) -> None:
    command = [AMTOOL, "check-config", configured(tmp_path, receivers, {})]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"


@pytest.mark.engine
@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (("alertname=ModelDown", "severity=page"), "on-call,team"),
        (("alertname=ModelSlow", "severity=ticket"), "team,archive"),
        (("alertname=Watchdog", "severity=none"), "deadman"),
        (("alertname=Other", "severity=none"), "nobody"),
        (("alertname=Other",), "nobody"),
    ],
)
def test_everybody_is_told_what_they_asked_for(tmp_path: Path, labels: tuple[str, ...], told: str) -> None:
    assert asked(tmp_path, *labels) == [told]


@pytest.mark.engine
def test_with_nobody_to_tell_nobody_is_told(tmp_path: Path) -> None:
    for severity in ("page", "ticket", "none"):
        assert asked(tmp_path, f"severity={severity}", receivers={}) == ["nobody"]


def test_no_secret_is_in_it() -> None:
    assert "://" not in json.dumps(routes.configuration(RECEIVERS))
    files = {
        "on-call": way("on-call", "webhook")["url_file"],
        "team": way("team", "slack")["api_url_file"],
        "archive": way("archive", "email")["auth_password_file"],
    }
    assert files == {name: f"/etc/alertmanager/secrets/receivers/{name}" for name in files}


def test_mail_goes_to_everyone_of_a_receiver_and_is_never_sent_in_clear() -> None:
    mail = way("archive", "email")
    assert mail["to"] == "a@example.com, b@example.com"
    assert mail["require_tls"] is True


def test_a_message_says_what_is_wrong_and_where_help_is() -> None:
    for name in ("summary", "description", "runbook"):
        assert f".Annotations.{name}" in way("team", "slack")["text"]


def test_people_are_told_when_it_is_over_and_a_sign_of_life_just_ends() -> None:
    assert way("on-call", "webhook")["send_resolved"] is True
    assert way("deadman", "webhook")["send_resolved"] is False


def _routes() -> list[Object]:
    return routes.configuration(RECEIVERS)["route"]["routes"]


def test_a_page_goes_out_within_seconds_and_a_sign_of_life_every_minute() -> None:
    paces = {route["receiver"]: route for route in _routes() if "ticket" not in str(route["matchers"])}
    assert paces["on-call"]["group_wait"] == "10s"
    assert (paces["deadman"]["group_wait"], paces["deadman"]["group_interval"]) == ("0s", "1m")


def test_the_sign_of_life_is_an_alert_that_there_is() -> None:
    assert routes.HEARTBEAT in {alert.name for alert in rules.alerts(alerts.installed())}


def test_a_page_keeps_tickets_of_the_same_objective_quiet_and_no_others() -> None:
    (rule,) = routes.configuration({})["inhibit_rules"]
    # Without the second matcher, what has no objective would be the same as what has none.
    assert rule["source_matchers"] == ['severity="page"', 'objective!=""']
    assert rule["equal"] == ["namespace", "model", "objective"]


class Desk(Handler):
    """Somebody who is told by a webhook, and remembers what."""

    told: Final[SimpleQueue[Object]] = SimpleQueue()

    def do_POST(self) -> None:
        self.told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()


@contextmanager
def alertmanager(folder: Path, receivers: Mapping[str, str]) -> Generator[str]:
    """The URL of a real Alertmanager that tells everybody everything, each at their URL."""
    told: Object = {"webhook": {}, "networks": [NETWORK], "gets": ["page", "ticket", "heartbeat"]}
    parsed = TypeAdapter(dict[str, Receiver]).validate_python(dict.fromkeys(receivers, told))
    configured(folder, parsed, receivers)
    address = f"127.0.0.1:{ports.free()}"
    command = [
        *(ALERTMANAGER, f"--config.file={folder / 'alertmanager.yaml'}", f"--storage.path={folder / 'data'}"),
        *(f"--web.listen-address={address}", "--cluster.listen-address="),
    ]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as running:
        try:
            while probes.answers(f"http://{address}/-/ready"):
                assert running.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
            yield f"http://{address}"
        finally:
            running.terminate()


@pytest.mark.engine
def test_who_is_to_be_told_is_told_though_another_one_never_answers(tmp_path: Path) -> None:
    alert = {"labels": {"alertname": "ModelDown", "severity": "page", "namespace": "serving", "model": "pump"}}
    with (
        answering(Desk) as url,
        alertmanager(tmp_path, {"dead": "http://127.0.0.1:1/", "desk": url}) as asked,
        httpx.Client(timeout=60) as client,
    ):
        client.post(f"{asked}/api/v2/alerts", json=[alert]).raise_for_status()
        said = Desk.told.get(timeout=60)
    assert said["receiver"] == "desk"
    assert said["status"] == "firing"
    assert said["groupLabels"] == {"alertname": "ModelDown", "namespace": "serving", "model": "pump"}
