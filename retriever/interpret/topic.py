"""What a question is about, without the words that ask: 请列出……有哪些. Knows no place and no year."""

import re

_FRAME = re.compile(
    r"^(?:(?:(?:领导|主任|处长|局长|科长|老板|老师|导师|上面)(?:让|要|叫|要求)我?们?|写[^，,：:]{0,6}用[，,：:]|做期节目[，,：:]|(?:记者)?求助[，,：:]|一张表[，,：:]|听说|想请教|请教|咨询|我想(?=\s)|麻烦|劳驾|您好|你好|请问|请|帮我|帮忙|给我|我?想(?=知道|问|查|了解|看看|找找|请问|听听)|俺们|俺想|想问|问一下|问问|打听一下)[，,]?\s*)*(?:知道|检索|查一查|查一下|查询|查找|找一找|找一下|列出|列举|列一?下|了解|对比|对照|比较(?!优势)|看看|说说|介绍|汇总"
    r"|梳理|整理|统计|[查找列](?=\s|一下))?(?:(?<=[\u4e00-\u9fff])一下)?\s*(?:一共)?(?:都?有(?:哪些|什么|多少))?\s*(?:都?(?:提到|提及|谈到)[了过]?)?"
)
_TAIL = re.compile(
    r"(?:[，,\s]*(?:谢谢|多谢|感谢|辛苦)[您你啦了]*)?(?:都?[有是]?(?:哪些|什么|怎么样|怎样|如何|怎么办|怎么做|多少))?(?:呢|吗|(?<![什怎多那这])么)?[？?。！!\s]*$"
)
_LINK = re.compile(r"^(?:\s*(?:[、，,的：:]|(?:和|与|及|在|对|于)(?=\s)|对于|关于))+|(?:和|与|及|、)\s*(?=\s)")
# Words that ask, wherever they stand; no plan repeats them.
_ASKING = re.compile(
    r"(?:是|指)?个?(?:什么|啥)(?:制度|东西|概念|意思)|怎么(?:定义|解释|理解)|百分之(?:多少|几)|(?P<verb>[提讲说管写治松做办])[没不](?P=verb)|到底|究竟|有没有|是不是|能不能|会不会|要不要|可不可以|行不行"
    r"|(?:怎么|咋)(?:样|办|搞|弄|建|整|做)?了?|如何|怎样|(?:都?有|是)(?:哪些|什么|啥|何|多少|多[大高])(?!不一样)|何谓|何为|什么叫|什么是|啥叫|啥是|哪些|多少|什么时候|啥时候|啥时|何时|多[大高快]"
    r"|(?:是|指)?个?(?:什么|啥)(?:制度|东西|概念|意思)|哪[儿里](?:写|提|讲)了?|写在哪[儿里]?|第几[条章节页]|几[个所家座条处台辆]+[啊呀呢]*(?=[？?\s]|$)|(?:到)?(?:什么|啥|何种)程度|来着|列个表(?:给我)?|想问(?:一下|问)?|(?<=[\u4e00-\u9fff])[呀呐]$"
)
_BESIDE = re.compile(
    r"(?:跟|和|与|同)\s+比[，,]?|对比(?:一下)?|比较(?:一下|之下)?(?!优势|[好高大多快低小差])|相比|相对照|对照(?:一下)?|比一比|比比看?|(?:之间)?(?:的|有什么|有何)?(?:区别|差异|差别|异同|不同之处)|(?:的)?变化(?=[？?。]?$)|vs|VS|PK|pk|各自|分别|(?:这|那)?(?:[两三四]个?(?:省|市|县|地|地方)|[两三四]个区|两区|几个?(?:省|市|区|县|地方))(?!级|块)|(?:横向)?比较$|差在哪[儿里]?|(?:倒底|到底)?(?:谁|哪个|哪家)(?:更|搞得|做得|干得|投入|办得|抓得)*[高多大快低少强早好](?=[？?\s]|$)|两边|之比|[，,]?(?:有啥|有什么|有何|是不是)?(?:都|是否)?(?:完全)?不?一样$"
)
# 「……，各省有没有管」: what is left of the clause that asks.
_REST = re.compile(
    r"(?<=[\u4e00-\u9fff])[，,]\s*(?:都|要|在|是|给)?(?:说到?|讲|提到?|管|治|治一治|管一管|说法|交代|安排|张罗|规定|要求|要添|口子|打算|考虑|明确)?[过了的]?\s*$"
)
_AT_END = re.compile(
    r"(?:，|,)?\s*(?:求名单|(?:的)?定义|的(?:含义|定义|概念|意思|情况|提法|说法|表述|论述|条款|章节|篇幅)|名单|名录|梳理|汇总|汇编|整理|一览|列表|清单)[？?。！!\s]*$"
)


def topic(text: str, compare: bool) -> str:
    """The topic of what is left of a question once places, years and documents are taken; may be empty."""
    taken = text != text.rstrip()
    text = re.sub(r"^\s*印发的(?=\s)", " ", text)
    text = _LINK.sub(" ", text.strip())
    text = _FRAME.sub("", text.strip(), count=1)
    text = _AT_END.sub("", text) or text
    asked = _ASKING.sub(" ", text)
    text = _REST.sub("", asked) if asked != text else text
    if compare:
        text = _BESIDE.sub(" ", text)
    text = _TAIL.sub("", _LINK.sub(" ", text)).strip(" ，,、：:；;")
    # 「筹集的牵头单位」: what followed is gone.
    text = text.removesuffix("的") if taken and not text.endswith("目的") else text
    text = re.sub(r"\s+", " ", text)
    # A blank between two characters of one question is no boundary once the words that ask are gone.
    text = re.sub(r" 的(?![士确])", " ", text)
    return re.sub(r" ?([，,、；;]) ?", r"\1", text)
