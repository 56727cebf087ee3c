"""An invented plan of an invented city, 临澜市, and what each reader should make of it; it writes no file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from corpus.model import Reading

TITLE = "临澜市海洋经济与滨海生态发展第十四个五年规划"
NUMBERS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Block:
    """kind: h1, h2, h3, p, box or table. `text` is without its number; rows: cells, None where a merged cell reaches."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str | None, ...], ...] = ()
    lines: tuple[str, ...] = ()


def h(level: int, text: str) -> Block:
    return Block(f"h{level}", text)


def p(text: str) -> Block:
    return Block("p", text)


INDICATORS = (
    ("类别", "指标", "2020年", "2025年", "属性"),
    ("海洋经济", "海洋生产总值（亿元）", "186.4", "290", "预期性"),
    (None, "海洋新兴产业占比（%）", "12.5", "20", "预期性"),
    ("滨海生态", "自然岸线保有率（%）", "38.2", "≥38.2", "约束性"),
    (None, "近岸海域优良水质比例（%）", "81", "88", "约束性"),
    ("注：地区生产总值按可比价计算。", None, None, None, None),
)
PROJECTS = (
    ("序号", "工程", "地点", "建设内容"),
    ("1", "澜湾红树林修复工程", "澜湾新区", "新种红树林260公顷，修复现有林地110公顷"),
    ("2", "北屿渔港升级工程", "北屿县", "改造一级渔港1座，新增避风锚地35万平方米"),
    ("3", "潮汐湿地公园", "望潮区", "建设科普步道12公里"),
)
BOX = (
    "专栏1　海岸带保护修复重点工程",
    "1．岸线整治。清退非法养殖围堰，恢复自然岸线18公里。",
    "2．沙滩养护。对东湾、金螺湾两处沙滩补沙养护，面积不少于40公顷。",
    "3．入海河流治理。在澜河、青蓝河河口建设人工湿地，削减总氮排放。",
)
NOTE_BOX = ("专栏2　临澜港集疏运", "扩建临澜港二期码头，新增万吨级泊位4个，年吞吐能力达到5200万吨。")

PLAN: tuple[Block, ...] = (
    p(
        "本规划依据《临澜市国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要》编制，规划期为2021年至2025年，展望到2035年。"
    ),
    h(1, "发展基础和总体要求"),
    h(2, "发展基础"),
    p(
        "“十三五”时期，全市海洋生产总值年均增长7.8%，占地区生产总值的比重由19.6%提高到23.1%，港口货物吞吐量突破4100万吨。"
    ),
    p("近岸海域生态环境持续好转，累计修复滨海湿地640公顷，整治岸线27公里，东湾国家级海洋公园通过验收。"),
    p("同时，海洋科技创新能力不强，涉海企业规模偏小，陆源污染压力仍然较大，海洋灾害预警预报水平有待提高。"),
    h(2, "总体要求"),
    h(3, "指导思想"),
    p(
        "完整、准确、全面贯彻新发展理念，坚持陆海统筹、湾区联动，以高质量发展为主题，以改革创新为动力，加快建设现代海洋城市。"
    ),
    h(3, "基本原则"),
    p("坚持生态优先。把海洋生态文明建设摆在突出位置，严守海洋生态保护红线，推动形成绿色低碳的生产生活方式。"),
    p("坚持创新驱动。强化企业创新主体地位，布局一批海洋领域重点实验室和中试基地，促进成果就地转化。"),
    p("坚持陆海统筹。统一谋划陆域和海域空间，实现基础设施、产业布局、环境治理协同推进。"),
    h(2, "发展目标"),
    p("到2025年，海洋经济综合实力显著增强，海洋生态环境质量位居全省前列，海洋治理体系更加完善，主要指标见表1。"),
    Block("table", rows=INDICATORS),
    p("到2035年，基本建成特色鲜明的现代海洋城市，人与海洋和谐共生的格局全面形成。"),
    h(1, "构建现代海洋产业体系"),
    h(2, "提升传统优势产业"),
    p(
        "推进海洋渔业转型升级，压减近海捕捞强度，发展深远海养殖，到2025年建成国家级海洋牧场3处，水产品总产量稳定在58万吨。"
    ),
    p("做强临港装备制造业，依托北屿船舶基地发展绿色船舶和海洋工程装备，支持龙头企业开展智能化改造。"),
    p("推动滨海旅游提质增效，打造“澜湾夜航”“望潮听涛”等品牌，建设环湾慢行绿道86公里。"),
    h(2, "培育海洋新兴产业"),
    p("加快发展海上风电，建成北屿外海风电场一期，装机容量50万千瓦，配套建设运维基地和储能设施。"),
    p("培育海洋生物医药，支持以海藻、贝类为原料的功能食品和医用材料研发，建设海洋生物样品库。"),
    p("布局海水淡化与综合利用，新增淡化能力每日6万吨，优先保障海岛和临港园区用水。"),
    Block("box", lines=NOTE_BOX),
    h(1, "加强海洋生态保护修复"),
    h(2, "严格保护海岸带"),
    p("实施海岸建筑退缩线制度，除国家重大项目外全面禁止围填海，自然岸线占用实行占补平衡。"),
    p("开展海岸线、海湾、海岛整体修复，恢复红树林、盐沼、海草床等典型生境，提升固碳能力。"),
    Block("box", lines=BOX),
    h(2, "推进陆海污染协同治理"),
    h(3, "入海排污口整治"),
    p("对全市入海排污口逐一排查、监测、溯源，2023年底前完成清理整治，建立“一口一档”。"),
    h(3, "海漂垃圾治理"),
    p("健全海上环卫机制，沿海乡镇全面落实网格化保洁，重点岸段海漂垃圾日产日清。"),
    p("推广可降解渔具和环保浮球，回收废旧渔网，从源头减少塑料垃圾入海。"),
    h(2, "实施重大工程"),
    p("按照成熟一批、启动一批的原则，滚动实施海洋生态重大工程，近期项目如下。"),
    Block("table", rows=PROJECTS),
    h(1, "保障措施"),
    h(2, "加强组织领导"),
    p("市海洋发展委员会统筹规划实施，各县（区）人民政府落实主体责任，建立年度任务清单和定期会商制度。"),
    h(2, "强化要素支撑"),
    p("统筹安排财政资金，鼓励设立海洋产业基金，对重点项目用海、用地、用能予以优先保障。"),
    p("引进海洋领域高层次人才，支持临澜海洋学院扩大办学规模，每年培训涉海技能人才3000人次。"),
    h(2, "开展监测评估"),
    p("建立规划实施监测指标体系，组织开展中期评估和总结评估，评估结果向社会公开。"),
)


def numbered(blocks: Sequence[Block] = PLAN) -> Iterator[tuple[Block, str]]:
    """Each block with its text as readers see it: 第一章 …, 一、…, （一）…"""
    counts = [0, 0, 0]
    for block in blocks:
        if block.kind.startswith("h"):
            depth = int(block.kind[1]) - 1
            counts[depth] += 1
            counts[depth + 1 :] = [0] * (2 - depth)
            number = NUMBERS[counts[depth] - 1]
            yield block, (f"第{number}章 ", f"{number}、", f"（{number}）")[depth] + block.text
        else:
            yield block, block.text


def paragraphs() -> list[str]:
    """Every paragraph outside tables in order: title, headings, body, boxes."""
    out = [TITLE]
    for block, text in numbered():
        out += list(block.lines) if block.kind == "box" else [text] if block.kind != "table" else []
    return out


def headings() -> list[tuple[int, str]]:
    return [(int(block.kind[1]), text) for block, text in numbered() if block.kind.startswith("h")]


def cells() -> list[str]:
    """Every cell of every table, column by column with blanks where a merged cell reaches, none at a row's end."""
    out: list[str] = []
    for block in PLAN:
        for row in block.rows:
            filled = ["" if cell is None else cell for cell in row]
            while not filled[-1]:
                filled.pop()
            out += filled
    return out


def lines_of(reading: Reading) -> list[str]:
    """A reading's lines outside its tables and its table of contents."""
    apart = [hint.span for hint in reading.hints if hint.style in ("table", "toc")]
    out, start = [], 0
    for line in reading.text.split("\n"):
        if not any(span.start <= start < span.end for span in apart):
            out.append(line)
        start += len(line) + 1
    return out


def cells_of(reading: Reading) -> list[str]:
    return [hint.span.of(reading.text) for hint in reading.hints if hint.style == "cell"]


def headings_of(reading: Reading) -> list[tuple[int, str]]:
    return [(hint.level, hint.span.of(reading.text)) for hint in reading.hints if hint.style == "heading"]


def share(expected: Sequence[object], found: Sequence[object]) -> float:
    """How much of the longer list stands identical and in order in the other."""
    matched = sum(block.size for block in SequenceMatcher(None, expected, found, autojunk=False).get_matching_blocks())
    return matched / max(len(expected), len(found))
