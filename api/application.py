"""The JSON API as one FastAPI application, mounted at /api: translation between HTTP and core, nothing else."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from api import batches, callers, reference, sales
from core.errors import BadQuestion, DatabaseUnavailable, NotAllowed, UnknownRecord, WorkbenchError

STATUS: dict[type[WorkbenchError], int] = {NotAllowed: 403, UnknownRecord: 404, BadQuestion: 422, DatabaseUnavailable: 503}
ABOUT = (
    "The figures of the workbench as JSON. Get a token from `POST /api/token`, send it as `Authorization: Bearer …`. "
    "Money is EUR as exact text; measures ending in `_net` or `_gross` say whether VAT is inside. A person's role and resellers hold here too."
)


def build() -> FastAPI:
    """A new application; mounting it opens nothing."""
    api = FastAPI(title="Sell-out Workbench API", version="1", description=ABOUT, docs_url=None, redoc_url=None)
    api.add_exception_handler(WorkbenchError, _refuse)
    for module in (callers, sales, batches):
        api.include_router(module.router)

    @api.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(reference.page(api.openapi()))

    return api


async def _refuse(_: Request, error: Any) -> JSONResponse:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    return JSONResponse({"detail": error.message}, status_code=status)
