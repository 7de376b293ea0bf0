"""The OpenAPI description, with the model's own fields once it is loaded.

All addresses in it are relative: a gateway serves each model below a path of its own, which we never see.
"""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse

from service.lifecycle import Lifecycle, Served
from service.predictions import SHORTEST
from service.protocols.article import PREDICT, PREDICT_BATCH
from service.schemas import READINGS_LIMIT

_ERRORS: Final = {
    "408": "The body took too long to arrive",
    "413": "The body is too large",
    "422": "A field is missing, unknown, no finite number or out of its range",
    "429": "More predictions wait than can be answered soon; `Retry-After` says when to come back",
    "431": "The request's line and headers are too large",
    "500": "The model failed on this request",
    "503": "Model not loaded, or no time left to answer; `Retry-After` says when to come back",
    "504": "The prediction took too long",
}


class DescribedApi(FastAPI):
    """FastAPI whose description follows the model.

    Args:
        lifecycle: has the model once it is loaded.
        settings: FastAPI's own.
    """

    def __init__(self, lifecycle: Lifecycle, **settings: Any) -> None:
        super().__init__(**settings, docs_url=None, redoc_url=None, servers=[{"url": "./"}])
        self._lifecycle: Final = lifecycle
        self._described: tuple[Served | None, dict[str, Any]] | None = None
        # Made once: whoever asks for it a thousand times takes little from the others.
        self._page: Final = get_swagger_ui_html(openapi_url="openapi.json", title=self.title)
        self.add_route("/docs", self._docs, include_in_schema=False)

    def openapi(self) -> dict[str, Any]:
        """The description; made once before the model is loaded, when it knows no fields, and once after."""
        model = self._lifecycle.model
        if self._described is None or self._described[0] is not model:
            self._described = (model, self._describe(model))
        return self._described[1]

    def _describe(self, model: Served | None) -> dict[str, Any]:
        document = get_openapi(
            title=self.title,
            version=self.version,
            description=_about(model),
            routes=self.routes,
            servers=self.servers,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["PredictionRequest"] = _json_schema(model.schema.request if model else None)
        schemas["PredictionResponse"] = _json_schema(model.schema.response if model else None)
        schemas["BatchRequest"] = _several("readings", "PredictionRequest") | {"additionalProperties": False}
        schemas["BatchResponse"] = _several("predictions", "PredictionResponse")
        document["paths"][PREDICT] = {
            "post": _operation("Predict from one reading", "predict", "PredictionRequest", "PredictionResponse")
        }
        document["paths"][PREDICT_BATCH] = {
            "post": _operation("Predict from several readings", "predict_batch", "BatchRequest", "BatchResponse")
        }
        return document

    async def _docs(self, _: Request) -> HTMLResponse:
        return self._page


def _about(model: Served | None) -> str:
    if model is None:
        return "The model is not loaded yet, so its fields are not known."
    return f"{model.manifest.description}\n\nModel {model.manifest.name}, version {model.manifest.version}."


def _json_schema(model: type[BaseModel] | None) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True) if model else {"type": "object"}


def _several(field: str, schema: str) -> dict[str, Any]:
    items = {"$ref": f"#/components/schemas/{schema}"}
    array = {"type": "array", "items": items, "minItems": 1, "maxItems": READINGS_LIMIT}
    return {"type": "object", "properties": {field: array}, "required": [field]}


def _operation(summary: str, name: str, request: str, response: str) -> dict[str, Any]:
    def content(schema: str) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}

    seconds = {
        "name": "X-Request-Timeout",
        "in": "header",
        "required": False,
        "description": "seconds that the client waits; a request that cannot be answered by then is refused at once",
        "schema": {"type": "number", "minimum": SHORTEST},
    }
    return {
        "summary": summary,
        "operationId": name,
        "parameters": [seconds],
        "requestBody": {"required": True, "content": content(request)},
        "responses": {
            "200": {"description": "The model's answer", "content": content(response)},
            **{code: {"description": text} for code, text in _ERRORS.items()},
        },
    }
