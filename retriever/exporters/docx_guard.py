"""What stands between a user's own Word template and this machine: limits, a sandbox without calls, messages in Chinese."""

import io
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any

from corpus.errors import PlanSeekError

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_MOST_BYTES, _MOST_UNPACKED, _MOST_PARTS = 5 << 20, 50 << 20, 500
_FILTERS = ("capitalize", "default", "d", "e", "escape", "first", "join", "last", "length", "count", "list", "lower", "replace",
            "reverse", "round", "sort", "trim", "unique", "upper")  # fmt: skip
"""Filters that can neither run on nor fill the memory nor let markup through."""


def check(template: bytes) -> None:
    """Raise PlanSeekError for what is no plain Word document, is too big, or brings macros or links to other hosts' parts."""
    if len(template) > _MOST_BYTES:
        raise PlanSeekError(f"模板有 {len(template) / (1 << 20):.1f} MB，超过 {_MOST_BYTES >> 20} MB 的上限。请去掉模板里的大图片后重试。")
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise PlanSeekError("模板解开后过大。请用 Word 新建一份模板后重试。")
            names = {part.filename for part in parts}
            if "word/document.xml" not in names or "[Content_Types].xml" not in names:
                raise PlanSeekError("模板不是 Word 文件（.docx）。请用 Word 或 WPS 另存为 .docx 后重试。")
            if any(name.endswith("vbaProject.bin") for name in names):
                raise PlanSeekError("模板带有宏。请另存为不带宏的 .docx 后重试。")
            for name in names:
                if name.endswith(".rels") and _leads_out(archive.read(name)):
                    raise PlanSeekError("模板引用了外部文件（链接的模板、图片或对象）。请把它们嵌入模板或删去后重试。")
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, SyntaxError, ValueError) as error:
        raise PlanSeekError("模板不是 Word 文件（.docx），或已损坏。请用 Word 或 WPS 另存为 .docx 后重试。") from error


def _leads_out(relations: bytes) -> bool:
    from lxml import etree

    root = etree.fromstring(relations, etree.XMLParser(resolve_entities=False, no_network=True))
    return any(
        relation.get("TargetMode") == "External" and not str(relation.get("Type")).endswith("/hyperlink") for relation in root
    )


@cache
def sandbox() -> "SandboxedEnvironment":
    """An environment in which a template can only look up, compare and repeat."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    class Sandbox(SandboxedEnvironment):
        intercepted_binops = frozenset(SandboxedEnvironment.default_binop_table)

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            # Variables are dicts and lists: only `loop` has attributes of its own.
            return type(obj).__name__ == "LoopContext" and super().is_safe_attribute(obj, attr, value)

        def is_safe_callable(self, obj: Any) -> bool:
            return False

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            small = all(isinstance(side, int) and abs(side) < 1 << 20 for side in (left, right))
            if not small or operator == "**":
                raise PlanSeekError("模板里只能对数字作简单的加减乘除。请删去其他运算后重试。")
            return super().call_binop(context, operator, left, right)

    environment = Sandbox(autoescape=True, undefined=StrictUndefined)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    return environment


def explained(error: Exception) -> PlanSeekError:
    """A fault of filling in a template, in words for who wrote it."""
    from jinja2 import TemplateSyntaxError, UndefinedError
    from jinja2.exceptions import SecurityError

    if isinstance(error, PlanSeekError):
        return error
    if isinstance(error, TemplateSyntaxError):
        return PlanSeekError(f"模板里的标签写法有误（{error.message}）。请核对大括号与 for、if 是否成对，写法见说明文档。")
    if isinstance(error, SecurityError):
        return PlanSeekError("模板里用了不允许的写法（调用函数或读取内部属性）。只能使用说明文档列出的变量。")
    if isinstance(error, UndefinedError):
        return PlanSeekError(f"模板里有不认识的变量（{error.message}）。可用的变量见说明文档。")
    return PlanSeekError(f"模板无法套用（{type(error).__name__}: {error}）。请对照说明文档核对模板，或不用模板导出。")
