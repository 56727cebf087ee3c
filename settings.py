"""Settings from planseek.toml and PLANSEEK_… variables, read once and passed down frozen. Never read elsewhere."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from corpus.errors import PlanSeekError

# A query is a few small products: more BLAS threads only spin (half of the CPU time of a search). Read by numpy when
# it is first imported, which both entry points do after this module.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@dataclass(frozen=True, slots=True)
class Settings:
    """home: the data folder. model: "bundled", or a sentence-transformers model by folder or name. reranker: "late", "none",
    or a CrossEncoder by folder or name. generator: "none", or an OpenAI-compatible server as `address#model`; its key stands
    in PLANSEEK_GENERATOR_KEY only. upload_mb: largest file of an upload. requests_per_minute: of one key, reading aside. log: "text"
    or "json"."""

    home: Path = Path(".planseek")
    model: str = "bundled"
    reranker: str = "late"
    generator: str = "none"
    upload_mb: int = 64
    requests_per_minute: int = 120
    log: str = "text"


def load(home: Path | None = None, config: Path | None = None) -> Settings:
    """Defaults, then planseek.toml in the working folder (or the file given), then PLANSEEK_… variables, then the --home given.

    Raises PlanSeekError naming the setting at fault.
    """
    settings = Settings()
    file = config or Path("planseek.toml")
    if config or file.is_file():
        try:
            settings = _with(settings, tomllib.loads(file.read_text("utf-8")), file.name)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise PlanSeekError(f"{file} 无法解析（{error}）。请检查路径与格式。") from error
    names = {f.name for f in fields(Settings)}
    variables = {
        name: os.environ[f"PLANSEEK_{name.upper()}"] for name in names if os.environ.get(f"PLANSEEK_{name.upper()}")
    }
    settings = _with(settings, variables, "环境变量 PLANSEEK_…")
    return replace(settings, home=home) if home else settings


def _with(settings: Settings, values: Mapping[str, object], source: str) -> Settings:
    changes: dict[str, object] = {}
    for name, value in values.items():
        if name not in {f.name for f in fields(Settings)}:
            raise PlanSeekError(
                f"{source} 中没有名为 {name} 的设置。可用：{'、'.join(f.name for f in fields(Settings))}。"
            )
        default = getattr(settings, name)
        try:
            changes[name] = type(default)(value) if not isinstance(default, Path) else Path(str(value))
            if isinstance(default, int) and int(str(changes[name])) < 1:
                raise ValueError
            if name == "log" and changes[name] not in ("text", "json"):
                raise ValueError
        except (TypeError, ValueError) as error:
            raise PlanSeekError(
                f"{source} 中 {name} 的值 {value!r} 无效。请改成与默认值 {default} 同类的值，或删去这一项。"
            ) from error
    return replace(settings, **changes)  # type: ignore[arg-type]
