"""A model's dashboard for Grafana, of the same panels as the page of `slipway dashboard`.

It is a ConfigMap with the label that Grafana's sidecar looks for. Where there is no Grafana, it is only a file that
nobody reads.
"""

import hashlib
import json
from dataclasses import dataclass
from itertools import count
from string import ascii_uppercase
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    StackingMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
)

from infra.shared import metadata
from infra.shared.metadata import Component
from panels import table
from panels.panel import Kind, Levels, Panel, Unit

SIDECAR: Final = {"grafana_dashboard": "1"}
"""The label that kube-prometheus-stack's Grafana looks for, in all namespaces."""

_SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
_WIDTH, _MOST_IN_A_ROW = 24, 4
_UNITS: Final = {
    Unit.PER_SECOND: "reqps",
    Unit.SECONDS: "s",
    Unit.SHARE: "percentunit",
    Unit.BYTES: "bytes",
    Unit.CORES: "none",
    Unit.COUNT: "none",
    Unit.TIMES: "none",
    Unit.NUMBER: "none",
}


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """Whose dashboard.

    Attributes:
        namespace: where the model runs.
    """

    namespace: str


class Dashboard(pulumi.ComponentResource):
    """The ConfigMap with a model's dashboard."""

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Dashboard", name, None, opts)

        labels = {**metadata.selector(name, Component.MODEL_SERVER), **SIDECAR}
        k8s.core.v1.ConfigMap(
            f"{name}-dashboard",
            metadata=metadata.metadata(f"{name}-dashboard", labels, args.namespace),
            # The sidecar puts those of all namespaces into one folder.
            data={f"slipway-{args.namespace}-{name}.json": rendered(args.namespace, name)},
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.register_outputs({})


def title(namespace: str, model: str) -> str:
    """What a model's dashboard is called in Grafana."""
    return f"Slipway / {namespace} / {model}"


def rendered(namespace: str, model: str) -> str:
    """A model's dashboard as Grafana reads it."""
    made = (
        dashboard.Dashboard(title(namespace, model))
        # The same wherever it is made, so that a link to it lasts; Grafana takes 40 characters.
        .uid(f"slipway-{hashlib.sha256(f'{namespace}/{model}'.encode()).hexdigest()[:16]}")
        .tags(["slipway"])
        .readonly()
        .time("now-1h", "now")
        .refresh("30s")
        .timezone("browser")
        .with_variable(_DataSource())
    )
    numbers = count(1)
    for panel in table.TILES:
        tile = _tile(panel, namespace, model).id(next(numbers))
        made.with_panel(tile.height(4).span(_WIDTH // len(table.TILES)))
    for section in table.SECTIONS:
        made.with_row(dashboard.Row(section.title).id(next(numbers)))
        width = _WIDTH // min(len(section.panels), _MOST_IN_A_ROW)
        for panel in section.panels:
            make = _bars if panel.kind is Kind.BARS else _lines
            made.with_panel(make(panel, namespace, model).id(next(numbers)).height(9).span(width))
    return json.dumps(made.build(), cls=JSONEncoder, sort_keys=True, ensure_ascii=False)


class _DataSource(dashboard.DatasourceVariable):
    """Which Prometheus: the first that Grafana has, until somebody chooses another."""

    def __init__(self) -> None:
        super().__init__("datasource")
        self.label("Prometheus").type("prometheus")


def _tile(panel: Panel, namespace: str, model: str) -> stat.Panel:
    made = stat.Panel().title(panel.title).description(panel.about).unit(_UNITS[panel.unit]).datasource(_SOURCE)
    made.graph_mode(BigValueGraphMode.NONE).reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    made.color_mode(BigValueColorMode.VALUE if panel.levels else BigValueColorMode.NONE)
    if panel.levels:
        made.thresholds(_thresholds(panel.levels))
    return made.targets([one.instant() for one in _targets(panel, namespace, model)])


def _bars(panel: Panel, namespace: str, model: str) -> bargauge.Panel:
    """Grafana takes no two histograms of a query apart, so these are shares up to each bucket's end."""
    made = bargauge.Panel().title(panel.title).unit(_UNITS[panel.unit]).datasource(_SOURCE).min(0).max(1)
    made.description(f"{panel.about} Here each bar is the share of the answers up to its value.")
    made.orientation(VizOrientation.HORIZONTAL)
    return made.targets([one.instant() for one in _targets(panel, namespace, model, " ≤ {{le}}")])


def _lines(panel: Panel, namespace: str, model: str) -> timeseries.Panel:
    made = timeseries.Panel().title(panel.title).description(panel.about).unit(_UNITS[panel.unit]).datasource(_SOURCE)
    made.color_scheme(dashboard.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    if panel.unit is not Unit.NUMBER:
        made.axis_soft_min(0)
    if panel.kind is Kind.AREAS:
        made.fill_opacity(60).stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    return made.targets([one.range() for one in _targets(panel, namespace, model)])


def _targets(panel: Panel, namespace: str, model: str, more: str = "") -> list[prometheus.Dataquery]:
    """A panel's queries, by the letters that Grafana knows them by; with `more` behind each legend."""
    return [
        prometheus.Dataquery()
        .ref_id(letter)
        .expr(query.of(namespace, model))
        .legend_format(query.legend + more)
        .datasource(_SOURCE)
        for letter, query in zip(ascii_uppercase, panel.queries, strict=False)
    ]


def _thresholds(levels: Levels) -> dashboard.ThresholdsConfig:
    # The first step is for everything below the second.
    colours = ((None, "red"), (levels.bad, "yellow"), (levels.warning, "green"))
    steps = [Threshold(value=value, color=colour) for value, colour in colours]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)
