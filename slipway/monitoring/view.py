"""What the page shows at a time: alerts, tiles and figures of one model, as a document for its script."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from panels import table
from slipway.monitoring.figures import NOTHING, Colours, figure, tile
from slipway.monitoring.prometheus import Alert
from slipway.monitoring.snapshot import Missing, Model, Seen, Snapshot, Span, Watch

# Seconds between two looks: no more often than there is something new, and not so seldom that nobody believes it.
_OFTEN, _SELDOM = 10, 60

_LOUDNESS: Final = ("page", "ticket", "none")


class NoSuchModel(LookupError):
    """The page asked for a model that Prometheus doesn't know."""


class View:
    """Makes the page's documents.

    Args:
        watch: asks Prometheus.
        runbooks: folder of the pages about alerts; the page links to those that are there.
    """

    def __init__(self, watch: Watch, runbooks: Path) -> None:
        self._watch: Final = watch
        self._runbooks: Final = runbooks
        self._colours: Final = Colours()
        self._last: Sequence[Model] = ()
        self._had: Final[set[tuple[Model, str]]] = set()  # panels that had data

    def document(self, wanted: str | None, span: Span) -> dict[str, Any]:
        """All that is to be shown of a model, or of the first one.

        Raises:
            NoSuchModel: Prometheus answers, and has no such model.
        """
        found = self._watch.models()
        # While Prometheus doesn't answer, those that it named before are still those that may be looked at.
        models = self._last if isinstance(found, Missing) else found
        self._last = models
        names = [str(model) for model in models]
        if wanted is not None and wanted not in names and not isinstance(found, Missing):
            raise NoSuchModel(wanted)
        model = next((one for one in models if str(one) == wanted), models[0] if models else None)
        snapshot = self._watch.look(model, span) if model else None
        alerts = self._watch.alerts()
        return {
            "at": self._watch.now().strftime("%H:%M:%S"),
            "prometheus": self._watch.where,
            "refreshSeconds": min(max(span.step, _OFTEN), _SELDOM),
            "models": names,
            "model": str(model) if model else None,
            "ranges": [one.label for one in Span],
            "range": span.label,
            "missing": _missing(found),
            "alerts": {
                "missing": _missing(alerts),
                "list": [] if isinstance(alerts, Missing) else [self._alert(one) for one in sorted(alerts, key=_rank)],
            },
            "tiles": [_alert_tile(alerts), *(self._tiles(snapshot) if snapshot else [])],
            "sections": self._sections(snapshot) if snapshot else [],
        }

    def runbook(self, name: str) -> str | None:
        """The page about an alert of this name, or None if there is none."""
        known = {path.stem: path for path in self._runbooks.glob("*.md")}
        return known[name].read_text() if name in known else None

    def _tiles(self, snapshot: Snapshot) -> list[dict[str, Any]]:
        tiles = [panel.key for panel in table.TILES]
        return [_head(seen) | tile(seen) for seen in snapshot.seen if seen.panel.key in tiles]

    def _sections(self, snapshot: Snapshot) -> list[dict[str, Any]]:
        self._colours.learn(snapshot)
        self._had.update((snapshot.model, one.panel.key) for one in snapshot.seen if one.lines)
        seen = {one.panel.key: one for one in snapshot.seen}
        return [
            {
                "title": section.title,
                "panels": [
                    _head(found) | figure(found, snapshot, self._colours)
                    for found in (seen[panel.key] for panel in section.panels)
                    if not found.panel.optional or (snapshot.model, found.panel.key) in self._had
                ],
            }
            for section in table.SECTIONS
        ]

    def _alert(self, alert: Alert) -> dict[str, Any]:
        name = alert.labels.get("alertname", "")
        about = alert.annotations
        return {
            "name": name,
            "severity": alert.labels.get("severity", "none"),
            "state": alert.state,
            "since": alert.since.astimezone(self._watch.now().tzinfo).strftime("%Y-%m-%d %H:%M"),
            "summary": about.get("summary", name),
            "description": about.get("description", ""),
            "runbook": self._link(about.get("runbook") or about.get("runbook_url")),
        }

    def _link(self, runbook: str | None) -> dict[str, str] | None:
        """Where a runbook is read: on the web, here, or in the repository, whose file is only named then."""
        if not runbook:
            return None
        if runbook.startswith(("https://", "http://")):
            return {"text": "runbook", "url": runbook}
        name = Path(runbook).stem
        return {"text": runbook} if self.runbook(name) is None else {"text": "runbook", "url": f"/runbooks/{name}"}


def _head(seen: Seen) -> dict[str, Any]:
    return {
        "key": seen.panel.key,
        "title": seen.panel.title,
        "about": seen.panel.about,
        "missing": _missing(seen.missing),
    }


def _alert_tile(alerts: Sequence[Alert] | Missing) -> dict[str, Any]:
    """How many fire that somebody has to look at."""
    head = {
        "key": "alerts",
        "title": "Alerts firing",
        "about": "Of all models; those of the severity `none` are for machines, and not counted.",
        "missing": _missing(alerts),
    }
    if isinstance(alerts, Missing):
        return head | {"text": NOTHING, "level": "none"}
    firing = [one.labels.get("severity") for one in alerts if one.state == "firing"]
    heard = [severity for severity in firing if severity != "none"]
    level = "bad" if "page" in heard else "warning" if heard else "good"
    return head | {"text": str(len(heard)), "level": level}


def _missing(found: object) -> dict[str, str] | None:
    if not isinstance(found, Missing):
        return None
    return {"why": found.why, "since": found.since.strftime("%H:%M:%S")}


def _rank(alert: Alert) -> tuple[bool, bool, int, float]:
    """Those for people first; of these, those that fire, then the loudest, then the latest."""
    severity = alert.labels.get("severity", "none")
    loudness = _LOUDNESS.index(severity) if severity in _LOUDNESS else 1
    return severity == "none", alert.state != "firing", loudness, -alert.since.timestamp()
