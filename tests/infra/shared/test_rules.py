from infra.shared.rules import EVALUATION_SECONDS, Alert, Group, Recording, Severity, alerts, seconds, spec

RATE = Recording(name="a:b:rate", expression="rate(b[1m])", labels={"of": "b"})
ALERT = Alert(
    name="BIsWrong",
    expression="a:b:rate > 1",
    severity=Severity.TICKET,
    summary="b is wrong",
    description="By {{ $value }}.",
    for_seconds=90,
    keep_seconds=300,
    labels={"of": "b"},
)


def test_rules_become_what_prometheus_reads() -> None:
    (group,) = spec([Group(name="bs", rules=[RATE, ALERT])])["groups"]
    assert group == {
        "name": "bs",
        "interval": f"{EVALUATION_SECONDS}s",
        "rules": [
            {"record": "a:b:rate", "expr": "rate(b[1m])", "labels": {"of": "b"}},
            {
                "alert": "BIsWrong",
                "expr": "a:b:rate > 1",
                "for": "90s",
                "keep_firing_for": "300s",
                "labels": {"of": "b", "severity": "ticket"},
                "annotations": {
                    "summary": "b is wrong",
                    "description": "By {{ $value }}.",
                    "dashboard": "slipway dashboard",
                    "runbook": "docs/runbooks/BIsWrong.md",
                },
            },
        ],
    }


def test_what_is_not_said_is_left_out() -> None:
    at_once = Alert(name="Now", expression="1", severity=Severity.PAGE, summary="now", description="Now.")
    (group,) = spec([Group(name="few", rules=[at_once, Recording(name="a", expression="1")], every_seconds=60)])[
        "groups"
    ]
    assert group["interval"] == "60s"
    assert group["rules"][0].keys() == {"alert", "expr", "labels", "annotations"}
    assert group["rules"][0]["labels"] == {"severity": "page"}
    assert group["rules"][1] == {"record": "a", "expr": "1"}


def test_alerts_are_told_from_what_is_only_recorded() -> None:
    assert list(alerts([Group(name="a", rules=[RATE, ALERT]), Group(name="b", rules=[RATE])])) == [ALERT]


def test_durations() -> None:
    assert [seconds(number) for number in (0, 5, 259200)] == ["", "5s", "259200s"]
