"""Ray Serve with dynamic batching: https://docs.ray.io (dynamic request batching).

With HAProxy before it where RAY_SERVE_ENABLE_HA_PROXY says so.
"""

import os
import time

import numpy as np
import ray
import tensorflow as tf
from ray import serve
from starlette.requests import Request

FEATURES = ("temperature", "vibration", "pressure", "rpm")
LOGGING = {"log_level": "WARNING", "enable_access_log": False}


@serve.deployment(max_ongoing_requests=1000, ray_actor_options={"num_cpus": 1}, logging_config=LOGGING)
class Maintenance:
    def __init__(self) -> None:
        self.loaded = tf.saved_model.load(os.environ["MODEL"])
        self.answer = self.loaded.signatures["serving_default"]

    @serve.batch(max_batch_size=64, batch_wait_timeout_s=0.005)
    async def probabilities(self, rows: list[list[float]]) -> list[float]:
        return self.answer(tf.constant(np.array(rows, np.float32)))["failure_probability"].numpy()[:, 0].tolist()

    async def __call__(self, request: Request) -> dict[str, float]:
        reading = await request.json()
        return {"failure_probability": await self.probabilities([reading[name] for name in FEATURES])}


if __name__ == "__main__":
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False, object_store_memory=200_000_000)
    serve.start(http_options={"host": "127.0.0.1", "port": int(os.environ["PORT"])}, logging_config=LOGGING)
    serve.run(Maintenance.bind(), route_prefix="/predict")
    while True:
        time.sleep(60)
