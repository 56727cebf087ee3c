"""Recognises what a page carries besides its text: one pattern per kind of noise, each with a specimen."""

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Noise:
    """A kind of boilerplate line. `zone`: head (before the body), tail (after it) or any."""

    reason: str
    zone: str
    pattern: re.Pattern[str]
    specimen: str


def _noise(reason: str, zone: str, pattern: str, specimen: str) -> Noise:
    return Noise(reason, zone, re.compile(pattern), specimen)


NOISE = (
    _noise(
        "面包屑导航", "any", r"(?:您?现在的?|当前|您的当前|您所在的?)位置\s*[:：].*", "您现在的位置：首页 > 互动交流"
    ),
    _noise("面包屑导航", "any", r"首页\s*[>》›/｜|-].{0,60}", "首页 > 某区医疗保障局 > 规划计划"),
    _noise(
        "导航",
        "head",
        r"[>》›|｜]|首\s*页|返回首页|导航菜单|文章导航|上一[版篇]|下一[版篇]|网站首页|无障碍|长者版|登录|注册"
        r"|(?:政务|政府|信息)(?:信息)?公开|政务服务|互动交流|政府工作报告列表|走进.{2,4}|[\u4e00-\u9fff]{2,4}要闻|省政府工作报告",
        "返回首页",
    ),
    _noise("版面信息", "head", r"第\s*[0-9０-９A-Z一二三四五六七八九十]{1,4}\s*版\s*[:：]?\s*\S{0,8}", "第14版：专版"),
    _noise("版面信息", "head", r"[\u4e00-\u9fff]{2,6}[日晚]?报", "某县报"),
    _noise(
        "版面信息",
        "head",
        r"(?:\S{2,8}报\s*)?[12][0-9]{3}\s*年\s*[0-9]{1,2}\s*月\s*[0-9]{1,2}\s*日(?:\s*星期.)?(?:\s*第\s*\S{1,4}\s*版.{0,10})?",
        "2021年03月18日",
    ),
    _noise("版面信息", "head", r"分类号\s*[:：].*|\S{2,6}日报\s*/.*版.*", "分类号：BH6 6"),
    _noise(
        "版头",
        "head",
        r"[\u4e00-\u9fff]{4,30}文件|[\u4e00-\u9fff]{1,8}〔[0-9]{4}〕\s*[0-9]{1,4}\s*号",
        "某县人民政府办公室文件",
    ),
    _noise(
        "标题附注",
        "any",
        r"[（(](?:征求意见稿|草案|送审稿|修订[版稿]?|[0-9]{4}\s*[-—–~至]+\s*[0-9]{4}\s*年)[)）]",
        "（征求意见稿）",
    ),
    _noise(
        "功能按钮",
        "any",
        r"(?:下载|打印|全屏|收藏|分享|关闭|大|中|小|加大|还原|减小|字体|字号|打印本页|关闭窗口|返回顶部|我要纠错"
        r"|纠错|复制链接|听全文|朗读)\s*[:：]?",
        "打印本页",
    ),
    _noise(
        "功能按钮",
        "any",
        r"【?\s*字[体号]\s*[:：]?[\s大中小】\[\]【|打印本页关闭窗口收藏]*|[【】\[\]]+|【\s*(?:打印|关闭|收藏|大|中|小).{0,12}】?.{0,24}"
        r"|(?:打印本?页?\s*)?关闭窗口",
        "【字体：大 中 小】",
    ),
    _noise(
        "分享栏", "any", r"分享\s*(?:到|至)?\s*[:：]?\s*(?:微信|微博|QQ(?:空间|好友)?|朋友圈|\s)*", "分享到：微信 微博"
    ),
    _noise(
        "来源与时间", "any", r"(?:信息)?来\s*源\s*[:：]\s*\S{0,30}|[（(]来源\s*[:：]\S{2,20}[)）]", "来源：解放日报"
    ),
    _noise(
        "来源与时间",
        "any",
        r"(?:发布|发表|更新|成文)?(?:时间|日期)\s*[:：]\s*(?:[12][0-9]{3}.{0,60})?",
        "发布时间：2021-07-14 17:22",
    ),
    _noise(
        "来源与时间", "any", r"[12][0-9]{3}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:\s+[0-9:]{4,8})?", "2026-02-09 09:45:30"
    ),
    _noise("来源与时间", "any", r"(?:阅读|浏览|点击)(?:量|次数|数)?\s*[:：]?\s*[0-9]*\s*次?", "阅读量：1024"),
    _noise(
        "来源与时间",
        "any",
        r"[（(]?(?:责任)?编辑\s*[:：].{0,24}[)）]?|作者\s*[:：].{0,12}|[（(]?记者\s+\S{2,4}[)）]?",
        "责任编辑：某某",
    ),
    _noise(
        "征集信息",
        "any",
        r"征集时间\s*[:：].{0,80}|征集单位\s*[:：].{0,40}|收到意见\s*[:：]?\s*[0-9]+\s*条|[（(]本次征集已结束.{0,24}|状\s*态\s*[:：].{0,8}",
        "征集时间：[ 2018-01-08 ] 至 [ 2018-01-15 ] 状态：已过期",
    ),
    _noise(
        "图片说明",
        "any",
        r".{0,90}(?:记者|通讯员|融媒体)\s*\S{0,4}[\s\S]{0,8}[摄/]$|.{0,60}本报记者.{0,14}摄",
        "省长某某作政府工作报告。本报记者 某某 摄",
    ),
    _noise("图片说明", "head", r".{0,20}(?:作|作了)政府工作报告。?", "省长某某作政府工作报告"),
    _noise(
        "署名",
        "head",
        r"\S{0,14}(?:[省市区县州]\s*长|主\s*席)\s*[\u4e00-\u9fff·]{1,4}(?:\s*[\u4e00-\u9fff·]{1,12})?|[\u4e00-\u9fff]{2,14}(?:人民政府|管理委员会|民政局|发展和改革[局委])",
        "上海市市长 某 某",
    ),
    _noise(
        "会议信息",
        "head",
        r"[—―–-]*[（(]?\s*[12二][0-9０-９\s〇○一二]{3,9}年.{0,60}(?:会议|大会)(?:上|批准|通过|审议).{0,40}|[—―–-]{2}\s*20[0-9]{2}年[^。]{4,40}"
        r"|人民代表大会.{0,10}会议上?",
        "——2026年2月3日在某市第十六届人民代表大会第四次会议上",
    ),
    _noise("接续提示", "any", r"[（(]\s*(?:上接|下转|紧接|接)\s*第?.{1,12}[)）]", "（上接第十三版）"),
    _noise("二维码", "any", r".{0,6}扫一扫.{0,24}|.{0,6}扫描二维码.{0,20}|二维码", "扫一扫在手机打开当前页"),
    _noise(
        "推荐阅读",
        "any",
        r"(?:相关(?:报道|链接|文章|新闻|阅读|附件|文档|稿件)|推荐阅读|延伸阅读|猜你喜欢|热门推荐)\s*[:：]?",
        "相关报道：",
    ),
    _noise(
        "评论区",
        "tail",
        r"(?:发表(?:意见|评论)|我要(?:留言|评论)|留言与评论.{0,20}|网友评论.{0,10}|[•·\s]*(?:您的)?(?:姓名|意见|邮箱|电话|电子邮箱|通讯地址|意见标题|意见内容)\s*[:：]?.{0,4}"
        r"|[•·\s]*联系(?:方式|电话)\s*[:：]?.{0,40}|[•·\s]*(?:是否公开|验证码)\s*[:：]?.{0,16}|我要提意见|\*|提\s*交(?:\s*重\s*置)?|重\s*置|看不清.{0,8})",
        "• 您的姓名：",
    ),
    _noise(
        "打赏",
        "any",
        r"收藏此文.*|如果本文对你.*|[•·\s]*打赏方法.*|[•·\s]*(?:支付宝|微信)(?:扫描)?打赏|打赏本站|本文地址\s*[:：].*",
        "支付宝打赏",
    ),
    _noise(
        "网站页脚",
        "any",
        r"(?:版权所有|主办单位?|承办单位?|主管单位?|(?:政府)?网站标识码|技术支持|网站地图|联系我们|.{0,12}ICP备|.{0,4}公网安备|Copyright|©).{0,80}"
        r"|.{0,90}All rights reserved\.?.{0,60}",
        "版权所有：某市人民政府",
    ),
    _noise(
        "免责声明",
        "any",
        r"本文仅代表作者观点.*|(?:声明|免责声明)\s*[:：].*|.{0,10}转载.{0,12}(?:注明|不代表).*",
        "本文仅代表作者观点，不代表本站立场。",
    ),
    _noise(
        "落款日期",
        "any",
        r"[12二][0-9０-９〇○零一二三四五六七八九]{3}\s*年\s*[0-9一二三四五六七八九十]{1,3}\s*月(?:\s*[0-9一二三四五六七八九十]{1,3}\s*日)?",
        "2018年1月6日",
    ),
    _noise(
        "网站页脚",
        "tail",
        r"(?:上|下)一(?:篇|条)\s*[:：]?.{0,60}|附件下载\s*[:：]?.{0,40}|.{0,16}(?:网站地图|关于我们|隐私声明|使用帮助).{0,40}"
        r"|建议使用.{0,40}浏览器.{0,30}",
        "上一篇：某某通知",
    ),
    _noise(
        "印发信息",
        "any",
        r"(?:\S{4,24}\s+)?[12][0-9]{3}\s*年\s*[0-9]{1,2}\s*月\s*[0-9]{1,2}\s*日\s*印发|(?:抄送|主题词)\s*[:：].{2,120}",
        "某县人民政府办公室 2023年7月21日印发",
    ),
    _noise("附件链接", "any", r".{0,60}\.(?:pdf|docx?|xlsx?|zip|rar|wps|ofd)", "1.重点项目清单.xlsx"),
    _noise("公开属性", "any", r"[（(]?\s*此件(?:主动|依申请|不予)?公开(?:发布)?\s*[)）]?", "（此件公开发布）"),
    _noise(
        "页码",
        "any",
        r"[-—–·\s]*[0-9]{1,4}[-—–·．.\s]*|第\s*[0-9]+\s*页(?:\s*共\s*[0-9]+\s*页)?|[“·\s]*[（(][0-9]{1,4}[)）D]{1,2}",
        "— 12 —",
    ),
    _noise("扫描噪点", "any", r"[^\u4e00-\u9fffA-Za-z0-9]{1,12}|[-—_=*·.]{3,}", "· ·"),
)


_SENTENCE = re.compile(r"(?!\S{2,8}[：:]).{11,}[。！？；]")
_MAY_BE_SENTENCE = ("免责声明", "图片说明", "打赏", "征集信息", "会议信息")
_LONGEST = 240
"""A line of more characters is text, whatever it begins with."""


def reason(line: str, head: bool, tail: bool) -> str | None:
    """Why a line (already stripped) is boilerplate, or None. `head`: no body has been seen yet; `tail`: none follows."""
    if len(line) > _LONGEST:
        return None
    # 「技术支持中心建成后，服务企业超过三百家。」 begins like a footer and is a sentence.
    sentence = line[-1:] in "。！？；" and _SENTENCE.fullmatch(line) is not None
    found = _any_of(head, tail, sentence).fullmatch(line)
    return NOISE[int(found.lastgroup[1:])].reason if found and found.lastgroup else None


@lru_cache(maxsize=8)
def _any_of(head: bool, tail: bool, sentence: bool) -> re.Pattern[str]:
    """All patterns that apply as one, tried in their order: a call a line instead of thirty."""
    zones = {"any"} | ({"head"} if head else set()) | ({"tail"} if tail else set())
    return re.compile(
        "|".join(
            f"(?P<n{number}>{noise.pattern.pattern})"
            for number, noise in enumerate(NOISE)
            if noise.zone in zones and (not sentence or noise.reason in _MAY_BE_SENTENCE)
        )
    )
