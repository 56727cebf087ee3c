"""Decides of one figure in its sentence whether it is a target, of what kind, and where its name stands."""

from dataclasses import dataclass

from corpus.targets import wording as w
from corpus.targets.names import behind, trimmed
from corpus.targets.numbers import Amount

_STOPS = "、,;:。!?)]”》\n"
_WEAK = ("完成", "实现", "为", "是", "按", "拟按", "保持", "稳定", "维持", "过", "居", "列", "突破", "超过", "进入")
_SINGLY = ("座", "条", "所", "处", "家", "台", "套", "栋", "艘", "对")
_BRIEF_NAMES = ("钢", "煤", "纱", "布", "糖", "盐", "茶", "油", "铝", "铜")
_STATIC = ("范围", "全长", "长度", "方面", "有", "一般", "时速", "宽度", "高度", "间距", "半径", "双向", "编制", "户型")
_STRAY = ("级", "度", "点", "师", "单", "方", "分", "对", "期", "次", "口", "周", "日", "伏安")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a figure is read: the change it tells, its kind, and where its name stands (empty: that of the figure before).

    growing: its name may be a list whose items all grow; shared: it is a share; numbered: its name stands behind it.
    """

    change: str
    kind: str
    name: tuple[int, int]
    growing: bool = False
    shared: bool = False
    numbered: bool = False


def read(
    words: str, amount: Amount, begin: int, stop: int, joined: Reading | None, previous: Reading | None, from_base: bool
) -> Reading | None:
    """Read the figure of a sentence whose own words begin at `begin` and whose next figure is at `stop`.

    joined: the target that stands before it in the same clause; previous: the one before it in the sentence.
    """
    left, right = words[begin : amount.start], words[amount.end : stop]
    noun = bool(right) and right[0] not in _STOPS and not right.startswith(("以及", "和", "及", "左右", "，"))
    if w.OF_KIND.found(right) and amount.form in ("digits", "chinese") and amount.unit != "个":
        return None
    if amount.comparator in ("以上", "以下", "以内") and words[amount.end : amount.end + 1].isdigit():
        return None
    if amount.form == "chinese" and amount.low < 2 and amount.counted and not amount.unit.startswith(("万", "亿")):
        return None
    if words[amount.end : amount.end + 1] in ("×", "*") or words[: amount.start].rstrip()[-1:] in ("×", "*"):
        return None
    if amount.form == "rank":
        return _rank(words, begin, amount)
    if amount.form in ("double", "zero"):
        name = trimmed(words, begin, amount.start)
        return Reading("growth", "indicator", name) if name[1] - name[0] >= 2 or previous else None
    related = _related(words, amount, begin, left, right, noun, previous, from_base)
    if related is not None or from_base:
        return related
    if amount.shared:
        return _share(words, amount, begin, stop, left, right, noun, joined)
    if amount.timed or not amount.unit or amount.unit in _STRAY or amount.unit in ("倍", "位"):
        return None
    return _work(words, amount, begin, stop, left, right, noun, joined, previous)


def _rank(words: str, begin: int, amount: Amount) -> Reading | None:
    left = words[begin : amount.start]
    if not w.RANKED.found(left):
        return None
    verb = w.RANK_VERB.found(left)
    name = trimmed(words, begin, begin + (verb.start() if verb else len(left)))
    return Reading("level", "indicator", name) if name[1] - name[0] >= 2 else None


def _allowed(amount: Amount, clause: str, verb: str) -> bool:
    """Whether a sum or a share is no standard by which money is paid: 「每餐补贴3元」."""
    if not (amount.money or amount.shared or amount.form == "share"):
        return True
    if w.ALLOWANCE.found(clause):
        return verb.startswith(("提高", "增加", "降", "提升", "下降", "增长", "达"))
    return True


def _related(
    words: str, amount: Amount, begin: int, left: str, right: str, noun: bool, previous: Reading | None, from_base: bool
) -> Reading | None:
    """A figure right behind 达到, 增长, 控制在 …, or with a comparator that stands for such a verb."""
    level, growth, decrease = w.LEVEL.found(left), w.GROWTH.found(left), w.DECREASE.found(left)
    verb = level or growth or decrease
    strong = amount.front in ("突破", "超过", "超")
    if verb is None and amount.front in (
        "突破",
        "超过",
        "超",
        "大于",
        "多于",
        "不低于",
        "不少于",
        "高于",
        "低于",
        "优于",
        "不高于",
        "不超过",
        "不突破",
    ):
        at = len(left)
        if noun or not (strong or w.SHARE_NAME.found(left) or w.AMOUNT_NAME.found(left)):
            return None
        if amount.front in ("不高于", "不超过", "低于", "高于") and not (
            amount.shared or amount.unit in ("", "微克/立方米")
        ):
            return None
        label = words[slice(*trimmed(words, begin, amount.start))]
        worked = w.WORK_FIRST.found(label) or "新增" in label if strong else w.WORK.found(label)
        if not amount.shared and worked and not w.JOBS.found(left):
            return None
        change = "level"
    elif verb is None:
        return None
    else:
        at = verb.start()
        weak = verb.group().strip() in _WEAK
        if weak and noun and not amount.shared:
            return None
        if weak and not level and noun:
            return None
        if not level and noun and not amount.shared and not amount.timed:
            return None
        if amount.timed and ((weak and verb.group().strip() not in ("为", "超过", "突破")) or noun):
            return None
        if not amount.unit and (
            weak or noun or not level or (amount.low >= 1900 and amount.low <= 2100) or amount.comparator == "年"
        ):
            return None
        change = "level" if level else "growth" if growth else "decrease"
    if amount.unit in ("级", "度", "单", "方", "师") or (right.startswith(("级", "A", "G"))):
        return None
    if noun and w.OF_ATTRIBUTE.found(right) and not from_base:
        return None
    clause = left
    if not _allowed(amount, clause, verb.group() if verb else "") or w.EACH.found(left):
        return None
    name = trimmed(words, begin, begin + at)
    label = words[name[0] : name[1]]
    if label == "年":
        name, label = (begin, begin), ""
    if w.RATE.found(label) and change == "level":
        change = "growth"
    elif w.FALL.found(label) and change == "level":
        change = "decrease"
    if not label and noun and amount.shared:
        name = behind(words, amount.end, amount.end + len(right))
        label = words[name[0] : name[1]]
    if amount.money and strong and w.FIRST_TIME.found(label):
        return None
    told = verb.group().strip() if verb else ""
    if label in ("可以", "可", "应当", "可再", "并", "最高", "最多") or (
        told.endswith("按") and not right.startswith("安排")
    ):
        return None
    named = w.SHARE_NAME.found(label) or w.AMOUNT_NAME.found(label)
    if told in ("为", "是") and label and (w.FIXED.found(label) or not named):
        return None
    if label.endswith(("一般", "原则上", "不能")) or (
        told in ("为", "是") and label.endswith(("周期", "期限", "有效期", "任期"))
    ):
        return None
    if (not label and previous is None and not from_base) or label.endswith("指标"):
        return None
    if len(label) == 1:
        return None
    if (change == "level" and label.startswith(("新增", "净增"))) or (w.JOBS.found(label) and "新增" in label):
        change = "new"
    if (
        verb
        and verb.group().strip() in ("完成", "实现", "累计完成")
        and not amount.shared
        and not w.AMOUNT_NAME.found(label)
    ):
        return Reading("new", "task", name)
    growing = change == "growth" and (growth is not None or bool(w.RATE.found(label)))
    return Reading(change, "indicator", name, growing, amount.shared)


def _share(
    words: str, amount: Amount, begin: int, stop: int, left: str, right: str, noun: bool, joined: Reading | None
) -> Reading | None:
    """A percentage without a verb: behind its name, in a list, or before what it covers."""
    if not _allowed(amount, left, "") or w.EACH.found(left):
        return None
    if not noun or right.startswith(("的目标", "目标")):
        named = w.SHARE_NAME.found(left)
        name = trimmed(words, begin, amount.start)
        label = words[name[0] : name[1]]
        if "百分点" in amount.unit and (more := w.MORE_THAN.search(left)):
            return Reading("growth", "indicator", trimmed(words, begin, begin + more.start()), shared=True)
        if (changed := w.CHANGING.match(label)) and amount.form != "zero":
            growing = changed.group().startswith(("提", "增", "扩"))
            return Reading(
                "growth" if growing else "decrease", "indicator", (name[0] + changed.end(), name[1]), shared=True
            )
        if named and len(label) >= 2:
            change = "growth" if w.RATE.found(label) else "decrease" if w.FALL.found(label) else "level"
            return Reading(change, "indicator", name, change == "growth", True)
        if joined and joined.shared and left[:1] in ("、", "和", "及", "") and amount.unit == "%":
            return Reading(joined.change, "indicator", name, False, True)
        return None
    if w.COVERED.found(right) or w.REACHING.found(left):
        reached = w.REACHING.found(left)
        name = trimmed(words, begin, begin + (reached.start() if reached else len(left)))
        if name[1] - name[0] < 2:
            name = behind(words, amount.end, stop)
        if name[1] - name[0] < 2 or (right.startswith("的") and not w.COVERED.found(right)):
            return None
        return Reading("level", "indicator", name, False, True)
    return None


def _work(
    words: str,
    amount: Amount,
    begin: int,
    stop: int,
    left: str,
    right: str,
    noun: bool,
    joined: Reading | None,
    previous: Reading | None,
) -> Reading | None:
    """An amount of work (新建农村公路1000公里, 打通50条断头路), or of something that is named right before it."""
    if amount.counted and (w.NOT_COUNTED.found(right) or w.LAYOUT.found(left)):
        return None
    if w.EACH.found(left) or not _allowed(amount, left + right[:12], ""):
        return None
    if amount.comparator == "高于" or amount.front in ("不超过", "不高于", "不大于", "不多于", "低于", "小于"):
        return None
    ahead = w.WORK_BEHIND.found(left)
    if amount.comparator in ("以上", "以下", "以内") and noun and not amount.counted and not ahead:
        return None
    if amount.unit == "米" and noun and not ahead:
        return None
    if amount.unit in ("户", "人") and amount.comparator in ("以上", "以下") and noun and not w.MADE_BEHIND.found(left):
        return None
    room = w.ROOM.found(left) if right.startswith("的") else None
    if noun and w.OF_ATTRIBUTE.found(right) and not (amount.counted and right[0] != "的") and not room:
        return None
    if left.lstrip("、,").startswith(("其余", "另有")):
        return None
    if amount.form == "chinese" and not _spelt(amount, left):
        return None
    listed = joined is not None and left.strip() in ("", "、", "和", "及", "以及", "共", "与", "的")
    clause = max(words.rfind(mark, 0, amount.start) for mark in ",;:。") + 1
    numbered = listed and joined is not None and joined.numbered
    if noun and _before_noun(words, amount, left, right, bool(ahead), numbered, clause):
        name = behind(words, amount.end, stop)
        if room and amount.money:
            name = trimmed(words, begin, amount.start)
        return Reading("new", "task", name, numbered=True) if name[1] - name[0] >= 2 else None
    name = trimmed(words, begin, amount.start)
    label = words[name[0] : name[1]]
    if noun and (
        w.VERB_ONLY.found(label)
        or left.endswith("等")
        or not (w.GOING_ON.found(right) or (amount.counted and len(right) <= 3 and w.WORK_FIRST.found(label)))
    ):
        return None
    if listed and not label:
        return Reading(joined.change if joined else "new", joined.kind if joined else "task", name)
    if not noun and not label and w.YEAR_ONLY.found(left):
        return Reading("new", "task", name)
    if (len(label) < 2 and label not in _BRIEF_NAMES) or label.endswith(_STATIC):
        return None
    if w.UNNAMED.found(label):
        return None
    if w.SPENT.found(label) and amount.money:
        return Reading("new", "task", name)
    if w.PER_HEAD.found(label) or (
        joined is not None and joined.kind == "indicator" and not noun and not joined.shared
    ):
        return Reading("level", "indicator", name)
    if label.startswith("接待"):
        return Reading("level", "indicator", name)
    if ("就业" in label and amount.unit.endswith("人")) or (w.JOBS.found(label) and not amount.counted):
        return Reading("new" if "新增" in label or "就业" in label else "level", "indicator", name)
    total = w.TOTAL.found(left)
    begun = w.WORK_FIRST.found(label)
    if not noun and not total and not begun and (w.AMOUNT_NAME.found(left) or w.GOODS.found(label)):
        if label.endswith("面积") and previous is not None and previous.kind == "task":
            return Reading("new", "task", name)
        if w.PLAIN_AREA.found(label) and not previous and not amount.comparator and not w.OWN_AREA.found(label):
            return None
        return Reading("new" if "新增" in label else "level", "indicator", name)
    worked = w.WORK.found(words[clause : amount.start]) or begun or (noun and w.WORK.found(right))
    short = not noun and len(label) <= 12 and not w.PLAIN_AREA.found(label)
    if (
        short
        and previous is not None
        and previous.kind == "indicator"
        and (not previous.shared or "其中" in left)
        and not amount.counted
        and not begun
    ):
        return Reading("level", "indicator", name)
    beside = (
        previous is not None
        and previous.kind == "task"
        and not noun
        and len(label) <= 12
        and not w.PLAIN_AREA.found(label)
    )
    if worked or joined is not None or total or beside or (previous is not None and "其中" in left):
        return Reading("new", "task", name)
    return None


def _before_noun(words: str, amount: Amount, left: str, right: str, ahead: bool, listed: bool, clause: int) -> bool:
    """Whether what an amount counts stands behind it: 打通50条断头路, 甲、乙等6条高铁, 96个社区全部配置自助终端."""
    if amount.low < 2 and amount.counted and not (amount.form == "digits" and (listed or w.MADE_BEHIND.found(left))):
        return False
    if amount.form == "chinese" and left.endswith(("为", "以", "对", "在", "的")):
        return False
    if ahead or listed or (w.ROOM.found(left) and right.startswith("的")):
        return True
    worked = w.WORK.found(words[clause : amount.start])
    if left.endswith("等") or (amount.form == "chinese" and "、" in left):
        return bool((worked or w.WORK.found(right) or left.startswith("、")) and not w.KEPT_ON.found(left))
    if not left.strip(" ,、"):
        return bool(w.WORK.found(right)) and (amount.low >= 10 or not amount.counted)
    return (
        bool(w.WORK.found(right)) and left.endswith("的") and left.lstrip("、, ").startswith(("对", "把", "将", "五年"))
    )


def _spelt(amount: Amount, left: str) -> bool:
    """Whether a number in Chinese characters counts work: 「开行三条水上线路」, not 「三个高地」."""
    if not amount.counted:
        return True
    if amount.low < 2 or amount.unit not in _SINGLY:
        return amount.unit.startswith(("万", "亿", "千", "百")) or amount.low >= 20
    if left.endswith(("为", "以", "对", "在")):
        return False
    return w.MADE_BEHIND.found(left) is not None or w.WORK.found(left) is not None
