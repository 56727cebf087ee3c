"""Twisted questions through the reading of questions and the search, and long texts through the reading of texts: no error but our
own, no second of work too many, twice the same. Judges no answer."""

import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.interpretation import GOLDEN, ROOT, TODAY, regions
from benchmarks.mutations import INJECTED, ODD
from corpus.errors import PlanSeekError
from retriever.interpret import check, interpret
from retriever.model import MODES, Query

SECONDS = 1.0
"""The most CPU time that one question may take to be understood."""

SEARCHED = 5000
LONGEST = 10_000

_PIECES = (
    *"零一二两三四五六七八九十百千万亿〇壹贰", *"0123456789", *"０１２３４５６７８９", *"—-–~～至到－", *"“”\"'‘’「」『』《》〈〉()（）[]【】", *"，。、；：！？,.;:!? 　\t\n",
    *"不非除除了以外没无别", *"省市县区镇乡州盟旗", "2025年", "2021-2025", "十四五", "“十五五”", "今年", "去年以来", "第十四个五年", "近三年", "2035年远景", "二〇二六年", "99999年",
    "各区", "各省", "各地", "哪些县", "每个市", "全部街道", "31个省", "其他区县", "安徽省", "芜湖市", "弋江区", "鼓楼区", "朝阳", "临澜", "沧浦区", "北京上海", "长三角", "除上海外",
    "不要", "不包括", "排除“养老”", "不含", "以外的", "和", "与", "以及", "或者", "比", "对比", "相比", "区别", "政府工作报告里", "征求意见稿", "正式稿", "专项规划中", "废止的", "《规划",
    "由谁牵头", "责任单位", "多少", "目标值", "项目清单", "什么是", "定义", "措施", "有哪些", "怎么", "呢？", "那", "还有", "具体", "-", "--", "NOT ", "AND ", "OR ", "*", "?", "\\", "(?:", ")+", "a+", "^", "$",
    "site:", "title:", "😀", "👩‍👩‍👧", "e\u0301", "\u0301" * 30, "\u202e", "\u200b", "\ufeff", "\x00", "ﬁ", "㍿", "Ⅳ", "½", "\U0001f1e8\U0001f1f3", "\ud83d", "\udc00", "臺灣", "發展",
)  # fmt: skip
_REPEATED = ("（" * 500, "《》" * 400, "“" * 999, "“”" * 450, "2025年" * 200, "、" * 900, "十" * 900, "除" * 500, "各" * 900, "各区" * 400, "的" * 900, "不" * 900, "省市县区" * 240, "一二三" * 300,
             " " * 900 + "生态", "有哪些" * 300, "呢" * 900, "-" * 900, "2021-" * 180, "安徽省芜湖市" * 160, "和" * 900, "a" * 990 + "!", "除了安徽" * 220, "《规划纲要" * 190, "谁牵头" * 300, "目标" * 450)  # fmt: skip


def sound() -> list[str]:
    """The questions of every set that ships, and those annotated for their reading."""
    files = [*sorted(GOLDEN.glob("*.jsonl")), *sorted((ROOT / "eval" / "sets").glob("*/questions.jsonl"))]
    return list(dict.fromkeys(json.loads(line)["query"] for file in files for line in file.read_text("utf-8").splitlines()))


def twisted(count: int, seed: int) -> Iterator[Query]:
    """`count` questions, most a few changes away from a sound one, some beyond all reason; some follow another up."""
    draw = random.Random(seed)
    questions = sound()
    for number in range(count):
        text = _twisted(draw, draw.choice(questions), questions)
        if number % 50 == 0:
            text = draw.choice((*_REPEATED, *ODD, *INJECTED)) + text[: draw.randrange(20)]
        if number % 500 == 1:
            text = (text + "，") * (LONGEST // (len(text) + 1) + 1)
        previous = _twisted(draw, draw.choice(questions), questions)[:1000] if draw.random() < 0.2 else ""
        literal = tuple(text[at : at + 3] for at in (draw.randrange(len(text) + 1),)) if draw.random() < 0.05 else ()
        yield Query(text[:LONGEST], mode=draw.choice(MODES), previous=previous, literal=literal)


def _twisted(draw: random.Random, text: str, questions: list[str]) -> str:
    for _ in range(draw.choice((1, 1, 2, 4, 10))):
        at, size = draw.randrange(len(text) + 1), draw.choice((1, 1, 2, 5))
        match draw.randrange(7):
            case 0:
                text = text[:at] + text[at + size :]
            case 1:
                text = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
            case 2 | 3:
                text = text[:at] + draw.choice(_PIECES) + text[at:]
            case 4:
                text = text[:at] + text[at : at + 8] * draw.choice((2, 5, 40)) + text[at:]
            case 5:
                text = text[:at] + draw.choice(questions)[-20:]
            case _:
                text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and draw.random() < 0.5 else c for c in text)
    return text


def run(count: int, seed: int, searched: int = SEARCHED) -> dict[str, Any]:
    """Figures of `count` twisted questions read, of `searched` others searched for, and every fault."""
    figures, search = read(twisted(count, seed)), _searched(searched, seed + 1)
    return {"seed": seed, **figures, "search": search, "faults": figures["faults"] + search.pop("faults")}


def read(queries: Iterable[Query]) -> dict[str, Any]:
    """What became of questions that are only read, and every fault."""
    gazetteer, present = regions()
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    spent: list[float] = []
    slowest = (0.0, "")
    began = time.perf_counter()
    for query in queries:
        shown = f"{query.text[:60]!r}（{len(query.text)} 字）"
        try:
            check(query)
            outcomes["理解"] += 1
        except PlanSeekError as error:
            outcomes["拒绝并说明原因"] += 1
            faults += [] if _told(error) else [f"{shown}：理由不成句 {error}"]
        # What is refused is read all the same: nothing may rest on one door alone.
        once = time.process_time()
        try:
            first = interpret(query, gazetteer, present, TODAY)
        except PlanSeekError:
            first = None
        except Exception as error:
            first = None
            faults.append(f"{shown}：{type(error).__name__} {error}")
        took = time.process_time() - once
        if first is not None and first != interpret(query, gazetteer, present, TODAY):
            faults.append(f"{shown}：两次理解不同")
        spent.append(took)
        slowest = max(slowest, (round(took, 3), shown))
        faults += [f"{shown}：{took:.1f} 秒"] if took > SECONDS else []
    spent.sort()
    return {
        "questions": len(spent), "outcomes": dict(outcomes), "faults": faults, "seconds": round(time.perf_counter() - began), "limit_s": SECONDS,
        "cpu_ms": {"median": round(1000 * spent[len(spent) // 2], 2), "99%": round(1000 * spent[len(spent) * 99 // 100], 2)}, "slowest_s": slowest,
    }  # fmt: skip


def _told(error: PlanSeekError) -> bool:
    return ("\n" not in str(error).replace("\r", "\n") and "请" in str(error)) or "可用" in str(error)


def _searched(count: int, seed: int) -> dict[str, Any]:
    """The same through search, answer, comparison, targets, duties and suggestions over the sample plans."""
    from index.ingest import ingest
    from retriever.service import Service
    from retriever.suggest import Suggester
    from settings import Settings

    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    slowest = (0.0, "")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="planseek-fuzz-") as name:
        service = Service(Settings(home=Path(name)))
        ingest([ROOT / "corpus" / "samples"], Path(name), service.makers)
        suggester = Suggester(lambda: service.searcher.corpus(), lambda: service.searcher.tools.lexicon)
        ways: tuple[Callable[[Query], object], ...] = (
            service.search, service.search, service.ask, service.compare, service.targets, service.duties, lambda query: suggester.suggest(query.text, 8),
        )  # fmt: skip
        for number, query in enumerate(twisted(count, seed)):
            once = time.process_time()
            try:
                ways[number % len(ways)](query)
                outcomes["有结果"] += 1
            except PlanSeekError as error:
                outcomes["拒绝并说明原因"] += 1
                faults += [] if _told(error) else [f"{query.text[:60]!r}：理由不成句 {error}"]
            except Exception as error:
                faults.append(f"{query.text[:80]!r}（{len(query.text)} 字，{number % len(ways)}）：{type(error).__name__} {error}")
            took = time.process_time() - once
            slowest = max(slowest, (round(took, 3), f"{query.text[:40]!r} {len(query.text)} {number % len(ways)}"))
    return {"questions": count, "outcomes": dict(outcomes), "faults": faults, "slowest_s": slowest, "seconds": round(time.perf_counter() - began)}
