"""The page /docs: the API's own description as one page of HTML that asks no other host for anything. Describes, runs nothing."""

import json
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

Json = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2326; --mute: #667075; --line: #dcdbd4; --wash: #f6f5f0; --brand: #1d4e58; --paper: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9e8; --mute: #98a2a5; --line: #3a4347; --wash: #1d2326; --brand: #7fbcc6; --paper: #14191b; } }
body { margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.5rem 6rem; font: 16px/1.8 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.2rem; margin: 3rem 0 .5rem; } p { margin: .3rem 0; } .mute { color: var(--mute); font-size: .92rem; }
nav a { margin-right: 1.2rem; } a { color: var(--brand); }
details { border-top: 1px solid var(--line); } summary { cursor: pointer; padding: .6rem 0; list-style-position: outside; }
code { font: .92em ui-monospace, Consolas, monospace; overflow-wrap: anywhere; } summary b { display: inline-block; min-width: 4.2rem; color: var(--brand); font-size: .85rem; }
summary span { color: var(--mute); margin-left: .8rem; } table { border-collapse: collapse; width: 100%; margin: .3rem 0 .8rem; font-size: .92rem; }
:is(th, td) { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-top: 1px solid var(--line); } th { color: var(--mute); font-weight: 400; border-top: 0; }
pre { background: var(--wash); padding: .8rem 1rem; overflow-x: auto; border-radius: .4rem; margin: .3rem 0 1rem; }
"""


def install(app: FastAPI) -> None:
    """Serve the page for the application's routes as they are when it is first asked for."""

    @app.get("/docs", include_in_schema=False)
    def reference() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))


def page(described: Json) -> str:
    """HTML of an OpenAPI description (3.1): the routes by tag, each with its parameters, its body's fields and an example."""
    schemas = described.get("components", {}).get("schemas", {})
    families: dict[str, list[str]] = {}
    for path, methods in described["paths"].items():
        for method in (name for name in _METHODS if name in methods):
            route = methods[method]
            families.setdefault(route.get("tags", ["服务"])[0], []).append(_route(method, path, route, schemas))
    links = "".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in families)
    body = "".join(f'<h2 id="{escape(name)}">{escape(name)}</h2>{"".join(routes)}' for name, routes in families.items())
    title = escape(described["info"]["title"])
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title} 接口</title><style>{_STYLE}</style></head><body><h1>{title} 接口</h1>"
        f'<p class="mute">{escape(described["info"].get("description", ""))} 版本 {escape(described["info"]["version"])}。'
        '机器可读的说明见 <a href="/openapi.json">/openapi.json</a>。出错时返回 application/problem+json，detail 一句话说明原因与办法。</p>'
        f"<nav>{links}</nav>{body}</body></html>"
    )


def _route(method: str, path: str, route: Json, schemas: Json) -> str:
    parameters = _table([_field(p["name"], p.get("schema", {}), p.get("required", False), p.get("description")) for p in route.get("parameters", ())])
    content: Json = route.get("requestBody", {}).get("content", {})
    kind = next(iter(content), "")
    body: Json = content.get(kind, {})
    shape = _resolved(body.get("schema", {}), schemas)
    needed = shape.get("required", ())
    fields = _table([_field(name, field, name in needed, None) for name, field in shape.get("properties", {}).items()])
    return (
        f"<details><summary><b>{method.upper()}</b><code>{escape(path)}</code><span>{escape(route.get('summary', ''))}</span></summary>"
        + (f"<p class=mute>参数</p>{parameters}" if parameters else "")
        + (f"<p class=mute>请求体（{escape(kind)}）</p>{fields}" if fields else "")
        + f"<pre><code>{escape(_example(method, path, kind, shape))}</code></pre></details>"
    )


def _resolved(shape: Json, schemas: Json) -> Json:
    """A schema with its reference followed."""
    found: Json = schemas[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    return found


def _table(rows: list[str]) -> str:
    return f"<table><tr><th>名称</th><th>类型</th><th>说明</th></tr>{''.join(rows)}</table>" if rows else ""


_TYPES = {"string": "文字", "integer": "整数", "number": "数", "boolean": "是或否", "array": "列表", "object": "对象", "null": "空"}


def _field(name: str, field: Json, needed: bool, told: str | None) -> str:
    notes = [told or field.get("description", ""), "必填" if needed else _default(field)]
    limits = [f"{word} {field[key]:g}" for key, word in (("minimum", "最小"), ("maximum", "最大"), ("maxLength", "最长")) if key in field]
    told = "；".join(note for note in (*notes, *limits) if note)
    return f"<tr><td><code>{escape(name)}</code></td><td>{escape(_type(field))}</td><td>{escape(told)}</td></tr>"


def _type(field: Json) -> str:
    if "anyOf" in field:
        return "或".join(_type(one) for one in field["anyOf"])
    name = _TYPES.get(field.get("type", "object"), "对象")
    return f"{name}（{_type(field['items'])}）" if "items" in field else name


def _default(field: Json) -> str:
    value = field.get("default")
    return f"默认 {json.dumps(value, ensure_ascii=False)}" if value not in (None, "", []) else ""


def _example(method: str, path: str, kind: str, shape: Json) -> str:
    """A call by curl."""
    call = f"curl{'' if method == 'get' else f' -X {method.upper()}'} http://127.0.0.1:8000{path}"
    if kind == "multipart/form-data":
        return f"{call} -F files=@某区规划.pdf" if "files" in shape.get("properties", {}) else f"{call} -F file=@问题.xlsx"
    if kind:
        content = next(iter(shape.get("examples", ())), None) or {name: _sample(field) for name, field in shape.get("properties", {}).items() if name in shape.get("required", ())}
        return f"{call} -H 'Content-Type: application/json' -d '{json.dumps(content, ensure_ascii=False)}'"
    return call


def _sample(field: Json) -> object:
    if field.get("examples"):
        return field["examples"][0]
    return {"string": "…", "integer": field.get("minimum", 0), "number": 0, "boolean": True, "array": []}.get(field.get("type", ""), {})
