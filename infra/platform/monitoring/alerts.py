"""When somebody is told of the platform itself, which no model's own figures show. A page for each in docs/runbooks.

In three parts, because what isn't there can't be missed: what every platform has, what one with an autoscaler has, and
what one has that brings its own Prometheus. A cluster that had one before looks after that itself.

Whether something is there is asked of a figure that nobody else tells, not of the name of a scrape: those differ from
cluster to cluster.
"""

from typing import Final

from infra.shared.rules import Alert, Group, Severity

_DAY: Final = 86400

_TARGETS: Final = [
    Alert(
        name="TargetDown",
        # Models have one of their own, which names them.
        expression='up{model=""} == 0',
        severity=Severity.TICKET,
        summary="something tells Prometheus nothing",
        description="{{ $labels.job }} at {{ $labels.instance }} can't be scraped; alerts that need its figures sleep.",
        for_seconds=300,
    ),
]

_GATEWAY: Final = [
    Alert(
        name="GatewayDown",
        expression="absent(traefik_config_last_reload_success)",
        severity=Severity.PAGE,
        summary="no gateway answers",
        description="No pod of the gateway can be seen. No request reaches any model, so no model's figures show it.",
        for_seconds=60,
    ),
    Alert(
        name="GatewayFailsRequests",
        # 502 is the gateway's own: it found a pod and got no answer. Ten of them at least, and one in a hundred.
        expression=(
            'sum(rate(traefik_entrypoint_requests_total{entrypoint="web",code="502"}[5m])) '
            '/ sum(rate(traefik_entrypoint_requests_total{entrypoint="web"}[5m])) > 0.01 '
            'and sum(increase(traefik_entrypoint_requests_total{entrypoint="web",code="502"}[5m])) >= 10'
        ),
        severity=Severity.PAGE,
        summary="the gateway doesn't get through to pods",
        description="{{ $value | humanizePercentage }} of the requests of five minutes were lost on their way to one.",
        keep_seconds=300,
    ),
    *(
        Alert(
            name="CertificateNearItsEnd",
            expression=f"min by (cn) (traefik_tls_certs_not_after) - time() < {days * _DAY}",
            severity=severity,
            summary="a certificate ends soon",
            description="{{ $labels.cn }} has {{ $value | humanizeDuration }} left.",
            for_seconds=300,
        )
        for days, severity in ((14, Severity.TICKET), (2, Severity.PAGE))
    ),
]

_ROLLOUTS: Final = [
    Alert(
        name="RolloutsControllerDown",
        expression="absent(argo_rollouts_controller_info)",
        severity=Severity.TICKET,
        summary="nothing moves releases on, or takes them back",
        description="Argo Rollouts' controller can't be seen. What serves goes on, a canary with its share of it.",
        for_seconds=300,
    ),
]

_AUTOSCALER: Final = [
    Alert(
        name="AutoscalerDown",
        expression="absent(keda_build_info)",
        severity=Severity.TICKET,
        summary="no autoscaler knows the requests in flight",
        description="KEDA's operator can't be seen. CPU and memory bring pods still, and none go.",
        for_seconds=300,
    ),
    Alert(
        name="AutoscalerFails",
        expression="sum by (namespace, scaledObject) (increase(keda_scaled_object_errors_total[2m])) > 0",
        severity=Severity.TICKET,
        summary="the autoscaler doesn't learn the requests in flight",
        description="Of {{ $labels.scaledObject }}. CPU and memory bring pods still, and none go.",
        for_seconds=300,
    ),
]

_PROMETHEUS: Final = [
    Alert(
        name="Watchdog",
        # Of a figure that is scraped: a Prometheus that gets none, or can't keep them, must fall silent.
        expression="group(prometheus_build_info)",
        severity=Severity.NONE,
        summary="alerts work",
        description="Always fires. Whoever gets it has to raise the alarm when it doesn't come any more.",
    ),
    Alert(
        name="PrometheusBlind",
        expression="absent(prometheus_build_info)",
        severity=Severity.PAGE,
        summary="Prometheus doesn't see itself",
        description="It gets no figures or can't keep them, so no other alert can be relied on.",
        for_seconds=60,
    ),
    Alert(
        name="PrometheusRulesFail",
        expression="sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[2m])) > 0",
        severity=Severity.TICKET,
        summary="rules can't be computed",
        description="Of {{ $labels.rule_group }}. What they record and when they tell can't be relied on.",
        for_seconds=300,
    ),
    Alert(
        name="PrometheusStoreFails",
        expression=(
            "sum by (pod) (increase(prometheus_tsdb_wal_writes_failed_total[15m])) > 0 "
            "or sum by (pod) (increase(prometheus_tsdb_compactions_failed_total[15m])) > 0"
        ),
        severity=Severity.TICKET,
        summary="Prometheus can't keep what it gets",
        description="Writes of {{ $labels.pod }} fail; most often its disk is full.",
    ),
    Alert(
        name="ConfigurationRejected",
        expression="prometheus_config_last_reload_successful == 0 or alertmanager_config_last_reload_successful == 0",
        severity=Severity.TICKET,
        summary="a configuration isn't taken",
        description="{{ $labels.pod }} goes on with the one before, or with none after its next start.",
        for_seconds=300,
    ),
    Alert(
        name="PrometheusOperatorDown",
        expression="absent(prometheus_operator_ready == 1)",
        severity=Severity.TICKET,
        summary="changes of monitors and rules go nowhere",
        description="Prometheus' operator can't be seen, or isn't ready. What is watched goes on being watched.",
        for_seconds=300,
    ),
    Alert(
        name="PrometheusOperatorFails",
        expression=(
            'sum by (resource) (prometheus_operator_managed_resources{state="rejected"}) > 0 '
            'or sum by (controller) (prometheus_operator_syncs{status="failed"}) > 0'
        ),
        severity=Severity.TICKET,
        summary="a monitor or a rule isn't taken",
        description="{{ $value }} of {{ $labels.resource }}{{ $labels.controller }}: its events say why.",
        for_seconds=300,
    ),
    Alert(
        name="AlertmanagerDown",
        expression="absent(alertmanager_build_info)",
        severity=Severity.PAGE,
        summary="nobody is told anything",
        description="Alertmanager can't be seen. Where this one arrives, another of its kind has brought it.",
        for_seconds=60,
    ),
    Alert(
        name="NotificationsFail",
        # One that failed is told again after its group's interval, of which 25 minutes have two; one that fails again
        # isn't. Of two pods each tries the same one. What Prometheus tells Alertmanager it says each minute.
        expression=(
            "max by (integration) ("
            "sum by (integration, pod) (increase(alertmanager_notifications_failed_total[25m]))) > 1.5 "
            "or sum by (alertmanager) (increase(prometheus_notifications_errors_total[2m])) > 0"
        ),
        severity=Severity.PAGE,
        summary="somebody isn't told",
        description="Through {{ $labels.integration }}{{ $labels.alertmanager }}: it doesn't answer, or refuses.",
        for_seconds=180,
    ),
]


def own() -> list[Group]:
    """Of what every platform has."""
    return [
        Group(name="slipway-targets", rules=_TARGETS),
        Group(name="slipway-gateway", rules=_GATEWAY),
        Group(name="slipway-rollouts", rules=_ROLLOUTS),
    ]


def autoscaler() -> list[Group]:
    """Of an autoscaler that asks Prometheus."""
    return [Group(name="slipway-autoscaler", rules=_AUTOSCALER)]


def installed() -> list[Group]:
    """Of a Prometheus that the platform has brought itself, with its operator and Alertmanager."""
    return [Group(name="slipway-prometheus", rules=_PROMETHEUS)]
