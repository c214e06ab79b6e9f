"""The front door: pages, JSON API, health routes and security headers in one ASGI application. Start: `streamlit run app.py`."""

from __future__ import annotations

import logging

import streamlit
from starlette.middleware import Middleware
from starlette.routing import Mount

from api.application import build
from api.browser import ROUTES
from api.framing import frame_hosts, in_production
from api.headers import SecurityHeaders
from pages.components.errors import on_script_error

logging.getLogger("streamlit.error_util").disabled = True  # on_script_error logs what is unexpected, once, under its reference

app = streamlit.App(
    "pages/shell.py",
    routes=[*ROUTES, Mount("/api", build())],
    middleware=[Middleware(SecurityHeaders, frame_hosts=frame_hosts, production=in_production)],
    on_script_error=on_script_error,
)
