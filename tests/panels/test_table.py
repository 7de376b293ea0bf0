import re
import subprocess
from pathlib import Path
from typing import Final

import pytest
import yaml

from panels import table
from panels.panel import Kind, Unit
from sandbox import state as states

PANELS: Final = list(table.panels())


def test_a_key_stands_for_one_panel() -> None:
    keys = [panel.key for panel in PANELS]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[a-z0-9_]+", key) for key in keys)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.key)
def test_a_panel_says_what_it_is_and_asks_of_one_model_alone(panel: table.Panel) -> None:
    assert panel.title
    assert panel.about.endswith(".")
    assert panel.queries
    assert (panel.levels is None) or panel.kind is Kind.TILE
    for query in panel.queries:
        selectors = re.findall(r"[a-z_]+(?::\w+)+(\{\$model)?", query.expression)
        assert selectors
        assert set(selectors) == {"{$model"}, "it has a selector without $model"


def test_the_article_s_list_is_there() -> None:
    asked = " ".join(query.expression for panel in PANELS for query in panel.queries)
    for each in ("p50_5m", "p95_5m", "p99_5m", "prediction_value", "cpu_usage", "memory_working_set", "error_ratio"):
        assert each in asked


def test_every_unit_is_in_use() -> None:
    assert {panel.unit for panel in PANELS} == set(Unit)


@pytest.mark.engine
def test_prometheus_reads_every_query(tmp_path: Path) -> None:
    queries = [query.of("serving", 'a "name"') for panel in PANELS for query in panel.queries]
    rules = [{"record": f"query:number{number}:read", "expr": query} for number, query in enumerate(queries)]
    rules.append({"record": "query:models:read", "expr": table.MODELS})
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    read = subprocess.run(
        [states.default().bin / "promtool", "check", "rules", tmp_path / "rules.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    assert f"{len(rules)} rules found" in read.stdout
