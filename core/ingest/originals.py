"""The uploaded files, byte for byte, kept under their SHA-256: the same bytes are kept once, whatever they were called."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from core.db import tables as t
from core.db.engine import Database
from core.errors import UnknownRecord
from core.settings import Settings

BLOCK = 1 << 20


def keep(settings: Settings, source: Path | bytes | BinaryIO) -> tuple[str, int]:
    """Keep the bytes; returns (sha256, size). Bytes that are there already are left alone; a crash leaves no half file, and what is
    kept is on the disk, not on its way there.

    An open file is read from its present position on, in blocks, and never held whole.
    """
    settings.originals.mkdir(parents=True, exist_ok=True)
    scratch = settings.originals / f".{secrets.token_hex(8)}"
    try:
        with _opened(source) as stream, scratch.open("wb") as target:
            sha256, size = _copy(stream, target)
        path = original_path(settings, sha256)
        if not path.exists() or path.stat().st_size != size:  # a file of another size was cut off by a full disk or a copy of the folder
            path.parent.mkdir(exist_ok=True)
            scratch.replace(path)
            _settle_on_disk(path.parent)
    finally:
        scratch.unlink(missing_ok=True)
    return sha256, size


def _opened(source: Path | bytes | BinaryIO) -> AbstractContextManager[BinaryIO]:
    if isinstance(source, Path):
        return source.open("rb")
    return io.BytesIO(source) if isinstance(source, bytes) else nullcontext(source)


def _copy(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := source.read(BLOCK):
        digest.update(block)
        size += target.write(block)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest(), size


def _settle_on_disk(folder: Path) -> None:
    """The new name in the folder outlives a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(settings: Settings, before: datetime) -> int:
    """Remove what killed processes left half-written and nobody has touched since `before`; returns how many files."""
    left = [path for path in settings.originals.glob(".*") if path.is_file() and path.stat().st_mtime < before.timestamp()]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def fingerprint(source: Path | bytes) -> tuple[str, int]:
    """(sha256, size in bytes) of a file or of bytes; a file is read in blocks."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest(), len(source)
    with source.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return digest, os.fstat(stream.fileno()).st_size


def original_path(settings: Settings, sha256: str) -> Path:
    """Where the original with that SHA-256 is kept."""
    return settings.originals / sha256[:2] / sha256


def read_original(database: Database, settings: Settings, upload_batch_id: int) -> bytes:
    """The file of a batch as it was uploaded. Errors: UnknownRecord when the batch or its file is not there any more."""
    with database.read() as connection:
        sha256 = connection.execute(
            sa.select(t.upload_batches.c.sha256).where(t.upload_batches.c.id == upload_batch_id)
        ).scalar_one_or_none()
    path = original_path(settings, sha256) if sha256 else None
    if path is None or not path.exists():
        raise UnknownRecord("The file of this upload is not kept any more. Upload it again.")
    return path.read_bytes()
