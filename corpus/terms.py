"""Glosses each Chinese domain term once in English, for whoever reads the code; nothing at run time depends on it."""

GLOSSARY: dict[str, str] = {
    # kinds of document (corpus.model.KINDS)
    "规划纲要": "outline plan: the five-year plan of a region, passed by its people's congress",
    "规划建议": "proposal for a plan: the Party committee's guidance from which the outline is drawn up",
    "政府工作报告": "government work report: the yearly account and programme given to the people's congress",
    "实施意见": "implementing opinion: a binding document on how a policy is carried out, with units in charge",
    "专项规划": "special plan: a plan for one field, such as ecology or care of the old",
    "行动计划": "action plan: a plan of two or three years with tasks and deadlines",
    "通知": "notice: the letter by which a document is issued or announced",
    "其他": "other: a kind that none of these names",
    # statuses (corpus.model.STATUSES)
    "正式": "final: in force as published",
    "征求意见稿": "draft for comment: published so that others may object",
    "草案": "bill: the draft laid before a people's congress",
    "送审稿": "draft for approval: sent to the body that decides",
    "修订": "revision: a changed version of what was final",
    "废止": "repealed: no longer in force",
    # levels of regions (corpus.regions.places.LEVELS)
    "国家": "the nation",
    "省级": "province level: provinces, autonomous regions, municipalities (省, 自治区, 直辖市)",
    "地级": "prefecture level: cities and prefectures under a province (各市)",
    "县级": "county level: districts, counties, county-level cities (各区, 各县)",
    "乡级": "township level: towns, townships, subdistricts",
    # parts of a document
    "篇": "part of a plan, above its chapters",
    "章": "chapter",
    "节": "section of a chapter",
    "专栏": "box: a framed list of projects or targets within a section",
    "名词解释": "glossary: terms of the document explained at its end",
    "附件": "appendix",
    "目录": "table of contents",
    "文号": "document number: issuing body, year and running number (墨发〔2023〕9号)",
    "落款": "signature: who issued a document, and when, below its body",
    "牵头单位": "unit in charge of a task",
    "责任单位": "units that share a task",
    # what people ask for
    "十四五": "the 14th five-year plan, 2021–2025",
    "远景目标": "long-range objectives, usually to 2035",
    "未检索到": "not found: the answer for a region whose documents hold no evidence",
}
"""Term → gloss."""
