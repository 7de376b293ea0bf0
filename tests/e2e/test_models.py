"""Any tabular TensorFlow model is served without a line of code."""

import pytest

from sandbox.journey import questions
from tests.e2e.conftest import EXAMPLE, Created, Local
from tests.e2e.serving import OTHER, OTHER_ROUTE
from tests.e2e.stored import stored

pytestmark = pytest.mark.e2e


def test_a_second_model_from_a_plain_keras_script_is_served_beside_the_first(created: Created, local: Local) -> None:
    assert "slipway" not in (EXAMPLE / "train.py").read_text().partition('"""\n\nimport')[2].lower()
    manifest = stored(local.platform["modelStore"], OTHER, "1.0.0").manifest

    answers = questions.ask(f"{created.serving.gateway}{OTHER_ROUTE}", manifest.golden.inputs)

    for answer, wanted in zip(answers, manifest.golden.outputs, strict=True):
        assert answer.prediction == {manifest.output.name: pytest.approx(wanted, abs=manifest.golden.tolerance)}
    assert created.serving.served()["model_name"] != OTHER
