"""The county's own words of a document: short templates with a closed list of fields, and nothing that computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache

from jinja2 import Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from tracker.languages import N_, _

LONGEST = 1_000  # characters of one template
FIELDS: Mapping[str, str] = {
    "issuer": N_("发文机关"), "unit": N_("收文单位"), "number": N_("文号"), "issue_number": N_("问题编号"),
    "place": N_("问题地点"), "deadline": N_("整改时限"), "reply_by": N_("回复期限"), "leader": N_("县领导"),
    "subject": N_("督办事项"), "day": N_("成文日期"),
}  # fmt: skip
_PLAIN = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not, nodes.And, nodes.Or)


@dataclass(frozen=True)
class Wording:
    """What a county may change of a kind of document; each is a template over ``FIELDS``."""

    mark: str = "{{ issuer }}"
    title: str = ""
    opening: str = ""
    closing: str = ""
    issuer: str = "{{ issuer }}"
    copies: str = ""


PARTS: Mapping[str, str] = {
    "mark": N_("发文机关标志"), "title": N_("标题"), "opening": N_("开头"), "closing": N_("结尾"), "issuer": N_("署名"),
    "copies": N_("抄送机关"),
}  # fmt: skip


@lru_cache(maxsize=256)
def _compiled(text: str) -> Template:
    return SandboxedEnvironment(autoescape=False).from_string(text)


def fault_of(text: str) -> str:
    """Return in the reader's words what is wrong with a template, or nothing."""
    if len(text) > LONGEST:
        return _("最多 {n} 个字").format(n=LONGEST)
    try:
        tree = SandboxedEnvironment().parse(text)
        _compiled(text)
    except TemplateSyntaxError:
        return _("花括号不成对；字段写作 {{ unit }}，条件写作 {% if leader %}…{% endif %}")
    except (SyntaxError, RecursionError, MemoryError):  # Python's own limits
        return _("一层套一层太多，请写得简单些")
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _PLAIN):
            return _("只能写文字、字段和“如果有这个字段”，不能计算")
    unknown = sorted({node.name for node in tree.find_all(nodes.Name)} - FIELDS.keys())
    return _("没有 {names} 这个字段").format(names="、".join(unknown)) if unknown else ""


def filled(wording: Wording, values: Mapping[str, str]) -> Wording:
    """Return the words with their fields filled in; a field without a value is empty."""
    known = {name: values.get(name, "") for name in FIELDS}
    return Wording(
        **{part.name: _compiled(getattr(wording, part.name)).render(known).strip() for part in fields(Wording)}
    )


def usual(kind: str) -> Wording:
    """Return the words of a kind of document where the county has set none."""
    return USUAL.get(kind, Wording())


# The source language alone: these are the words of documents, which are Chinese whoever reads them.
USUAL: Mapping[str, Wording] = {
    "rectification": Wording(
        title=N_("整改通知书"),
        opening=N_(
            "经查，发现以下问题（问题编号：{{ issue_number }}），由你单位负责整改。"
            "现将有关事项通知如下，请按要求抓好落实。"
        ),
        closing=N_("请收到本通知后及时签收，明确整改措施；整改完成后，上传佐证材料并申请销号。"),
    ),
    "immediate": Wording(
        title=N_("立行立改通知书"),
        opening=N_(
            "经查，发现以下问题（问题编号：{{ issue_number }}），应当立行立改。"
            "请你单位立即整改，于{{ deadline }}前办结，不得拖延。"
        ),
        closing=N_("请收到本通知后立即签收并着手整改；整改完成后，当日上传佐证材料并申请销号。"),
    ),
    "urge": Wording(
        title=N_("催办通知"),
        opening=N_("你单位负责整改的下列问题（问题编号：{{ issue_number }}）尚未办结。现予催办，请抓紧办理。"),
        closing=N_("请收到本通知后签收，并在系统中报告办理进展。"),
    ),
    "remind": Wording(
        title=N_("提醒函"),
        opening=N_("经核查，下列问题已超过整改时限仍未办结。特此提醒，请抓紧整改，并按期回复进展。"),
        closing=N_("请收到后及时签收，并在回复期限前在系统中回复。"),
        copies="{{ leader }}",
    ),
    "supervise": Wording(
        title=N_("督办函"),
        opening=N_("经核查，下列问题逾期较久仍未办结。请你单位督促责任单位查明原因、限期整改，并按期书面回复。"),
        closing=N_("请收到后及时签收，并在回复期限前在系统中回复。"),
        copies="{{ leader }}",
    ),
    "interview": Wording(
        title=N_("约谈通知书"),
        opening=N_(
            "经核查，下列问题严重逾期，经提醒、督办仍未办结。经研究，决定对责任单位主要负责人进行约谈，请通知其按要求参加，并按期报送整改情况。"
        ),
        closing=N_("请收到后及时签收，并在回复期限前在系统中回复。"),
        copies="{{ leader }}",
    ),
    "order": Wording(
        title=N_("督办单"),
        opening=N_("现将下列事项交你单位办理，请按要求抓好落实，并按期书面回复办理情况。"),
        closing=N_("请收到后及时签收，并在回复期限前在系统中回复。"),
        copies="{{ leader }}",
    ),
    "instruction": Wording(
        title=N_("领导批示办理单"),
        opening=N_(
            "现将{% if leader %}{{ leader }}{% else %}县领导{% endif %}的批示转给你单位，"
            "请认真落实，并按期回复办理情况。"
        ),
        closing=N_("请收到后及时签收，并在回复期限前在系统中回复。"),
    ),
    "extension_request": Wording(
        mark="",
        title=N_("延期申请书"),
        opening=N_(
            "我单位负责整改的问题（编号：{{ issue_number }}），因下列原因不能在{{ deadline }}前完成，"
            "现申请延期，请予审批。"
        ),
        issuer="{{ unit }}",
    ),
    "extension_decision": Wording(mark="", title=N_("延期审批表"), issuer=""),
    "sign_off_request": Wording(
        mark="",
        title=N_("销号申请单"),
        issuer="{{ unit }}",
        closing=N_("以上情况属实，整改已经完成，现申请销号。"),
    ),
    "sign_off_form": Wording(mark="", title=N_("销号审批表"), issuer=""),
    "closing_report": Wording(
        title=N_("关于{{ issue_number }}问题办结情况的报告"),
        opening=N_("{{ place }}的下列问题已经整改到位，复核通过并销号。现将办结情况报告如下。"),
        closing=N_("特此报告。"),
    ),
    "file": Wording(mark="", title=N_("问题整改全过程档案"), issuer=""),
    "round_plan": Wording(
        title=N_("巡查方案（{{ subject }}）"),
        opening=N_("为做好本轮巡查，推动问题整改到位，制定本方案。"),
        closing=N_("各组应当按照本方案开展巡查，发现的问题当日登记，没有发现问题的也要留下记录。"),
    ),
    "bulletin": Wording(title="{{ subject }}"),
    "visit_record": Wording(mark="", title=N_("巡查记录"), issuer=""),
}
