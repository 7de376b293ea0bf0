"""Who is told what: Alertmanager's configuration, from the receivers that a stack names.

Everybody is told in groups: all that is wrong with one model in one way is one message. What pages keeps quiet what
would only be a ticket of the same objective.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.platform.monitoring.config import Kind, Receiver

SECRET: Final = "receivers"  # noqa: S105 - its name
"""The Secret with the receivers' secrets, each under the receiver's name."""
NOBODY: Final = "nobody"
HEARTBEAT: Final = "Watchdog"
"""The alert that always fires. Who stops hearing of it knows that nothing else would be heard of either."""

_FOLDER: Final = f"/etc/alertmanager/secrets/{SECRET}"
_TEXT: Final = (
    "{{ range .Alerts }}{{ .Annotations.summary }}\n"
    "{{ .Annotations.description }}\n"
    "{{ .Annotations.runbook }}\n{{ end }}"
)
# How long the first alert of a group waits for others, how long later ones do, and when the same is said again. A page
# comes within two minutes of an outage, most of which the alert itself takes to be sure.
_PACE: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.PAGE: {"group_wait": "10s", "group_interval": "1m", "repeat_interval": "1h"},
    Kind.TICKET: {"group_wait": "1m", "group_interval": "10m", "repeat_interval": "1d"},
    # A little less than a minute, or a sign that comes a moment early would be the next one's turn.
    Kind.HEARTBEAT: {"group_wait": "0s", "group_interval": "1m", "repeat_interval": "50s"},
}


def configuration(receivers: Mapping[str, Receiver]) -> dict[str, Any]:
    """Alertmanager's configuration; secrets are in files, and not in it."""
    return {
        "route": {
            "receiver": NOBODY,
            "group_by": ["alertname", "namespace", "model"],
            "routes": list(_routes(receivers)),
        },
        "inhibit_rules": [
            {
                "source_matchers": ['severity="page"', 'objective!=""'],
                "target_matchers": ['severity="ticket"'],
                "equal": ["namespace", "model", "objective"],
            }
        ],
        "receivers": [{"name": NOBODY}, *(_receiver(name, one) for name, one in receivers.items())],
    }


def _routes(receivers: Mapping[str, Receiver]) -> Iterator[dict[str, Any]]:
    for kind, pace in _PACE.items():
        matcher = f'alertname="{HEARTBEAT}"' if kind is Kind.HEARTBEAT else f'severity="{kind}"'
        for name, receiver in receivers.items():
            if kind in receiver.gets:
                # One alert may be for several.
                yield {"matchers": [matcher], "receiver": name, "continue": True, **pace}


def _receiver(name: str, receiver: Receiver) -> dict[str, Any]:
    file = f"{_FOLDER}/{name}"
    way: dict[str, Any]
    if receiver.slack:
        kind, way = "slack", {"api_url_file": file, "channel": receiver.slack.channel, "text": _TEXT}
    elif receiver.email:
        mail = receiver.email
        kind = "email"
        way = {
            "to": ", ".join(mail.recipients),
            "from": mail.sender,
            "smarthost": mail.smarthost,
            "auth_username": mail.username,
            "auth_password_file": file,
            "require_tls": True,
        }
    else:
        kind, way = "webhook", {"url_file": file, "timeout": "10s"}
    # The end of a sign of life is that none comes.
    return {"name": name, f"{kind}_configs": [{**way, "send_resolved": receiver.gets != [Kind.HEARTBEAT]}]}
