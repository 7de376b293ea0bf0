from pathlib import Path
from typing import Final

import pytest

from infra.serving.monitoring import alerts, recording
from infra.shared import rules
from infra.shared.rules import EVALUATION_SECONDS, Severity
from tests.infra.promtool import Look, Said, Scene, check, firing, play, silent
from tests.infra.serving.monitoring.served import MODEL, NAME, OBJECTIVES, POD, SERIES, told
from tests.infra.values import Object

pytestmark = pytest.mark.engine

PROMISED: Final = tuple(OBJECTIVES.values())
ALERTING: Final = alerts.groups(SERIES, PROMISED, MODEL.canary)
# The others have their own tests beside the arithmetic that they come from.
PLAYED: Final = [
    *(one for one in recording.groups(SERIES, PROMISED) if one.name == "model"),
    *(one for one in ALERTING if one.name != "promises"),
]
OTHER: Final = f"{NAME}-6c9f7d5b4-bbbbb"
STUCK: Final = MODEL.canary.longest_seconds + 300
GIB: Final = 1 << 30
FIRING: Final = 'ALERTS{alertname="ModelDown",alertstate="firing"}'


def ready(values: str, pod: str = POD) -> Object:
    return {told("service_state", 'state="ready"', pod=pod): values}


def up(values: str) -> Object:
    return {f'up{{namespace="serving",model="{NAME}",pod="{POD}",job="serving/{NAME}"}}': values}


def rollout(metric: str, values: str, *labels: str, controller: str = "a", name: str = NAME) -> Object:
    own = ",".join(['namespace="serving"', f'name="{name}"', f'pod="argo-rollouts-{controller}"', *labels])
    return {f"{metric}{{{own}}}": values}


def replicas(available: str, desired: str, controller: str = "a") -> Object:
    return rollout("rollout_info_replicas_available", available, controller=controller) | rollout(
        "rollout_info_replicas_desired", desired, controller=controller
    )


def phase(name: str, values: str, *, of: str = NAME) -> Object:
    return rollout("rollout_info", values, f'phase="{name}"', 'strategy="canary"', name=of)


def container(metric: str, values: str, number: int = 1, pod: str = POD) -> Object:
    own = f'namespace="serving",pod="{pod}",container="model-server",id="/kubepods/{pod}/{number}"'
    return {f"{metric}{{{own}}}": values}


def started(*lives: str, pod: str = POD) -> Object:
    """A pod's containers, one after the other."""
    series: Object = {}
    for number, values in enumerate(lives):
        series |= container("container_start_time_seconds", values, number, pod)
    return series


def memory(share: float, lives: int = 2) -> Object:
    """A pod whose container uses so much of its limit, and then is another one, that begins small."""
    series = container("container_memory_working_set_bytes", f"{int(share * GIB)}x20", 0)
    series |= container("container_spec_memory_limit_bytes", f"{GIB}x20", 0) | started("1x20")
    if lives > 1:
        series |= container("container_memory_working_set_bytes", f"_x21 {GIB // 4}x80", 1)
        series |= container("container_spec_memory_limit_bytes", f"_x21 {GIB}x80", 1) | started("1x20", "_x21 2x80")
    return series


SCENES: Final[dict[str, list[Scene]]] = {
    "ModelDown": [
        Scene(
            name="fires",
            series=ready("1x20 0x20") | ready("1x20 0x20", OTHER),
            looks=[silent(315, "ModelDown"), firing(345, "ModelDown", where='severity="page"')],
        ),
        Scene(
            name="fires where the pods are gone",
            series=ready("1x20 stale") | ready("1x20 stale", OTHER),
            looks=[silent(315, "ModelDown"), firing(345, "ModelDown"), firing(1800, "ModelDown")],
        ),
        Scene(
            name="just below",
            series=ready("1x20 0x20") | ready("1x40", OTHER),
            looks=[silent(600, "ModelDown")],
        ),
        Scene(
            name="just below: so short that it may be a scrape",
            series=ready("1x20 0 0 1x20"),
            looks=[silent(at, "ModelDown") for at in (315, 330, 345, 360)],
        ),
        Scene(
            name="ends",
            series=ready("1x20 0x20 1x20"),
            looks=[firing(600, "ModelDown"), firing(700, "ModelDown"), silent(780, "ModelDown")],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(1800, "ModelDown")]),
        Scene(
            name="pods that come and go are one alert",
            series=ready("1x20" + " 0x3 1x3" * 10),
            looks=[Look(900, f"sum(count_over_time({FIRING}[9m]))", {"{}": 36})],
        ),
    ],
    "ModelAbsent": [
        Scene(name="fires", series=ready("0x60"), looks=[silent(585, "ModelAbsent"), firing(600, "ModelAbsent")]),
        Scene(
            name="just below: a first start takes its time",
            series=ready("0x38 1x20"),
            looks=[silent(at, "ModelAbsent") for at in (570, 600, 800)],
        ),
        Scene(
            name="ends",
            series=ready("0x50 1x20"),
            looks=[firing(750, "ModelAbsent", where='severity="page"'), silent(780, "ModelAbsent")],
        ),
        Scene(name="nothing is known", series={}, looks=[firing(1800, "ModelAbsent")]),
    ],
    "ModelTargetDown": [
        Scene(
            name="fires",
            series=up("1x20 0x40"),
            looks=[firing(615, "ModelTargetDown", where=f'severity="ticket",pod="{POD}"')],
        ),
        Scene(name="just below", series=up("1x20 0x19 1x20"), looks=[silent(615, "ModelTargetDown")]),
        Scene(
            name="ends",
            series=up("0x40 1x20"),
            looks=[firing(600, "ModelTargetDown"), silent(630, "ModelTargetDown")],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(900, "ModelTargetDown")]),
    ],
    "ModelReplicasUnavailable": [
        Scene(
            name="fires",
            series=replicas("1x80", "2x80"),
            looks=[silent(585, "ModelReplicasUnavailable"), firing(600, "ModelReplicasUnavailable")],
        ),
        Scene(
            name="fires when another pod of the controller tells it",
            series=replicas("1x20 stale", "2x20 stale") | replicas("_x21 1x60", "_x21 2x60", controller="b"),
            looks=[firing(615, "ModelReplicasUnavailable", where='severity="ticket"')],
        ),
        Scene(
            name="just below",
            series=replicas("2x80", "2x80"),
            looks=[silent(900, "ModelReplicasUnavailable")],
        ),
        Scene(
            name="just below: a pod that was started for load gets ready",
            series=replicas("2x38 4x40", "4x80"),
            looks=[silent(at, "ModelReplicasUnavailable") for at in (570, 600, 900)],
        ),
        Scene(
            name="ends",
            series=replicas("1x50 2x20", "2x80"),
            looks=[firing(750, "ModelReplicasUnavailable"), silent(780, "ModelReplicasUnavailable")],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(900, "ModelReplicasUnavailable")]),
    ],
    "ModelRolloutFailed": [
        *(
            Scene(
                name=f"fires: {name}",
                series=phase("Completed", "1x10 stale") | phase(name, "_x11 1x20"),
                looks=[silent(210, "ModelRolloutFailed"), firing(225, "ModelRolloutFailed", where='severity="ticket"')],
            )
            for name in ("Abort", "Error", "InvalidSpec", "Timeout")
        ),
        Scene(
            name="just below",
            series=phase("Progressing", "1x60") | phase("Abort", "1x60", of="another"),
            looks=[silent(600, "ModelRolloutFailed")],
        ),
        Scene(
            name="ends",
            series=phase("Abort", "1x20 stale") | phase("Completed", "_x21 1x20"),
            looks=[firing(300, "ModelRolloutFailed"), silent(330, "ModelRolloutFailed")],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(600, "ModelRolloutFailed")]),
    ],
    "ModelRolloutStuck": [
        Scene(
            name="fires",
            series=phase("Progressing", "1x20 stale") | phase("Paused", "_x21 1x80"),
            looks=[silent(STUCK - 15, "ModelRolloutStuck"), firing(STUCK, "ModelRolloutStuck")],
        ),
        Scene(
            name="just below: each comes to its end",
            series=phase("Progressing", "1x40 stale _x5 1x40") | phase("Completed", "_x41 1x5 stale"),
            looks=[silent(at, "ModelRolloutStuck") for at in range(600, 1200, 60)],
        ),
        Scene(
            name="ends",
            series=phase("Progressing", "1x80 stale") | phase("Completed", "_x81 1x20"),
            looks=[firing(1200, "ModelRolloutStuck", where='severity="ticket"'), silent(1230, "ModelRolloutStuck")],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(900, "ModelRolloutStuck")]),
    ],
    "ModelPodsRestart": [
        Scene(
            name="fires",
            series=started("1x20", "_x21 2x20", "_x42 3x20"),
            looks=[silent(615, "ModelPodsRestart"), firing(645, "ModelPodsRestart", where=f'pod="{POD}"')],
        ),
        Scene(
            name="just below",
            series=started("1x20", "_x21 2x60")
            | started("1x20", "_x21 2x60", pod=OTHER)
            | {f'container_start_time_seconds{{namespace="serving",pod="{POD}",container="model-server"}}': "1x80"},
            looks=[silent(1200, "ModelPodsRestart")],
        ),
        Scene(
            name="ends",
            series=started("1x5 stale", "_x6 2x5 stale", "_x12 3x400"),
            looks=[firing(600, "ModelPodsRestart", where='severity="ticket"'), silent(3900, "ModelPodsRestart")],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(600, "ModelPodsRestart")]),
    ],
    "ModelPodsKilledForMemory": [
        Scene(
            name="fires",
            series=memory(0.95),
            looks=[silent(300, "ModelPodsKilledForMemory"), firing(330, "ModelPodsKilledForMemory")],
        ),
        Scene(
            name="just below: it has begun anew for another reason",
            series=memory(0.88),
            looks=[silent(at, "ModelPodsKilledForMemory") for at in (330, 600)],
        ),
        Scene(
            name="just below: it goes on",
            series=memory(0.99, lives=1),
            looks=[silent(300, "ModelPodsKilledForMemory")],
        ),
        Scene(
            name="ends",
            series=memory(0.95),
            looks=[
                firing(600, "ModelPodsKilledForMemory", where='severity="ticket"'),
                silent(1230, "ModelPodsKilledForMemory"),
            ],
        ),
        Scene(name="nothing is known", series={}, looks=[silent(600, "ModelPodsKilledForMemory")]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("alert", SCENES)
def test_it_fires_when_it_should_and_only_then(tmp_path: Path, alert: str) -> None:
    kinds = {scene.name.partition(":")[0].removesuffix(" where the pods are gone") for scene in SCENES[alert]}
    assert {"fires", "just below", "ends", "nothing is known"} <= kinds
    groups = [one for one in PLAYED if one.name == "model" or alert in {rule.name for rule in one.rules}]
    play(tmp_path, groups, SCENES[alert])


def test_every_alert_has_its_scenes() -> None:
    told_apart = {one.name for one in rules.alerts(ALERTING)}
    assert told_apart == SCENES.keys() | {one.alert for one in PROMISED}


def test_a_model_is_missed_where_nothing_is_recorded(tmp_path: Path) -> None:
    serving = [one for one in PLAYED if one.name == "serving"]
    play(tmp_path, serving, [Scene(name="nothing is recorded", series={}, looks=[firing(600, "ModelAbsent")])])


def test_an_hour_of_ordinary_life_tells_nobody(tmp_path: Path) -> None:
    # A release, a pod that goes and one that comes, and a controller that is replaced.
    series = (
        ready("1x240")
        | ready("1x100 stale", OTHER)
        | {told("service_state", 'state="ready"', pod="c"): "_x80 0x4 1x150"}
        | up("1x240")
        | phase("Completed", "1x80 stale _x30 1x120")
        | phase("Progressing", "_x81 1x10 stale")
        | phase("Paused", "_x91 1x20 stale")
        | replicas("2x80 3x20 2x140", "2x240")
        | memory(0.3, lives=1)
    )
    looks = [Look(at, 'ALERTS{alertstate="firing"}') for at in range(0, 3600, 300)]
    play(tmp_path, PLAYED, [Scene(name="an ordinary hour", series=series, looks=looks)])


def test_an_outage_is_told_within_two_minutes() -> None:
    (down,) = [one for one in rules.alerts(ALERTING) if one.name == "ModelDown"]
    scrape, waiting = 15, 10  # the longest that a stack may have, and the shortest of Alertmanager's
    looked_at = 2 * EVALUATION_SECONDS  # recorded, and then found to be nothing
    assert scrape + looked_at + down.for_seconds + EVALUATION_SECONDS + waiting <= 120


def test_what_somebody_is_told(tmp_path: Path) -> None:
    labels = {"namespace": "serving", "model": NAME, "severity": "ticket", "pod": POD}
    said = Said(
        330,
        "ModelPodsKilledForMemory",
        labels,
        f"{NAME}: a container was killed for its memory",
        f"Pod {POD} was using 95% of its limit, and started anew.",
    )
    play(tmp_path, PLAYED, [Scene(name="killed", series=memory(0.95), said=[said])])


def test_promtool_reads_every_rule(tmp_path: Path) -> None:
    check(tmp_path, rules.spec([*recording.groups(SERIES, PROMISED), *ALERTING]))


def test_every_alert_says_which_model_it_is_about_and_how_loudly() -> None:
    for one in rules.alerts(ALERTING):
        assert {"namespace": "serving", "model": NAME}.items() <= one.labels.items()
        assert one.severity in (Severity.PAGE, Severity.TICKET)
        assert one.summary.startswith(f"{NAME}: ")
        assert len(one.summary) <= 80
