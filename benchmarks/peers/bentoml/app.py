"""BentoML, with adaptive batching as its documentation sets it up: https://docs.bentoml.com (adaptive batching)."""

import os

import bentoml
import numpy as np
import tensorflow as tf


@bentoml.service(workers=1, traffic={"timeout": 60}, logging={"access": {"enabled": False}})
class Maintenance:
    def __init__(self) -> None:
        self.loaded = tf.saved_model.load(os.environ["MODEL"])
        self.answer = self.loaded.signatures["serving_default"]

    @bentoml.api(batchable=True, max_batch_size=64, max_latency_ms=60_000)
    def predict(self, readings: np.ndarray) -> np.ndarray:
        return self.answer(tf.constant(readings, tf.float32))["failure_probability"].numpy()
