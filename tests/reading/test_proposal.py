"""What columns are taken for: many counties' ledgers, words that must not be confused, cells that decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reading.fields import FIELDS, Field, ImportKind, fields_of
from tracker.reading.heading_words import Heading
from tracker.reading.likeness import likeness
from tracker.reading.proposal import REASONS, SURE, Match, propose, propose_kind

LONG = "村口垃圾清运不及时，异味明显，群众反映强烈"
DAY = date(2026, 7, 20)


def heads(line: str) -> list[Heading]:
    """Return the headings of a line divided by blanks; “责任>单位” stands in two rows."""
    levels = [tuple(words.split(">")) for words in line.split()]
    return [Heading(n, "/".join(one), one if len(one) > 1 else ()) for n, one in enumerate(levels)]


def words(line: str) -> list[str]:
    return [heading.words for heading in heads(line)]


def matches(line: str, *sample: Sequence[object], kind: ImportKind = ImportKind.LEDGER) -> dict[str, Match]:
    return {match.heading: match for match in propose(heads(line), sample, kind)}


def fields(line: str, *sample: Sequence[object], kind: ImportKind = ImportKind.LEDGER) -> str:
    return " ".join(match.field or "-" for match in propose(heads(line), sample, kind))


def alone(heading: str) -> Match:
    return propose([Heading(0, heading)], [], ImportKind.LEDGER)[0]


# Made-up headings after ledgers as counties keep them, each with what a clerk would say its columns are.
LEDGERS = [
    # The full ledger, the overdue ledger and the sign-off ledger of this tracker's own making.
    (
        "序号 问题编号 问题来源 来源文号/会议 发现日期 发现组/人 乡镇 村(社区) 所属星/指标 等级 具体问题 "
        "整改目标 整改措施 责任单位 责任人 包联领导 "
        "协办单位 交办日期 签收日期 原定时限 现时限 延期次数 进展 完成情况(已整改/整改中/未整改/长期) 佐证 "
        "复核日期/人/结论 销号日期/批准人 回头看 备注",
        "order key source source_ref found_on found_by township village star severity description goal measures "
        "responsible_unit responsible sponsor assisting assigned_on accepted_on first_deadline deadline extensions "
        "progress status photo_after verified_on signed_off_on - remark",
    ),
    (
        "序号 问题编号 乡镇 村(社区) 所属星 问题摘要 责任单位 责任人 督导组 交办日期 原定时限 延期次数 "
        "现时限 逾期天数 当前状态 最近进展 逾期原因 "
        "已采取督办措施 预警颜色 分管领导 领导批示 备注",
        "order key township village star description responsible_unit responsible group assigned_on first_deadline "
        "extensions deadline - status progress - - - sponsor - remark",
    ),
    ("序号 问题编号 问题 责任单位 销号日期 批准人 复核人 复核结论 佐证",
     "order key description responsible_unit signed_off_on signed_off_by verified_by recheck_finding photo_after"),
    # Townships and county offices.
    ("序号 存在问题 整改措施 责任单位 责任人 整改时限 整改情况 备注",
     "order description measures responsible_unit responsible deadline progress remark"),
    ("社区 日期 工作整改情况 存在问题 下一步工作安排", "village found_on progress description measures"),
    ("序号 村名 问题清单 整改举措 牵头领导 牵头单位 配合单位 完成时限 完成情况",
     "order village description measures sponsor responsible_unit assisting deadline status"),
    ("编号 督导时间 督导组 乡镇（街道） 村（社区） 发现的问题 问题类型 整改要求 整改时限（月/日） 是否整改到位",
     "key found_on group township village description category goal deadline status"),
    ("序号 检查时间 检查人员 被检查单位 存在的问题 责任人 限期 复查时间 复查人 复查情况",
     "order found_on found_by place description responsible deadline verified_on verified_by result_of_check"),
    ("序号 点位 路段 问题描述 问题照片 整改后照片 整改单位 整改期限 状态",
     "order village spot description photo_before photo_after responsible_unit deadline status"),
    ("序号 交办日期 交办编号 问题来源 交办内容 主办单位 协办单位 办理时限 办理情况 办结日期 是否逾期",
     "order assigned_on key source - responsible_unit assisting deadline progress signed_off_on stated_late"),
    ("顺序号 巡查日期 巡查人员 网格 行政村 隐患内容 隐患等级 整改措施 责任人 完成日期 整改前照片 整改后照片 整改时限",
     "order found_on found_by - village description severity measures responsible signed_off_on photo_before "
     "photo_after deadline"),
    ("序号 反馈问题 整改目标 整改措施 责任领导 责任部门 具体责任人 计划完成时间 整改进展 整改状态",
     "order description goal measures sponsor responsible_unit responsible deadline progress status"),
    ("序 镇街 社区 星级 指标 问题表现 整改方案 承办人 截止日期 进展情况 备注说明",
     "order township village star indicator description measures responsible deadline progress remark"),
    ("序号 问题类别 具体问题 整改责任单位 整改责任人 整改完成时限 整改进展情况 是否销号 销号时间",
     "order category description responsible_unit responsible deadline progress status signed_off_on"),
    ("台账编号 问题来源 通报文号 问题地点 问题概述 扣分 责任单位 整改期限 复核结果 备注",
     "key source source_ref place description consequence responsible_unit deadline result_of_check remark"),
    ("序号 所属乡镇 所属村 主要问题 责任单位 包村领导 时限 进度 照片",
     "order township village description responsible_unit sponsor deadline percent photo_before"),
    ("工单号 受理时间 反映人 联系电话 反映问题 地址 承办单位 办结时间 处理结果 回访情况",
     "key found_on found_by - description spot responsible_unit signed_off_on consequence result_of_check"),
    ("１．序号 ２．发现时间 ３．问题描述 ４．责任单位 ５．整改时限 ６．完成情况",
     "order found_on description responsible_unit deadline status"),
    ("（一）序号 （二）存在问题情况 （三）责任单位名称 （四）责任人姓名 （五）要求完成时限",
     "order description responsible_unit responsible deadline"),
    ("*序号 *乡（镇） *村居 *具体问题： *整改措施： *责任单位： *责任人：",
     "order township village description measures responsible_unit responsible"),
    ("序号 问题 原整改时限 延期 现时限 逾期情况 完成率 退回次数",
     "order description first_deadline extensions deadline stated_late percent returns"),
    ("序号 问题隐患 接收时间 签收日期 整改截止时间 验收时间 验收人 验收意见",
     "order description - accepted_on deadline verified_on verified_by recheck_finding"),
    ("序号 星级 否决情形 村（社区） 存在不足 县级领导 牵头责任单位 联络人 整改期限 复审日期",
     "order star - village description sponsor responsible_unit responsible deadline review_on"),
    # Headings in two and three rows.
    ("序号 村（社区） 存在问题 责任>单位 责任>人 整改>措施 整改>时限 备注",
     "order village description responsible_unit responsible measures deadline remark"),
    ("序号 基本情况>乡镇 基本情况>村 问题>来源 问题>描述 交办>日期 销号>日期 销号>批准人",
     "order township village source description assigned_on signed_off_on signed_off_by"),
    ("序号 问题 责任单位及责任人>单位 责任单位及责任人>责任人 整改情况>是否完成 整改情况>整改时限 复核>日期 "
     "复核>人 复核>结论",
     "order description responsible_unit responsible status deadline verified_on verified_by recheck_finding"),
    ("序号 问题 整改>责任>单位 整改>责任>人 整改>时间>交办日期 整改>时间>整改时限",
     "order description responsible_unit responsible assigned_on deadline"),
    # English, and mixed.
    ("case_id opened description responsible_unit due_date status closed_dt",
     "key found_on description responsible_unit deadline status signed_off_on"),
    ("row_id source inspected_on found_by town village spot category issue responsible_unit checked_on "
     "consequence note",
     "key source found_on found_by township village spot category description responsible_unit verified_on "
     "consequence remark"),
    ("No. 村Village 问题description 责任单位 deadline", "order village description responsible_unit deadline"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), LEDGERS)
def test_the_columns_of_a_ledger_are_understood(line: str, expected: str) -> None:
    assert fields(line).split() == expected.split()


PETITION = (
    "原始排序编码 受理编号 交办问题基本情况 行政区域 污染类型 督察期间调查核实情况 是否属实 "
    "整改目标及整改措施 督察期间处理情况 最新整改情况 办结状态 "
    "责令整改(家次) 罚款金额(万元) 是否重点件 挂钩省市县领导情况 牵头责任单位 联络人 联系电话 所属网格 "
    "网格员 网格员手机号码 轮次 是否重复 "
    "重复关联件编号 验收情况 合并编号 立案处罚(家次) 立案侦查(件次) 刑事拘留(人次) 行政拘留(人次) 约谈(人次) "
    "问责(人次) 问责情况 经度 纬度"
)


def test_a_petition_ledger_of_35_columns_gives_what_it_has() -> None:
    found = {heading: match.field for heading, match in matches(PETITION).items() if match.field}
    assert found == {
        "受理编号": "key",
        "交办问题基本情况": "description",
        "行政区域": "place",
        "污染类型": "category",
        "整改目标及整改措施": "measures",
        "最新整改情况": "progress",
        "办结状态": "status",
        "挂钩省市县领导情况": "sponsor",
        "牵头责任单位": "responsible_unit",
        "联络人": "responsible",
        "验收情况": "recheck_finding",
        "问责情况": "consequence",
    }


@pytest.mark.parametrize("field", FIELDS[ImportKind.LEDGER], ids=lambda field: field.key)
def test_a_fields_own_words_are_beyond_doubt(field: Field) -> None:
    match = alone(field.words)
    assert (match.field, match.reason) == (field.key, "exact")
    assert match.sureness >= 0.95


UNCLEAR = {"单位", "时间", "日期", "date", "完成日期", "完成时间", "整改完成时间", "整改完成日期", "办结时间"}


@pytest.mark.parametrize("field", FIELDS[ImportKind.LEDGER], ids=lambda field: field.key)
def test_every_synonym_leads_to_its_field(field: Field) -> None:
    for heading in set(field.synonyms) - UNCLEAR:
        match = alone(heading)
        assert (match.heading, match.field) == (heading, field.key)
        assert match.sureness >= 0.95


@pytest.mark.parametrize(
    ("heading", "never"),
    [
        ("责任人", "responsible_unit"),
        ("责任单位", "responsible"),
        ("整改时限", "measures"),
        ("整改措施", "deadline"),
        ("交办日期", "signed_off_on"),
        ("销号日期", "assigned_on"),
        ("发现时间", "signed_off_on"),
        ("完成时间", "found_on"),
        ("责任人职务", "responsible"),
        ("责任人电话", "responsible"),
        ("责任单位电话", "responsible_unit"),
        ("督办单位", "responsible_unit"),
        ("填报单位", "responsible_unit"),
        ("验收单位", "responsible_unit"),
        ("审核人", "signed_off_by"),
        ("填表人", "responsible"),
        ("逾期原因", "stated_late"),
        ("逾期天数", "extensions"),
        ("重复关联件编号", "order"),
        ("协办单位", "responsible_unit"),
        ("复核日期", "found_on"),
        ("签收日期", "found_on"),
        ("整改前照片", "photo_after"),
        ("整改指标", "goal"),
        ("督导措施", "group"),
        ("建成时间", "found_on"),
        ("单位地址", "responsible_unit"),
        ("复审日期", "verified_on"),
        ("precinct", "percent"),
        ("checked_on", "accepted_on"),
        ("closed_photo", "signed_off_on"),
        ("field B", "found_by"),
    ],
)
def test_words_that_look_alike_are_not_confused(heading: str, never: str) -> None:
    assert alone(heading).field != never


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("存在的主要问题", "description"),
        ("突出问题及表现", "description"),
        ("任务完成期限", "deadline"),
        ("县级包联领导", "sponsor"),
        ("镇级责任单位", "responsible_unit"),
        ("整改落实进展情况", "progress"),
        ("当前整改状态", "status"),
        ("督察发现问题", "description"),
        ("责任单伟", "responsible_unit"),
        ("整改时线", "deadline"),
        ("Responsible unit (lead)", "responsible_unit"),
        ("sla_target_dt", "deadline"),
        ("dateClosed", "signed_off_on"),
        ("case status", "status"),
        ("责任 单位", "responsible_unit"),
        ("责任单位（盖章）", "responsible_unit"),
        ("【存在问题】", "description"),
    ],
)
def test_near_spellings_are_understood(heading: str, field: str) -> None:
    assert alone(heading).field == field


@pytest.mark.parametrize(
    "heading",
    ["责任单伟", "整改时线", "隐患类型说明", "综合管理状态", "责任单位及责任人", "日期", "单位", "情况", "完成时间"],
)
def test_what_is_only_guessed_asks_for_a_confirmation(heading: str) -> None:
    assert alone(heading).sureness < SURE


@pytest.mark.parametrize(
    "heading",
    ["经度", "联系电话", "网格员手机号码", "轮次", "罚款金额(万元)", "刑事拘留(人次)", "职务", "预警颜色", "→", ""],
)
def test_unknown_columns_are_left_out(heading: str) -> None:
    assert alone(heading) == Match(0, heading, "", 0.0, "")


def test_a_field_goes_to_the_column_that_fits_best() -> None:
    assert fields("序号 督查问题 整改问题 具体问题 责任部门 责任单位") == "order - - description - responsible_unit"


def test_ties_go_to_the_first_column() -> None:
    assert fields("存在问题 问题描述") == "description -"


def test_a_column_of_two_things_goes_to_what_its_cells_look_like() -> None:
    line = "序号 存在问题 责任单位及责任人"
    assert fields(line) == "order description responsible_unit"
    assert fields(line, *[[n, LONG, name] for n, name in enumerate(["王磊", "李娜", "张强"])]).endswith("responsible")
    assert fields("存在问题及整改措施") == "description"


def test_days_beside_and_after_the_problem_are_read_by_their_place() -> None:
    rows = [["前村", DAY, LONG, DAY], ["后村", DAY, LONG, DAY]]
    found = matches("村 日期 存在问题 时间", *rows)
    assert (found["日期"].field, found["时间"].field) == ("found_on", "deadline")
    assert found["日期"].sureness >= SURE
    assert matches("发现日期 存在问题 责任人 时间")["时间"].field == "deadline"


def test_days_of_all_spellings_are_days() -> None:
    for day in ("7月20日", "7.20", "2020.7.20", "2026/7/20", "20260720", 44031.0, "7月底前", "2019/2/28 11:25:05"):
        assert matches("日期 问题", [day, LONG], [day, LONG])["日期"].reason == "content"


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (["前村", "后村", "老街社区"], "village"),
        (["三阳乡", "大封镇", "木城街道"], "township"),
        (["县住建局", "县农业农村局", "县委组织部"], "responsible_unit"),
        ([], "responsible_unit"),
    ],
)
def test_a_bare_unit_is_what_its_names_say(names: list[str], field: str) -> None:
    found = matches("序号 存在问题 单位 责任人", *[[n, LONG, name, "王磊"] for n, name in enumerate(names)])
    assert found["单位"].field == field


def test_a_bare_unit_before_the_problem_is_a_place() -> None:
    assert matches("序号 单位 存在问题")["单位"].field == "place"


def test_a_day_of_completion_for_what_is_still_open_is_a_time_limit() -> None:
    rows = [[LONG, "整改中", DAY], [LONG, "未整改", DAY], [LONG, "已整改", DAY]]
    assert matches("存在问题 状态 完成时间", *rows)["完成时间"].field == "deadline"
    done = [[LONG, "整改中", None], [LONG, "已整改", DAY]]
    assert matches("存在问题 状态 完成时间", *done)["完成时间"].field == "signed_off_on"
    assert matches("存在问题 整改时限 完成时间")["完成时间"].sureness >= 0.95


def test_states_under_progress_and_sentences_under_completion_change_places() -> None:
    states = matches("存在问题 整改情况", [LONG, "已整改"], [LONG, "整改中"])
    assert (states["整改情况"].field, states["整改情况"].reason) == ("status", "content")
    sentences = matches(
        "存在问题 完成情况",
        [LONG, "已更换灯泡三处，完成巡查两遍，待复核"],
        [LONG, "正在协调施工队，预计月底前进场施工"],
    )
    assert sentences["完成情况"].field == "progress"


def test_cells_that_contradict_the_heading_make_it_uncertain() -> None:
    assert matches("发现日期 存在问题", ["王磊", LONG], ["李娜", LONG])["发现日期"].sureness < SURE
    assert matches("责任人 存在问题", [DAY, LONG], [DAY, LONG])["责任人"].sureness < SURE
    assert matches("发现日期 存在问题", [DAY, LONG], [DAY, LONG])["发现日期"].sureness >= 0.95


def test_columns_without_words_are_guessed_from_their_cells() -> None:
    headings = [Heading(n, f"（{letter}列）") for n, letter in enumerate("ABCDE")]
    rows = [[1, "前村", LONG, "已整改", DAY], [2, "后村", LONG, "整改中", DAY]]
    found = propose(headings, rows, ImportKind.LEDGER)
    assert [match.field for match in found] == ["order", "village", "description", "status", "found_on"]
    assert all(match.sureness < SURE and match.reason == "content" for match in found)


def test_a_ledger_without_a_known_problem_asks_whether_the_longest_texts_are_it() -> None:
    found = matches("留言编号 留言主题 留言时间 留言全文", ["1", LONG, DAY, LONG * 9], ["2", LONG, DAY, LONG * 8])
    assert [match.field for match in found.values()] == ["key", "", "found_on", "description"]
    assert all(match.sureness < SURE for match in found.values())


def test_rows_shorter_than_the_headings_do_no_harm() -> None:
    assert fields("序号 日期 存在问题 时间", [1], [2, DAY], []) == "order found_on description deadline"


KINDS = [
    (
        ImportKind.UNITS,
        "序号 系统编号 区划代码 类型 类型已确认 名称 全称 上级 标签",
        "order id code kind confirmed name full_name parent tags",
    ),
    (ImportKind.UNITS, "代码 单位名称 单位类型 上级单位", "code name kind parent"),
    (ImportKind.GROUPS, "组号 名称 启用", "number name active"),
    (ImportKind.ROSTER, "组号 乡镇 村（社区） 开始日期 结束日期", "number township unit valid_from valid_to"),
    (ImportKind.PEOPLE, "序号 账号 姓名 手机号 电子邮箱 家乡村", "order login name phone email home"),
    (ImportKind.PEOPLE, "姓名 联系电话", "name phone"),
    (
        ImportKind.POSTS,
        "账号 姓名 岗位 职务 单位 组号 开始日期 结束日期",
        "login name role title unit number valid_from valid_to",
    ),
    (ImportKind.LEDGER, "序号 乡镇 村 存在问题 责任人", "order township village description responsible"),
    (
        ImportKind.LEDGER,
        "社区 日期 工作整改情况 存在问题 下一步工作安排",
        "village found_on progress description measures",
    ),
]


@pytest.mark.parametrize(("kind", "line", "expected"), KINDS)
def test_the_kind_of_a_table_shows_in_its_headings(kind: ImportKind, line: str, expected: str) -> None:
    found, sureness = propose_kind(heads(line), [])
    assert found is kind
    assert sureness >= 0.5
    assert fields(line, kind=kind) == expected


def test_when_in_doubt_it_is_a_ledger() -> None:
    assert propose_kind(heads("甲 乙 丙"), []) == (ImportKind.LEDGER, 0.0)
    assert propose_kind([], []) == (ImportKind.LEDGER, 0.0)


def test_likeness_counts_what_is_the_same_and_near() -> None:
    ours = words("序号 村 存在问题 责任单位 责任人 整改时限")
    assert likeness(ours, ours[::-1]) == 1
    assert likeness(ours, ["甲", "乙"]) == 0
    assert 0.8 < likeness(ours, words("序号 村 存在的问题 责任单位 责任人 整改时限 备注")) < 1
    assert likeness(["责任人"], ["责任单位"]) == likeness(["交办日期"], ["销号日期"]) == 0
    assert likeness([], []) == 1
    assert likeness(ours, []) == 0


def test_every_reason_has_its_words() -> None:
    assert set(REASONS) == {"exact", "synonym", "fuzzy", "part", "content", "saved", ""}


WORDS = st.sampled_from([word for line, _ in LEDGERS for word in line.split()]) | st.text(max_size=10)
CELLS = (
    st.none()
    | st.text(max_size=20)
    | st.integers()
    | st.floats()
    | st.dates()
    | st.sampled_from([LONG, "前村", "已整改", "王磊", "7.20"])
)


@given(
    st.lists(WORDS, max_size=12, unique=True),
    st.lists(st.lists(CELLS, max_size=12), max_size=5),
    st.sampled_from(ImportKind),
)
def test_each_column_has_one_match_and_each_field_one_column(
    names: list[str], rows: list[list[object]], kind: ImportKind
) -> None:
    headings = [Heading(column, words) for column, words in enumerate(names)]
    found = propose(headings, rows, kind)
    assert [match.column for match in found] == list(range(len(names)))
    taken = [match.field for match in found if match.field]
    assert len(set(taken)) == len(taken)
    assert set(taken) <= set(fields_of(kind))
    assert all(0 <= match.sureness <= 1 and match.reason in REASONS for match in found)


@given(st.lists(WORDS, max_size=8), st.lists(WORDS, max_size=8))
def test_likeness_is_mutual(one: list[str], other: list[str]) -> None:
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0 <= likeness(one, other) <= 1 + 1e-9
    assert likeness(one, list(reversed(one))) == 1
