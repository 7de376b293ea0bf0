import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from rich.console import Console

from sandbox.journey import questions, report
from sandbox.journey.questions import Answer
from sandbox.journey.report import Served

CONFIG = Path("/state/serving.local.yaml")
KUBECONFIG = Path("/state/kubeconfig")
VERSIONS = ("1.0.0", "1.1.0")


def outputs(**versions: str) -> dict[str, Any]:
    models = {name: {"version": version, "url": f"http://gateway/{name}"} for name, version in versions.items()}
    return {"namespace": "serving", "models": models}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Mock:
    ask = Mock(return_value=[Answer({"vibration": 4.7}, {"risk_level": "MEDIUM"})])
    monkeypatch.setattr(questions, "ask", ask)
    monkeypatch.setattr(questions, "token", lambda *asked: " ".join(map(str, asked)))  # pyright: ignore[reportUnknownLambdaType,reportUnknownArgumentType]
    return ask


def shown(found: Mapping[str, Any], **more: Any) -> str:
    place = io.StringIO()
    served = Served(outputs=found, kubeconfig=KUBECONFIG, config=CONFIG, versions=VERSIONS, **more)
    report.show(served, Console(file=place, soft_wrap=True, highlight=False))
    return place.getvalue()


@pytest.mark.parametrize(("served", "other"), [("1.0.0", "1.1.0"), ("1.1.0", "1.0.0"), ("2.0.0", "1.1.0")])
def test_it_tells_the_version_that_is_served_and_another_as_the_next(asked: Mock, served: str, other: str) -> None:
    text = shown(outputs(maintenance_predictor=served))
    assert f"maintenance_predictor {served} answers at http://gateway/maintenance_predictor" in text
    assert "Try next\n" in text
    assert f"slipway release maintenance_predictor --model {other}" in text
    assert f"which changes {CONFIG}" in text
    assert "MEDIUM" in text
    asked.assert_called_once_with(
        "http://gateway/maintenance_predictor", token=f"{KUBECONFIG} serving", patience=report.PATIENCE, entrance=None
    )


def test_every_model_is_told_and_only_the_included_one_is_asked(asked: Mock) -> None:
    text = shown(outputs(building_load="1.0.0", maintenance_predictor="1.0.0"))
    assert "building_load 1.0.0 answers at http://gateway/building_load" in text
    asked.assert_called_once_with(
        "http://gateway/maintenance_predictor", token=f"{KUBECONFIG} serving", patience=report.PATIENCE, entrance=None
    )


def test_without_the_included_model_there_is_still_something_to_try(asked: Mock) -> None:
    text = shown(outputs(building_load="1.0.0"))
    assert "curl -s http://gateway/building_load/version" in text
    assert "kubectl -n serving get rollouts,pods" in text
    assert "next version" not in text
    asked.assert_not_called()


def test_where_the_gateway_s_name_is_unknown_here_its_address_is_told(asked: Mock) -> None:
    text = shown(outputs(maintenance_predictor="1.0.0"), environment="staging", entrance="10.0.0.3")
    assert asked.call_args.kwargs["entrance"] == "10.0.0.3"
    reached = "curl -s --connect-to ::10.0.0.3: http://gateway/maintenance_predictor"
    assert f"{reached}/version" in text
    assert f"{reached}/predict" in text
    assert "python -m sandbox env staging" in text
    assert "make staging-down" in text
    assert "/docs" not in text  # a browser can't be told where to connect to
