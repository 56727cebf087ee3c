"""The table of generators and the choice between them; loads no library before one is asked for, and sends nothing."""

from collections.abc import Callable

from retriever.generators.errors import GeneratorError
from retriever.generators.protocols import Generator

__all__ = ["FAMILIES", "Generator", "GeneratorError", "load_generator"]


def _openai_compatible(url: str, model: str, key: str, timeout: float) -> Generator:
    from retriever.generators.openai_compatible import OpenAiCompatible

    return OpenAiCompatible(url, model, key, timeout)


FAMILIES: dict[str, Callable[[str, str, str, float], Generator]] = {
    "http": _openai_compatible,
    "https": _openai_compatible,
}
"""By the scheme of the address."""


def load_generator(url: str, model: str, key: str = "", timeout: float = 60.0) -> Generator | None:
    """The generator at an address, or None where none is set. `timeout`: seconds for a whole text.

    Raises GeneratorError for an address, a model, a key or a time that cannot be; whether the server is there shows when
    it is asked to write.
    """
    url = url.strip()
    if not url:
        return None
    scheme = url.partition(":")[0].lower()
    if scheme not in FAMILIES:
        raise GeneratorError(
            "生成服务的地址无法识别：须以 http:// 或 https:// 开头，例如 http://127.0.0.1:11434/v1；不用生成时请留空。"
        )
    return FAMILIES[scheme](url, model, key, timeout)
