"""The table of reranker families and the choice between them; loads no library before one is asked for."""

from collections.abc import Callable

from corpus.errors import PlanSeekError
from index.clauses import Table
from retriever.rerankers.protocols import Reranker


def _late(table: Table, rest: str) -> Reranker:
    from retriever.rerankers.late import LateInteraction

    return LateInteraction(table)


def _cross_encoder(table: Table, rest: str) -> Reranker:
    from retriever.rerankers.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(rest)


FAMILIES: dict[str, Callable[[Table, str], Reranker]] = {"late": _late, "cross-encoder": _cross_encoder}


def load_reranker(setting: str, table: Callable[[], Table]) -> Reranker | None:
    """The reranker that a setting names; `table` gives the static embedding that the index's clauses are tokens of.

    setting: `late`, `none`, or the folder or name of a sentence-transformers CrossEncoder, with or without
    `cross-encoder:` before it. Raises PlanSeekError where it is empty and ModelUnavailable where a model is absent.
    """
    setting = setting.strip()
    if not setting:
        raise PlanSeekError("reranker 设置为空：请填 late、none，或 CrossEncoder 模型的文件夹或名称。")
    if setting == "none":
        return None
    family, colon, rest = setting.partition(":")
    if setting == "late":
        return FAMILIES["late"](table(), "")
    name = rest.strip() if colon and family == "cross-encoder" else setting
    if not name:
        raise PlanSeekError("reranker 设置里缺少模型：请写 cross-encoder:模型文件夹或名称，或改为 late。")
    return FAMILIES["cross-encoder"](table(), name)
