"""MLServer, with a runtime of its own and adaptive batching: https://docs.seldon.ai/mlserver (adaptive batching)."""

import tensorflow as tf
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Maintenance(MLModel):
    async def load(self) -> bool:
        self.loaded = tf.saved_model.load(self.settings.parameters.uri)
        self.answer = self.loaded.signatures["serving_default"]
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        rows = NumpyCodec.decode_input(payload.inputs[0])
        answers = self.answer(tf.constant(rows, tf.float32))["failure_probability"].numpy()
        return InferenceResponse(
            model_name=self.name, outputs=[NumpyCodec.encode_output("failure_probability", answers)]
        )
