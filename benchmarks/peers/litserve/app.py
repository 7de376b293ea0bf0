"""LitServe, with batching and its fast queue: https://lightning.ai/docs/litserve (batching)."""

import os

import litserve
import numpy as np
import tensorflow as tf

FEATURES = ("temperature", "vibration", "pressure", "rpm")


class Maintenance(litserve.LitAPI):
    def setup(self, device):
        self.loaded = tf.saved_model.load(os.environ["MODEL"])
        self.answer = self.loaded.signatures["serving_default"]

    def decode_request(self, request):
        return [request[name] for name in FEATURES]

    def batch(self, inputs):
        return np.array(inputs, np.float32)

    def predict(self, rows):
        return self.answer(tf.constant(rows))["failure_probability"].numpy()

    def unbatch(self, output):
        return output[:, 0].tolist()

    def encode_response(self, output):
        return {"failure_probability": output}


if __name__ == "__main__":
    api = Maintenance(max_batch_size=64, batch_timeout=0.01)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1, fast_queue=True, timeout=60)
    server.run(
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        num_api_servers=1,
        generate_client_file=False,
        log_level="warning",
        access_log=False,
    )
