from pathlib import Path
from typing import Final

import pytest

from infra.platform.monitoring import alerts
from infra.shared import rules
from infra.shared.rules import EVALUATION_SECONDS, Severity
from tests.infra.promtool import Look, Said, Scene, check, counter, firing, play, silent
from tests.infra.values import Object

pytestmark = pytest.mark.engine

GROUPS: Final = [*alerts.own(), *alerts.autoscaler(), *alerts.installed()]
DAY: Final = 86400
LOST: Final = 'traefik_entrypoint_requests_total{entrypoint="web",code="502",pod="a"}'


def absence(alert: str, metric: str, after: int, severity: str) -> list[Scene]:
    """The scenes of an alert for something that can't be seen any more."""
    value = "1" if "success" not in metric else "1700000000"
    return [
        Scene(
            name="fires",
            series={metric: f"{value}x20 stale"},
            looks=[silent(300 + after, alert), firing(315 + after, alert, where=f'severity="{severity}"')],
        ),
        Scene(
            name="just below: another of its kind is there",
            series={metric: f"{value}x20 stale", metric.replace('"a"', '"b"'): f"{value}x80"},
            looks=[silent(900, alert)],
        ),
        Scene(
            name="just below: it is back",
            series={metric: f"{value}x20 stale _x{after // 15 - 2} {value}x40"},
            looks=[silent(at, alert) for at in range(300, 750, 15)],
        ),
        Scene(
            name="ends",
            series={metric: f"_x41 {value}x20"},
            looks=[firing(600, alert), silent(630, alert)],
        ),
        Scene(name="nothing is known", series={}, looks=[firing(900, alert)]),
    ]


def failures(alert: str, metric: str, after: int, severity: str, window: int = 120, brief: int = 2) -> list[Scene]:
    """The scenes of an alert for a counter of what should never happen; `brief` of the short ones don't count."""
    return [
        Scene(
            name="fires",
            series={metric: f"7x20 {counter((1, 40)).replace('0.000000', '8.000000', 1)}"},
            looks=[silent(300, alert), firing(330 + after, alert, where=f'severity="{severity}"')],
        ),
        Scene(name="just below: it has failed before", series={metric: "7x80"}, looks=[silent(1200, alert)]),
        Scene(
            name="ends",
            series={metric: f"{counter((1, 40))} 39x200"},
            looks=[firing(600, alert), silent(600 + window + 30, alert)],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(900, alert)]),
        Scene(name="counters that begin anew", series={metric: "7x20 0x60"}, looks=[silent(1200, alert)]),
        # Where it has to last, what lasted for a minute is over.
        *[
            Scene(
                name=f"just below: {name}",
                series={metric: f"{before}x20 {failed} {before + len(failed.split())}x60"},
                looks=[silent(at, alert) for at in range(300, 1200, 15)],
            )
            for name, before, failed in (("one failed", 7, "8"), ("a minute's failures", 7, "8 9 10 11"))[:brief]
        ],
    ]


def gateway(sent: float, lost: float, steps: int = 80) -> Object:
    return {
        LOST.replace("502", "200"): counter((sent - lost, steps)),
        LOST: counter((lost, steps)),
        # Its probes have an entry point of their own.
        LOST.replace("web", "traefik"): counter((100, steps)),
    }


def certificate(days: float, steps: int = 80) -> Object:
    return {
        f'traefik_tls_certs_not_after{{cn="models.example.com",pod="{pod}"}}': f"{days * DAY}x{steps}" for pod in "ab"
    }


SCENES: Final[dict[str, list[Scene]]] = {
    "TargetDown": [
        Scene(
            name="fires",
            series={'up{job="kubelet",instance="a"}': "1x20 0x40", 'up{job="kubelet",instance="b"}': "1x60"},
            looks=[silent(600, "TargetDown"), firing(630, "TargetDown", where='instance="a",severity="ticket"')],
        ),
        Scene(
            name="just below",
            series={'up{job="kubelet",instance="a"}': "1x20 0x18 1x40"},
            looks=[silent(at, "TargetDown") for at in (585, 630, 900)],
        ),
        Scene(
            name="just below: a model's pod has an alert of its own",
            series={'up{job="serving/pump",model="pump",instance="a"}': "0x60"},
            looks=[silent(900, "TargetDown")],
        ),
        Scene(
            name="ends",
            series={'up{job="kubelet",instance="a"}': "0x40 1x20"},
            looks=[firing(600, "TargetDown"), silent(630, "TargetDown")],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(900, "TargetDown")]),
    ],
    "GatewayDown": absence("GatewayDown", 'traefik_config_last_reload_success{pod="a"}', 60, "page"),
    "GatewayFailsRequests": [
        Scene(
            name="fires", series=gateway(150, 3), looks=[firing(600, "GatewayFailsRequests", where='severity="page"')]
        ),
        Scene(name="just below", series=gateway(150, 1.4), looks=[silent(600, "GatewayFailsRequests")]),
        Scene(
            name="just below: too few to tell",
            series=gateway(0.5, 0.4),
            looks=[silent(at, "GatewayFailsRequests") for at in (300, 600)],
        ),
        Scene(
            name="ends",
            series=gateway(150, 3, 40) | dict.fromkeys([LOST], counter((3, 40), (0, 80))),
            looks=[firing(570, "GatewayFailsRequests"), silent(1260, "GatewayFailsRequests")],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(900, "GatewayFailsRequests")]),
        Scene(
            name="counters that begin anew",
            series=gateway(150, 0) | dict.fromkeys([LOST], "9000x20 0x40"),
            looks=[silent(at, "GatewayFailsRequests") for at in (330, 600)],
        ),
    ],
    "CertificateNearItsEnd": [
        Scene(
            name="fires",
            series=certificate(13.9),
            looks=[
                firing(600, "CertificateNearItsEnd"),
                firing(600, "CertificateNearItsEnd", where='severity="ticket",cn="models.example.com"'),
            ],
        ),
        Scene(
            name="fires: nearer still, and louder",
            series=certificate(1.9),
            looks=[firing(600, "CertificateNearItsEnd", where='severity="page"')],
        ),
        Scene(name="just below", series=certificate(14.1), looks=[silent(600, "CertificateNearItsEnd")]),
        Scene(
            name="ends",
            series=dict.fromkeys(certificate(1), f"{DAY}x40 {60 * DAY}x40"),
            looks=[firing(600, "CertificateNearItsEnd", 2), silent(630, "CertificateNearItsEnd")],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(900, "CertificateNearItsEnd")]),
    ],
    "RolloutsControllerDown": absence(
        "RolloutsControllerDown", 'argo_rollouts_controller_info{pod="a"}', 300, "ticket"
    ),
    "AutoscalerDown": absence("AutoscalerDown", 'keda_build_info{pod="a"}', 300, "ticket"),
    "AutoscalerFails": failures(
        "AutoscalerFails", 'keda_scaled_object_errors_total{namespace="serving",scaledObject="pump"}', 300, "ticket"
    ),
    "Watchdog": [
        Scene(
            name="fires",
            series={'prometheus_build_info{pod="a"}': "1x80", 'prometheus_build_info{pod="b"}': "1x80"},
            looks=[firing(0, "Watchdog"), firing(900, "Watchdog", where='severity="none"')],
        ),
        Scene(
            name="just below: one of two is enough",
            series={'prometheus_build_info{pod="a"}': "1x20 stale", 'prometheus_build_info{pod="b"}': "1x80"},
            looks=[firing(900, "Watchdog")],
        ),
        Scene(
            name="ends",
            series={'prometheus_build_info{pod="a"}': "1x20 stale"},
            looks=[firing(300, "Watchdog"), silent(330, "Watchdog")],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(900, "Watchdog")]),
    ],
    "PrometheusBlind": absence("PrometheusBlind", 'prometheus_build_info{pod="a"}', 60, "page"),
    "PrometheusRulesFail": failures(
        "PrometheusRulesFail", 'prometheus_rule_evaluation_failures_total{rule_group="budgets"}', 300, "ticket"
    ),
    "PrometheusStoreFails": [
        *failures("PrometheusStoreFails", 'prometheus_tsdb_wal_writes_failed_total{pod="a"}', 0, "ticket", 900, 0),
        *failures("PrometheusStoreFails", 'prometheus_tsdb_compactions_failed_total{pod="a"}', 0, "ticket", 900, 0),
    ],
    "ConfigurationRejected": [
        scene
        for metric in ("prometheus_config_last_reload_successful", "alertmanager_config_last_reload_successful")
        for scene in (
            Scene(
                name="fires",
                series={f'{metric}{{pod="a"}}': "1x20 0x40", f'{metric}{{pod="b"}}': "1x60"},
                looks=[
                    silent(600, "ConfigurationRejected"),
                    firing(630, "ConfigurationRejected", where='pod="a",severity="ticket"'),
                ],
            ),
            Scene(
                name="just below",
                series={f'{metric}{{pod="a"}}': "1x20 0x18 1x40"},
                looks=[silent(at, "ConfigurationRejected") for at in (585, 630, 900)],
            ),
            Scene(
                name="ends",
                series={f'{metric}{{pod="a"}}': "0x40 1x20"},
                looks=[firing(600, "ConfigurationRejected"), silent(630, "ConfigurationRejected")],
            ),
            Scene(name="nothing is known", series={}, looks=[silent(900, "ConfigurationRejected")]),
        )
    ],
    "PrometheusOperatorDown": [
        *absence("PrometheusOperatorDown", 'prometheus_operator_ready{controller="prometheus",pod="a"}', 300, "ticket"),
        Scene(
            name="fires where it isn't ready",
            series={'prometheus_operator_ready{controller="prometheus",pod="a"}': "0x80"},
            looks=[firing(600, "PrometheusOperatorDown")],
        ),
    ],
    "PrometheusOperatorFails": [
        scene
        for failed, well in (
            (
                'prometheus_operator_managed_resources{state="rejected",resource="PrometheusRule",name="a"}',
                'prometheus_operator_managed_resources{state="selected",resource="PrometheusRule",name="a"}',
            ),
            (
                'prometheus_operator_syncs{status="failed",controller="prometheus"}',
                'prometheus_operator_syncs{status="ok",controller="prometheus"}',
            ),
        )
        for scene in (
            Scene(
                name="fires",
                series={failed: "0x20 1x40", well: "5x60"},
                looks=[silent(600, "PrometheusOperatorFails"), firing(630, "PrometheusOperatorFails")],
            ),
            Scene(
                name="just below", series={failed: "0x60", well: "5x60"}, looks=[silent(900, "PrometheusOperatorFails")]
            ),
            Scene(
                name="ends",
                series={failed: "1x40 0x20"},
                looks=[
                    firing(600, "PrometheusOperatorFails", where='severity="ticket"'),
                    silent(630, "PrometheusOperatorFails"),
                ],
            ),
            Scene(name="nothing is known", series={}, looks=[silent(900, "PrometheusOperatorFails")]),
        )
    ],
    "AlertmanagerDown": absence("AlertmanagerDown", 'alertmanager_build_info{pod="a"}', 60, "page"),
    "NotificationsFail": [
        *failures(
            "NotificationsFail", 'alertmanager_notifications_failed_total{integration="a"}', 210, "page", 1500, 1
        ),
        Scene(
            name="just below: each of two pods has tried it once",
            series={
                f'alertmanager_notifications_failed_total{{integration="a",pod="{pod}"}}': f"0x{steps} 1x80"
                for pod, steps in (("a", 20), ("b", 21))
            },
            looks=[silent(at, "NotificationsFail") for at in range(300, 1500, 60)],
        ),
        Scene(
            name="fires: a receiver of tickets, which is told every ten minutes",
            series={'alertmanager_notifications_failed_total{integration="a"}': "0x20 1x40 2x40 3x40 4x40"},
            looks=[silent(900, "NotificationsFail")]
            + [firing(at, "NotificationsFail", where='severity="page"') for at in range(1200, 2400, 60)],
        ),
        *failures("NotificationsFail", 'prometheus_notifications_errors_total{alertmanager="a"}', 180, "page"),
    ],
}
COUNTED: Final = [
    "AutoscalerFails",
    "GatewayFailsRequests",
    "NotificationsFail",
    "PrometheusRulesFail",
    "PrometheusStoreFails",
]


@pytest.mark.parametrize("alert", SCENES)
def test_it_fires_when_it_should_and_only_then(tmp_path: Path, alert: str) -> None:
    kinds = {scene.name.partition(":")[0] for scene in SCENES[alert]}
    assert {"fires", "just below", "ends", "nothing is known"} <= kinds
    assert alert not in COUNTED or "counters that begin anew" in kinds
    play(tmp_path, [one for one in GROUPS if alert in {rule.name for rule in one.rules}], SCENES[alert])


def test_every_alert_has_its_scenes() -> None:
    assert {one.name for one in rules.alerts(GROUPS)} == SCENES.keys()
    assert sorted(COUNTED) == [
        name
        for name in sorted(SCENES)
        if any(
            "increase(" in one.expression or "rate(" in one.expression
            for one in rules.alerts(GROUPS)
            if one.name == name
        )
    ]


def test_a_gateway_that_is_gone_is_told_within_two_minutes() -> None:
    (down,) = [one for one in rules.alerts(GROUPS) if one.name == "GatewayDown"]
    scrape, waiting = 15, 10  # the longest that a stack may have, and the shortest of Alertmanager's
    assert down.severity is Severity.PAGE
    assert scrape + EVALUATION_SECONDS + down.for_seconds + EVALUATION_SECONDS + waiting <= 120


def test_an_ordinary_day_tells_nobody_but_the_watchdog(tmp_path: Path) -> None:
    alive = (
        "argo_rollouts_controller_info", "keda_build_info", "prometheus_build_info", "alertmanager_build_info",
        "prometheus_operator_ready", "prometheus_config_last_reload_successful",
        "alertmanager_config_last_reload_successful", "traefik_config_last_reload_success", "up",
    )  # fmt: skip
    calm = (
        "keda_scaled_object_errors_total", "prometheus_rule_evaluation_failures_total",
        "prometheus_tsdb_wal_writes_failed_total", "prometheus_tsdb_compactions_failed_total",
        "prometheus_notifications_errors_total", 'alertmanager_notifications_failed_total{integration="webhook"}',
        'prometheus_operator_syncs{status="failed"}', 'prometheus_operator_managed_resources{state="rejected"}',
    )  # fmt: skip
    series = (
        dict.fromkeys(alive, "1x240") | dict.fromkeys(calm, "0x240") | gateway(150, 0.5, 240) | certificate(90, 240)
    )
    looks = [Look(at, 'ALERTS{alertstate="firing",alertname!="Watchdog"}') for at in range(0, 3600, 300)]
    play(tmp_path, GROUPS, [Scene(name="an ordinary hour", series=series, looks=looks)])


def test_what_somebody_is_told(tmp_path: Path) -> None:
    said = Said(
        600,
        "CertificateNearItsEnd",
        {"cn": "models.example.com", "severity": "ticket"},
        "a certificate ends soon",
        "models.example.com has 12d 23h 50m 0s left.",
    )
    play(tmp_path, alerts.own(), [Scene(name="ends soon", series=certificate(13), said=[said])])


def test_promtool_reads_every_rule(tmp_path: Path) -> None:
    check(tmp_path, rules.spec(GROUPS))


def test_summaries_fit_on_a_telephone() -> None:
    assert all(len(one.summary) <= 80 for one in rules.alerts(GROUPS))
