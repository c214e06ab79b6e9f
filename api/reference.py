"""The API's reference page, written from its own OpenAPI description: no script, nothing fetched from elsewhere."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment

TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{ title }}</title>
<style>
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 15%, transparent); --accent: light-dark(#0f6b63, #4fb8a8); }
body { font: 15px/1.5 "Source Sans 3", "Source Sans Pro", system-ui, sans-serif; max-width: 60rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } section { border-top: 1px solid var(--line); padding: 1.1rem 0; }
h2 { font-size: 1.05rem; margin: 0 0 .25rem; font-family: ui-monospace, monospace; } h2 b { color: var(--accent); }
p { margin: .25rem 0 .5rem; } pre { background: color-mix(in srgb, currentColor 6%, transparent); padding: .7rem .9rem; border-radius: 6px;
overflow-x: auto; font-size: .84rem; margin: .4rem 0; } table { border-collapse: collapse; font-size: .9rem; } td, th { text-align: left;
padding: .15rem 1rem .15rem 0; vertical-align: top; } small { opacity: .7; } a { color: var(--accent); }
</style></head><body>
<h1>{{ title }}</h1><p>{{ about }}</p><p><a href="openapi.json">OpenAPI description (JSON)</a></p>
{% for o in operations %}<section id="{{ o.id }}"><h2><b>{{ o.method }}</b> /api{{ o.path }}</h2><p>{{ o.text }}</p>
{% if o.fields %}<table><tr><th>Field</th><th>Kind</th><th>Meaning</th></tr>{% for f in o.fields %}
<tr><td><code>{{ f.name }}</code>{% if f.required %} <small>needed</small>{% endif %}</td><td><small>{{ f.kind }}</small></td><td>{{ f.text }}</td></tr>
{% endfor %}</table>{% endif %}{% if o.example %}<pre>{{ o.example }}</pre>{% endif %}</section>{% endfor %}
</body></html>"""


def page(description: dict[str, Any]) -> str:
    """HTML of the whole reference, from the dictionary that `FastAPI.openapi()` returns."""
    template = Environment(autoescape=True).from_string(TEMPLATE)
    info = description["info"]
    found = [
        _operation(description, path, method, one) for path, methods in description["paths"].items() for method, one in methods.items()
    ]
    return template.render(title=info["title"], about=info["description"].replace("`", ""), operations=found)


def _operation(description: dict[str, Any], path: str, method: str, one: dict[str, Any]) -> dict[str, Any]:
    fields = [_field(p["name"], p["schema"], p.get("required", False), p.get("description", "")) for p in one.get("parameters", ())]
    content = one.get("requestBody", {}).get("content", {})
    example = ""
    for kind, body in content.items():
        schema = _resolve(description, body["schema"])
        needed = schema.get("required", ())
        fields += [_field(name, part, name in needed, part.get("description", "")) for name, part in schema.get("properties", {}).items()]
        example = json.dumps(schema["example"], indent=2, ensure_ascii=False) if "example" in schema else ""
        if kind == "application/x-www-form-urlencoded":
            fields = [field for field in fields if field["name"] in ("username", "password")]
    text = one.get("description") or one.get("summary", "")
    return {"id": one["operationId"], "method": method.upper(), "path": path, "text": text, "fields": fields, "example": example}


def _field(name: str, schema: dict[str, Any], required: bool, text: str) -> dict[str, Any]:
    kinds = [part.get("type", "") for part in schema.get("anyOf", [schema])]
    return {"name": name, "kind": " or ".join(k for k in kinds if k and k != "null"), "required": required, "text": text}


def _resolve(description: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema
