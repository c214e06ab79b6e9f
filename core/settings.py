"""Every setting of the workbench, typed, with a sentence each. Read once, by the process that starts; passed on as a value."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

FiscalMonths = Literal["months", "4-4-5", "4-5-4", "5-4-4"]
PLACEHOLDERS = {"changeme", "change-me", "secret", "password", "your-secret-here", "xxx"}


class Settings(BaseSettings):
    """Settings come from the environment, then from `.env`; a secret may also come from the file that `NAME_FILE` names."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    home: Path = Field(
        Path("var"),
        alias="WORKBENCH_HOME",
        validate_default=True,
        description="Folder for the embedded database, original files and the outbox.",
    )
    port: int = Field(8501, alias="WORKBENCH_PORT", ge=1, le=65535, description="Port of the web application.")
    host: str = Field("127.0.0.1", alias="WORKBENCH_HOST", description="Address the web application listens on.")
    environment: Literal["development", "production"] = Field(
        "development", alias="WORKBENCH_ENVIRONMENT", description="In production, placeholder secrets are refused and cookies need HTTPS."
    )
    brand: str = Field("NORDLYS Parfum", alias="WORKBENCH_BRAND", description="Brand name on pages, reports and mails.")
    public_url: str | None = Field(None, alias="WORKBENCH_PUBLIC_URL", description="Address people use, for links in mails.")
    time_zone: str = Field("Europe/Berlin", alias="WORKBENCH_TIME_ZONE", description="Time zone of schedules and of the web shop's day.")
    secret_key: SecretStr | None = Field(
        None,
        alias="WORKBENCH_SECRET_KEY",
        description="Signs cookies and encrypts stored secrets; generated under the home folder when empty.",
    )
    fiscal_year_start: int = Field(
        1, alias="WORKBENCH_FISCAL_YEAR_START", ge=1, le=12, description="Month in which the fiscal year begins; 1 is the calendar year."
    )
    fiscal_months: FiscalMonths = Field(
        "months", alias="WORKBENCH_FISCAL_MONTHS", description="What a fiscal month is: a calendar month, or weeks in this pattern."
    )

    demo: bool = Field(True, alias="WORKBENCH_DEMO", description="Fill an empty database with the invented demo brand at the first start.")

    demo_months: int = Field(
        24, alias="WORKBENCH_DEMO_MONTHS", ge=2, le=36, description="Complete months the demo brand covers, up to last month."
    )

    database_url: SecretStr | None = Field(
        None, alias="DATABASE_URL", description="postgresql://… of any PostgreSQL 15 or newer; empty starts the embedded server."
    )
    role_prefix: str = Field(
        "workbench",
        alias="WORKBENCH_ROLE_PREFIX",
        pattern=r"^[a-z][a-z0-9_]{0,30}$",
        description="Prefix of the database roles; change it when two workbenches share one server.",
    )
    query_seconds: float = Field(
        10, alias="WORKBENCH_QUERY_SECONDS", gt=0, description="Longest time a question may keep the database busy."
    )
    query_rows: int = Field(
        50_000, alias="WORKBENCH_QUERY_ROWS", gt=0, description="Most rows a guarded query returns; a shortened list says so."
    )
    query_cost: float = Field(5_000_000, alias="WORKBENCH_QUERY_COST", gt=0, description="Highest planner cost a guarded query may have.")

    upload_megabytes: int = Field(2048, alias="WORKBENCH_UPLOAD_MEGABYTES", gt=0, description="Largest file that is accepted.")
    unpacked_megabytes: int = Field(
        1024,
        alias="WORKBENCH_UNPACKED_MEGABYTES",
        gt=0,
        description="Largest size a workbook may unpack to; a larger one is refused before it is read.",
    )

    smtp_host: str | None = Field(None, alias="SMTP_HOST", description="Mail server; empty writes .eml files to the outbox folder instead.")
    smtp_port: int = Field(587, alias="SMTP_PORT", ge=1, le=65535, description="Port of the mail server.")
    smtp_user: str | None = Field(None, alias="SMTP_USER", description="User name at the mail server.")
    smtp_password: SecretStr | None = Field(None, alias="SMTP_PASSWORD", description="Password at the mail server.")
    smtp_security: Literal["starttls", "ssl", "none"] = Field(
        "starttls", alias="SMTP_SECURITY", description="How the connection is protected."
    )
    smtp_seconds: float = Field(20, alias="SMTP_SECONDS", gt=0, description="Longest wait for the mail server.")
    smtp_ca_file: Path | None = Field(
        None, alias="SMTP_CA_FILE", description="Certificate (PEM) to trust besides the public ones, for a mail server with its own."
    )
    mail_megabytes: float = Field(
        20,
        alias="MAIL_MEGABYTES",
        gt=0,
        description="Largest attachments of one mail; larger ones stay in the workbench and the mail links to them.",
    )
    mail_attempts: int = Field(5, alias="MAIL_ATTEMPTS", ge=1, description="How often a report is tried before it counts as failed.")
    mail_from: str = Field("workbench@localhost", alias="MAIL_FROM", description="Sender address of notices and reports.")
    notify: str = Field("", alias="WORKBENCH_NOTIFY", description="Addresses that hear of every upload, separated by commas.")

    job_slots: int = Field(
        2, alias="WORKBENCH_JOB_SLOTS", ge=1, le=32, description="Imports that one scheduler process runs at the same time."
    )
    tick_seconds: float = Field(5, alias="WORKBENCH_TICK_SECONDS", gt=0, description="How often the clock looks for due reports.")

    openai_api_key: SecretStr | None = Field(
        None, alias="OPENAI_API_KEY", description="Key of the language model; empty answers without one."
    )
    openai_base_url: str | None = Field(None, alias="OPENAI_BASE_URL", description="Address of an OpenAI-compatible server.")
    openai_model: str = Field("gpt-4.1-mini", alias="OPENAI_MODEL", description="Model that reads questions.")
    openai_seconds: float = Field(30, alias="OPENAI_SECONDS", gt=0, description="Longest wait for the model.")
    openai_tokens: int = Field(1_500, alias="OPENAI_TOKENS", gt=0, description="Most tokens of one model answer.")

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, object]) -> dict[str, object]:
        for name in ("WORKBENCH_SECRET_KEY", "DATABASE_URL", "SMTP_PASSWORD", "OPENAI_API_KEY"):
            path = os.environ.get(f"{name}_FILE")
            if path and not values.get(name):
                values[name] = Path(path).read_text(encoding="utf-8").strip()
        return values

    @field_validator("home")
    @classmethod
    def _absolute_home(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @model_validator(mode="after")
    def _refuse_placeholders(self) -> Self:
        if self.environment == "production" and self.secret_key is not None:
            key = self.secret_key.get_secret_value()
            if key.lower() in PLACEHOLDERS or len(key) < 32:
                raise ValueError("WORKBENCH_SECRET_KEY is a placeholder or shorter than 32 characters: generate a random one.")
        return self

    @cached_property
    def originals(self) -> Path:
        """Folder of the uploaded files, kept by their SHA-256."""
        return self.home / "originals"

    @cached_property
    def outbox(self) -> Path:
        """Folder of the .eml files written while no mail server is configured."""
        return self.home / "outbox"

    @property
    def link(self) -> str:
        """Address of the application for links in mails and terminal lines."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")
