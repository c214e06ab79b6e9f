"""Files that were taken in, and what each reseller has sent."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(tags=["files"])
