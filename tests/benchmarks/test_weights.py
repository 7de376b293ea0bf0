"""A heavier model answers what the light one answers, and takes longer only for its layers."""

from pathlib import Path
from typing import Any

from benchmarks import weights


def test_a_model_beside_a_tower_of_layers_answers_the_same(tmp_path: Path) -> None:
    import tensorflow

    tf: Any = tensorflow
    module = tf.Module()
    module.scale = tf.Variable([[0.01], [0.02], [0.03], [0.04]])

    def answer(readings: Any) -> dict[str, Any]:
        return {"failure_probability": tf.sigmoid(tf.matmul(readings, module.scale))}

    function = tf.function(answer, input_signature=[tf.TensorSpec((None, 4), tf.float32, "readings")])
    tf.saved_model.save(module, str(tmp_path / "saved_model"), signatures=function)
    rows = tf.constant([[79.0, 4.7, 7.2, 2.89], [-1.0, 0.0, 3.0, 4.0]])
    wanted = answer(rows)["failure_probability"].numpy()

    weights.build(tmp_path, layers=3)
    loaded: Any = tf.saved_model.load(str(tmp_path / "saved_model"))
    found = loaded.signatures["serving_default"](readings=rows)
    assert list(found) == ["failure_probability"]
    assert abs(found["failure_probability"].numpy() - wanted).max() < 1e-6
    assert loaded.matrices.shape == (weights.MATRICES, weights.WIDTH, weights.WIDTH)
    assert [path.name for path in tmp_path.iterdir()] == ["saved_model"]
    assert weights.call_milliseconds(tmp_path / "saved_model") > 0
