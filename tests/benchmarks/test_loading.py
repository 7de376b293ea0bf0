"""A process that only loads a model answers once, and says what it couldn't load."""

import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks import loading
from benchmarks.errors import BenchmarkError

CORE = min(os.sched_getaffinity(0))


def test_a_model_is_loaded_and_asked_once(tmp_path: Path) -> None:
    import tensorflow

    tf: Any = tensorflow
    module = tf.Module()

    def same(x: Any) -> dict[str, Any]:
        return {"y": x}

    module.answer = tf.function(same, input_signature=[tf.TensorSpec((None, 4), tf.float32, "x")])
    tf.saved_model.save(module, str(tmp_path), signatures=module.answer)
    assert 0 < loading.seconds(tmp_path, CORE, loading.LEAST) < loading.WITHIN


def test_a_model_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=f"{tmp_path} can't be loaded: "):
        loading.seconds(tmp_path, CORE, loading.LEAST)
