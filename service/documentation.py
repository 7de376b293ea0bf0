"""The OpenAPI description, with the model's own fields once it is loaded.

All addresses in it are relative: a gateway serves each model below a path of its own, which we never see.
"""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.responses import HTMLResponse

from service.lifecycle import Lifecycle, Served
from service.routes import predict

_ERRORS: Final = {
    "413": "The body is too large",
    "422": "A field is missing, unknown, no finite number or out of its range",
    "429": "Too many predictions are waiting; `Retry-After` says when to come back",
    "503": "Model not loaded",
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
        self.add_api_route("/docs", self._docs, include_in_schema=False, response_class=HTMLResponse)

    def openapi(self) -> dict[str, Any]:
        """The description, made anew each time: before the model is loaded it knows no fields."""
        model = self._lifecycle.model
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
        document["paths"][predict.PATH] = {"post": _operation()}
        return document

    async def _docs(self) -> HTMLResponse:
        return get_swagger_ui_html(openapi_url="openapi.json", title=self.title)


def _about(model: Served | None) -> str:
    if model is None:
        return "The model is not loaded yet, so its fields are not known."
    return f"{model.manifest.description}\n\nModel {model.manifest.name}, version {model.manifest.version}."


def _json_schema(model: type[BaseModel] | None) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True) if model else {"type": "object"}


def _operation() -> dict[str, Any]:
    def content(name: str) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}

    return {
        "summary": "Predict from one reading",
        "operationId": "predict",
        "requestBody": {"required": True, "content": content("PredictionRequest")},
        "responses": {
            "200": {"description": "The model's answer", "content": content("PredictionResponse")},
            **{code: {"description": text} for code, text in _ERRORS.items()},
        },
    }
