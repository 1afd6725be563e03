"""A ledger comes in: each row understood, asked about or refused at its cell; stored once, whole or the good rows."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories, flows, pictures
from tests.conftest import AT
from tests.ledgers import HEADINGS, Office, codes, fates, issues, said
from tracker import clock
from tracker.database import db
from tracker.errors import ConflictError, RefusedError, TrackerError
from tracker.models import (
    AuditEntry,
    Blob,
    Evidence,
    Fate,
    ImportBatch,
    ImportRow,
    Indicator,
    IndicatorKind,
    Issue,
    IssueEvent,
    Measure,
    OutboxMessage,
    Phase,
    Role,
    Unit,
    UnitKind,
)
from tracker.queries.filters import ALL_TAB, IssueFilter, Timing
from tracker.queries.issues import issue_page as issue_list
from tracker.queries.paging import Order
from tracker.reading.mapping import FileMapping
from tracker.services.chain import ISSUES
from tracker.services.comments import comment_add
from tracker.services.importing import ledger_store
from tracker.services.importing.batches import import_ask, import_decline, import_drop, import_undo, imports_tidy
from tracker.services.importing.corrections import import_row_edit, import_row_leave
from tracker.services.importing.mappings import mapping_keep
from tracker.services.importing.tasks import imports_resume
from tracker.services.units import alias_add
from tracker.services.verify import chain_verify
from workflows.importing import ImportState
from workflows.issue import IssueState

pytestmark = pytest.mark.usefixtures("app")
S = IssueState


@pytest.fixture
def town(app: object) -> Unit:
    return factories.unit(UnitKind.TOWNSHIP, name="三阳乡", full_name="三阳乡")


@pytest.fixture
def village(town: Unit) -> Unit:
    return factories.unit(UnitKind.VILLAGE, parent=town, name="樊庄村", full_name="樊庄村民委员会")


@pytest.fixture
def office(tmp_path: Path, village: Unit) -> Office:
    return Office(tmp_path / "data")


def row(village: str = "樊庄村", found: Any = "2026-02-02", words: str = "示例：垃圾未清运", **given: Any) -> list[Any]:
    told = {"unit": "三阳乡", "person": "", "due": "2026-02-20", "state": "整改中", "closed": ""} | given
    return [1, village, found, words, told["unit"], told["person"], told["due"], told["state"], told["closed"]]


def test_a_row_becomes_an_issue_in_the_state_its_ledger_tells_of(office: Office, village: Unit, town: Unit) -> None:
    batch = office.store(office.bring([row(), row(words="示例：路灯不亮", state="已销号", closed="2026-02-18")]))
    open_issue, closed = issues(batch)
    assert (open_issue.state, open_issue.location_id, open_issue.responsible_unit_id) == (
        S.RECTIFYING,
        village.id,
        town.id,
    )
    assert (open_issue.deadline, open_issue.first_deadline, open_issue.found_on) == (
        date(2026, 2, 20), date(2026, 2, 20), date(2026, 2, 2),
    )  # fmt: skip
    assert (closed.state, clock.local_date(closed.signed_off_at or AT), closed.closed_late) == (
        S.SIGNED_OFF, date(2026, 2, 18), False,
    )  # fmt: skip
    assert [one.number for one in (open_issue, closed)] == ["WT-2026-00001", "WT-2026-00002"]


def test_history_is_marked_as_imported_and_the_chain_holds(office: Office) -> None:
    batch = office.store(office.bring([row(state="已销号", closed="2026-02-18")]))
    event = db.session.scalars(select(IssueEvent)).one()
    assert (event.trigger, event.source, event.dest) == ("import", "", "signed_off")
    assert event.detail["history"] == [["sign_off", "2026-02-18", ""]]
    assert (event.detail["file"], event.detail["row"], event.detail["status"]) == ("台账.xlsx", 2, "已销号")
    report = chain_verify(ISSUES)
    assert (report.fault, report.checked) == ("", 1)
    audited = select(func.count()).where(AuditEntry.action == "import.run")
    assert db.session.scalar(audited) == 1
    assert batch.rows == 1


def test_a_merged_title_a_sheet_day_and_days_as_people_write_them(office: Office) -> None:
    rows = [
        row(found="2月3日", due="三天内"), row(words="b", found=46056, due="尽快"), row(words="c", found=20260204),
        row(words="d", found="二月五日", due="2月25日下午6时之前"),
        row(words="e", found=date(2026, 2, 6), due="月底前"),
    ]  # fmt: skip
    batch = office.bring(rows, title="三阳乡问题整改台账（2026年2月）")
    assert batch.about["header"] == [2, 2]
    assert (batch.about["reference"], batch.about["reference_from"]) == ("2026-02-28", "title")
    made = issues(office.store(batch))
    assert [one.found_on for one in made] == [
        date(2026, 2, 3), date(2026, 2, 3), date(2026, 2, 4), date(2026, 2, 5), date(2026, 2, 6),
    ]  # fmt: skip
    assert [one.deadline for one in made] == [
        date(2026, 2, 6), None, date(2026, 2, 20), date(2026, 2, 25), date(2026, 2, 28),
    ]  # fmt: skip
    assert (made[0].deadline_words, made[1].deadline_words, made[3].deadline_time) == ("三天内", "尽快", time(18))


def test_rows_that_are_no_data_are_told_apart(office: Office) -> None:
    rows = [["三阳乡"], row(), [2], [3], ["合计", "", "", "1"], ["填表人：示例", "", "", "审核人：示例"]]
    batch = office.bring(rows)
    assert fates(batch) == {3: Fate.NEW}
    assert batch.summary["fates"] == {"out": 6, "new": 1}


def test_an_empty_place_takes_over_the_one_above_and_says_so(office: Office) -> None:
    batch = office.bring([row(), row(village="", words="示例：路面破损")])
    carried = db.session.get_one(ImportRow, (batch.id, 3)).carried
    assert carried == {"village": "樊庄村"}
    assert {one.location_id for one in issues(office.store(batch))} == {issues(batch)[0].location_id}


def test_a_line_between_the_rows_names_the_township(office: Office) -> None:
    other = factories.unit(UnitKind.TOWNSHIP, name="大封镇")
    factories.unit(UnitKind.VILLAGE, parent=other, name="樊庄村")
    batch = office.bring([["大封镇"], row(unit=""), ["三阳乡"], row(unit="", words="示例：路灯")])
    made = issues(office.store(batch))
    assert [one.township.name for one in made if one.township] == ["大封镇", "三阳乡"]


def test_several_findings_in_one_cell_become_several_issues(office: Office) -> None:
    batch = office.bring([row(words="1、垃圾未清运；2、路灯不亮三盏；3、公示栏未更新。")])
    assert batch.summary["issues"] == 3
    assert [one.description for one in issues(office.store(batch))] == ["垃圾未清运", "路灯不亮三盏", "公示栏未更新。"]
    whole = office.remap(office.bring([row(words="1、甲问题；2、乙问题")], name="b.xlsx"), split=False)
    assert whole.summary["issues"] == 1


@pytest.mark.parametrize(
    ("given", "fate", "code"),
    [
        ({"words": ""}, Fate.WRONG, "no_description"),
        ({"found": "2026-13-08"}, Fate.WRONG, "day_impossible"),
        ({"found": "2026-02-30"}, Fate.WRONG, "day_impossible"),
        ({"found": "2027-03-09", "due": ""}, Fate.WRONG, "day_ahead"),
        ({"words": "字" * 4001}, Fate.WRONG, "too_long"),
        ({"village": "没有这个村"}, Fate.ASK, "unit_unknown"),
        ({"unit": "没有这个局"}, Fate.ASK, "unit_unknown"),
        ({"state": "天晓得"}, Fate.ASK, "state_unknown"),
        ({"found": "1/2/2026"}, Fate.ASK, "day_order"),
        ({"village": ""}, Fate.DOUBT, "no_place"),
        ({"unit": ""}, Fate.DOUBT, "start_no_responsible_unit"),
        ({"state": "已整改"}, Fate.DOUBT, "state_supposed"),
        ({"due": "2026-01-01"}, Fate.DOUBT, "deadline_before_found"),
        ({"state": "已销号"}, Fate.DOUBT, "sign_off_day_supplied"),
        ({"due": "尽快"}, Fate.NEW, "undated"),
        ({"village": "樊庄"}, Fate.NEW, "unit_kind"),
        ({"person": "没有账号的人"}, Fate.NEW, "person_in_remark"),
    ],
)
def test_what_is_wrong_or_doubtful_is_said_at_its_row(
    office: Office, given: dict[str, Any], fate: Fate, code: str
) -> None:
    batch = office.bring([row(**given)])
    assert fates(batch) == {2: fate}
    assert code in codes(batch, 2)
    assert said(batch, 2)


def test_everything_or_nothing_or_the_good_rows(office: Office) -> None:
    batch = office.bring([row(), row(words="")])
    with pytest.raises(RefusedError, match="只导入无误"):
        office.store(batch)
    assert db.session.scalar(select(func.count()).select_from(Issue)) == 0
    assert office.store(batch, good_only=True).rows == 1


def test_the_same_file_twice_and_a_longer_one_bring_only_what_is_new(office: Office) -> None:
    rows = [row(), row(words="示例：路灯不亮")]
    office.store(office.bring(rows))
    again = office.bring(rows)
    assert fates(again) == {2: Fate.KNOWN, 3: Fate.KNOWN}
    longer = office.store(office.bring([row(words="示例：新问题"), *rows], name="下月.xlsx"))
    assert [one.description for one in issues(longer)] == ["示例：新问题"]


def test_a_ledger_that_numbers_its_rows_is_known_by_the_number(office: Office) -> None:
    headings = ("问题编号", *HEADINGS[1:])
    batch = office.bring([["A-1", *row()[1:]]], headings)
    mapping_keep(batch_id=batch.id, name="月报", actor=None, at=AT)
    office.store(office.work(batch))
    changed = office.bring(
        [["A-1", *row(words="示例：改过的话")[1:]], ["A-1", *row(words="示例：又一个")[1:]]], headings
    )
    assert fates(changed) == {2: Fate.KNOWN, 3: Fate.WRONG}
    assert "key_twice" in codes(changed, 3)


def test_numbers_count_only_among_ledgers_of_one_name(office: Office) -> None:
    headings = ("问题编号", *HEADINGS[1:])
    office.store(office.bring([row(words="甲乡的问题"), [2, *row(words="第二个")[1:]]], headings))
    other = office.bring([row(words="乙乡的问题"), [2, *row(words="第二个")[1:]]], headings)
    assert fates(other) == {2: Fate.NEW, 3: Fate.KNOWN}


def test_a_mapping_kept_late_still_knows_what_came_in_before(office: Office) -> None:
    headings = ("问题编号", *HEADINGS[1:])
    old = office.store(office.bring([row(words="甲")], headings))
    batch = office.bring([row(words="甲"), [2, *row(words="乙")[1:]]], headings)
    assert fates(batch) == {2: Fate.KNOWN, 3: Fate.NEW}
    mapping_keep(batch_id=batch.id, name="月报", actor=None, at=AT)
    batch = office.store(office.work(batch))
    assert batch.rows == 1
    third = office.bring([row(words="甲"), [2, *row(words="乙，改了字")[1:]], [3, *row(words="丙")[1:]]], headings)
    assert third.mapping["name"] == "月报"
    assert fates(third) == {2: Fate.KNOWN, 3: Fate.KNOWN, 4: Fate.NEW}
    assert [one.import_key for one in issues(batch)] == ["月报:2"]
    assert (issues(old)[0].import_key or "").startswith("=")


def test_an_indicator_is_found_by_its_name(office: Office) -> None:
    star = factories.star(name="生态美")
    values = {"star_id": star.id, "kind": IndicatorKind.ORDINARY, "name": "垃圾清运率"}
    indicator = factories.saved(Indicator(**values))
    headings = (*HEADINGS, "所属指标")
    batch = office.store(office.bring([[*row(words="甲"), "垃圾清运率"], [*row(words="乙"), "别的"]], headings))
    known, unknown = issues(batch)
    assert (known.indicator_id, known.star_id) == (indicator.id, star.id)
    assert (unknown.indicator_id, unknown.remark) == (None, "指标 别的")


def test_the_same_words_twice_in_a_file_are_two_issues_and_a_doubt(office: Office) -> None:
    batch = office.bring([row(), row()])
    assert fates(batch) == {2: Fate.NEW, 3: Fate.DOUBT}
    assert office.store(batch).rows == 2
    assert fates(office.bring([row(), row()])) == {2: Fate.KNOWN, 3: Fate.KNOWN}


def test_what_was_logged_by_hand_is_pointed_out(office: Office, village: Unit) -> None:
    known = factories.issue(location=village, description="示例：垃圾未清运")
    batch = office.bring([row()])
    assert fates(batch) == {2: Fate.DOUBT}
    assert str(known.number) in said(batch, 2)


@pytest.mark.parametrize(
    ("answer", "place", "spot"),
    [("spot", "三阳乡", "老樊庄"), ("leave", "三阳乡", ""), ("create:village", "老樊庄", "")],
)
def test_an_unknown_name_becomes_what_the_office_says(
    office: Office, town: Unit, answer: str, place: str, spot: str
) -> None:
    headings = ("乡镇", *HEADINGS[1:])
    batch = office.bring([["三阳乡", *row("老樊庄")[1:]]], headings)
    assert fates(batch) == {2: Fate.ASK}
    batch = office.remap(batch, units={"老樊庄": answer})
    (made,) = issues(office.store(batch))
    assert made.location is not None
    assert (made.location.name, made.spot, made.township_id) == (place, spot, town.id)


def test_an_answer_or_an_alias_names_the_unit(office: Office, village: Unit) -> None:
    batch = office.remap(office.bring([row("老樊庄")]), units={"老樊庄": f"#{village.id}"})
    assert issues(office.store(batch))[0].location_id == village.id
    alias_add(unit_id=village.id, name="樊家庄", actor=None, at=AT)
    known = office.bring([row("樊家庄", words="示例：别的")])
    assert (fates(known), codes(known, 2) & {"unit_former"}) == ({2: Fate.NEW}, {"unit_former"})


def test_two_villages_of_one_name_are_asked_about_unless_the_township_is_told(office: Office) -> None:
    other = factories.unit(UnitKind.TOWNSHIP, name="大封镇")
    factories.unit(UnitKind.VILLAGE, parent=other, name="樊庄村")
    assert codes(office.bring([row()]), 2) & {"unit_several"}
    told = office.bring([["大封镇", *row()[1:]]], ("乡镇", *HEADINGS[1:]), name="b.xlsx")
    assert fates(told) == {2: Fate.NEW}
    joined = office.bring([row("三阳乡樊庄村")], name="c.xlsx")
    assert fates(joined) == {2: Fate.NEW}


def test_a_day_that_reads_two_ways_follows_the_column_or_the_answer(office: Office) -> None:
    asked = office.bring([row(found="1/2/2026")])
    answered = office.remap(asked, orders={"found_on": "dmy"})
    assert issues(office.store(answered))[0].found_on == date(2026, 2, 1)
    proven = office.bring([row(found="1/2/2026", words="x"), row(found="16/1/2026", words="y")], name="b.xlsx")
    assert fates(proven) == {2: Fate.NEW, 3: Fate.NEW}


def test_a_cell_is_corrected_a_row_left_out_and_both_taken_back(office: Office) -> None:
    batch = office.bring([row(words=""), row(words="示例：留下")])
    import_row_edit(batch_id=batch.id, number=2, cells={3: "示例：补上的问题"}, actor=None, at=AT)
    batch = office.work(batch)
    assert fates(batch) == {2: Fate.NEW, 3: Fate.NEW}
    import_row_leave(batch_id=batch.id, number=3, leave=True, actor=None, at=AT)
    batch = office.work(batch)
    assert [one.description for one in issues(office.store(batch))] == ["示例：补上的问题"]


def test_photos_in_cells_become_evidence_of_their_row(office: Office) -> None:
    headings = (*HEADINGS, "整改前照片", "整改后照片")
    shots = {"J2": pictures.picture(), "K2": pictures.picture(size=(48, 64))}
    batch = office.store(office.bring([row(), row(words="示例：没有照片")], headings, pictures=shots))
    with_photos, without = issues(batch)
    held = db.session.scalars(select(Evidence).order_by(Evidence.id)).all()
    assert {one.issue_id for one in held} == {with_photos.id}
    assert [one.phase for one in held] == [Phase.BEFORE, Phase.AFTER]
    assert all(office.where.evidence.path_of(blob.sha256).is_file() for blob in db.session.scalars(select(Blob)))
    told = db.session.scalars(select(IssueEvent).where(IssueEvent.issue_id == with_photos.id)).one().detail["photos"]
    assert [one["phase"] for one in told] == ["before", "after"]
    assert without.id != with_photos.id


def test_an_import_goes_back_out_while_nobody_has_worked_on_it(office: Office) -> None:
    actor = factories.actor(Role.OFFICE)
    batch = office.store(office.bring([row(), row(words="b")], actor=actor), actor=actor)
    assert import_undo(batch_id=batch.id, actor=actor, at=AT) == 2
    db.session.expire_all()
    assert {one.state for one in issues(batch)} == {S.DISMISSED}
    assert batch.state is ImportState.UNDONE
    everything = IssueFilter(states=(ALL_TAB,))
    assert issue_list(actor, everything, Order()).lines == []
    assert chain_verify(ISSUES).fault == ""
    anew = office.store(office.bring([row(), row(words="b")], name="b.xlsx"))
    numbers = [one.number for one in issues(anew)]
    assert numbers == ["WT-2026-00003", "WT-2026-00004"]


def test_an_import_somebody_has_worked_on_stays(office: Office) -> None:
    actor = factories.actor(Role.OFFICE)
    batch = office.store(office.bring([row()], actor=actor), actor=actor)
    comment_add(issue_id=issues(batch)[0].id, words="示例", actor=actor, at=AT)
    before = flows.everything()
    with pytest.raises(RefusedError, match="已有人办理"):
        import_undo(batch_id=batch.id, actor=actor, at=AT)
    assert flows.everything() == before


def test_what_arrives_signed_off_wants_a_second_person(office: Office) -> None:
    first, second = factories.actor(Role.OFFICE), factories.actor(Role.LEADER)
    now = clock.now()
    batch = office.bring([row(state="已销号", closed="2026-02-18")], actor=first)
    with pytest.raises(RefusedError, match="另一名"):
        office.store(batch, actor=first, two_persons=True)
    import_ask(batch_id=batch.id, good_only=False, actor=first, at=now)
    told = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "import_asked")).all()
    assert [one.recipient_id for one in told] == [second.person_id]
    with pytest.raises(RefusedError, match="两人"):
        office.store(batch, actor=first, two_persons=True, good_only=None, at=now)
    with pytest.raises(RefusedError, match="24小时"):
        office.store(batch, actor=second, two_persons=True, good_only=None, at=now + timedelta(hours=25))
    stored = office.store(batch, actor=second, two_persons=True, good_only=None, at=now)
    assert (stored.state, stored.stored_by_id, stored.rows) == (ImportState.STORED, second.person_id, 1)


def test_a_declined_import_can_be_corrected_and_open_rows_need_no_second(office: Office) -> None:
    first, second = factories.actor(Role.OFFICE), factories.actor(Role.OFFICE)
    batch = office.bring([row(state="已销号", closed="2026-02-18"), row(words="b")], actor=first)
    import_ask(batch_id=batch.id, good_only=False, actor=first, at=AT)
    import_decline(batch_id=batch.id, actor=second, at=AT)
    db.session.expire_all()
    import_row_leave(batch_id=batch.id, number=2, leave=True, actor=first, at=AT)
    assert office.store(office.work(batch), actor=first, two_persons=True).rows == 1


def test_a_mapping_that_worked_is_proposed_for_a_workbook_that_looks_like_it(office: Office) -> None:
    headings = ("序号", "村", "检查时间", "说的啥", "责任单位", "责任人", "整改时限", "完成情况", "销号日期")
    batch = office.bring([row(state="搞定")], headings)
    columns = dict(batch.mapping["columns"]) | {"description": ["说的啥"]}
    batch = office.remap(batch, columns=columns, states={"搞定": "submitted"})
    assert fates(batch) == {2: Fate.NEW}
    mapping_keep(batch_id=batch.id, name="三阳乡月报", actor=None, at=AT)
    next_month = office.bring([row(words="示例：下月的", state="搞定")], headings, name="下月.xlsx")
    assert (next_month.about["saved"], fates(next_month)) == ("三阳乡月报", {2: Fate.NEW})
    other = office.bring([["x", "示例：别的表格里的问题"]], ("编号", "具体问题"), name="c.xlsx")
    assert other.about["saved"] == ""


def test_a_ledgers_own_verdict_is_held_against_ours(office: Office) -> None:
    headings = (*HEADINGS, "是否逾期")
    rows = [
        [*row(due="2026-02-10"), "是"],
        [*row(words="b", due="2026-02-10 09:00", state="已销号", closed="2026-02-10 10:00"), "逾期"],
        [*row(words="c", due="2026-02-10 09:00", state="已销号", closed="2026-02-10 08:00"), "否"],
        [*row(words="d", due=""), "是"],
    ]
    batch = office.bring(rows, headings)
    assert batch.summary["late"] == {"agree": 3, "differ": 1, "late": 2, "rows": [5]}
    assert [one.closed_late for one in issues(office.store(batch))] == [None, True, False, None]
    actor = factories.actor(Role.OFFICE)
    found = issue_list(actor, IssueFilter(states=(ALL_TAB,), timing=Timing.CLOSED_LATE), Order()).lines
    assert [line.row.words for line in found] == ["b"]


def test_a_store_that_fails_midway_leaves_nothing_and_can_be_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = office.bring([row(), row(words="b")])
    before = flows.everything()

    def broken(*_given: object) -> None:
        raise TrackerError("示例：断电")

    with monkeypatch.context() as patched:
        patched.setattr(ledger_store, "index_all", broken)
        failed = office.store(batch)
    after = flows.everything()
    assert (failed.state, failed.failure) == (ImportState.PROPOSED, "示例：断电")
    assert {name: rows for name, rows in after.items() if name != "import_batch"} == {
        name: rows for name, rows in before.items() if name != "import_batch"
    }
    assert office.store(batch).rows == 2


def test_what_a_dead_process_left_behind_is_taken_up_again(office: Office) -> None:
    batch = office.bring([row()])
    batch.task, batch.task_at = "check", AT  # as if a process had died over it long ago
    db.session.commit()
    with pytest.raises(ConflictError, match="正在处理"):
        office.store(batch)
    assert imports_resume(office.where, clock.now()) == 1
    db.session.expire_all()
    assert batch.task is None
    assert office.store(batch).rows == 1


def test_a_place_that_changed_since_the_preview_stops_the_store(office: Office, village: Unit) -> None:
    batch = office.bring([row()])
    village.name = village.full_name = "别的名字村"
    db.session.commit()
    stopped = office.store(batch)
    assert (stopped.state, stopped.rows) == (ImportState.PROPOSED, 0)
    assert "第 2 行" in stopped.failure


def test_a_file_that_is_none_is_told_so(office: Office) -> None:
    failed = office.receive(b"\x89PNG\r\n\x1a\n" + bytes(200), name="台账.xlsx")
    assert (failed.state, failed.task) == (ImportState.FAILED, None)
    assert "PNG" in failed.failure


def test_a_dropped_import_keeps_no_rows_and_old_rows_are_cleared_away(office: Office) -> None:
    dropped = office.bring([row()])
    import_drop(batch_id=dropped.id, actor=None, at=AT)
    stored = office.store(office.bring([row()], name="b.xlsx"))
    assert db.session.scalars(select(ImportRow.batch_id).distinct()).all() == [stored.id]
    assert imports_tidy(at=AT + timedelta(days=31)) == 2
    assert len(issues(stored)) == 1


def test_measures_helpers_and_what_goes_nowhere_else_are_kept(office: Office, town: Unit) -> None:
    headings = (*HEADINGS, "整改措施", "配合单位", "备注", "得分")
    helper = factories.unit(UnitKind.DEPARTMENT, name="县水利局")
    mapping = office.bring([[*row(person="张三"), "清运并看护", "县水利局、三阳乡", "示例备注", 95]], headings)
    batch = office.remap(mapping, remark_from=["得分"])
    (made,) = issues(office.store(batch))
    assert made.remark == "得分：95；责任人 张三；示例备注"
    assert {one.unit_id for one in made.assisting} == {helper.id, town.id}
    assert db.session.scalars(select(Measure.words)).all() == ["清运并看护"]


def test_the_one_who_answers_for_the_unit_is_found(office: Office, town: Unit) -> None:
    handler = factories.post(Role.ASSIGNEE, who=factories.person(name="李四"), unit_id=town.id)
    factories.post(Role.ASSIGNEE, who=factories.person(name="王五"), unit_id=town.id)
    named, unnamed = issues(office.store(office.bring([row(person="李四"), row(words="b")])))
    assert (named.responsible_id, unnamed.responsible_id) == (handler.person_id, None)


def test_a_mapping_file_says_all_of_it(office: Office, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        'name = "示例"\nunknown_places = "create"\n[states]\nOpen = "registered"\n[columns]\n'
        'key = "no"\ntownship = "town"\nvillage = "place"\ndescription = ["what", "more"]\nstatus = "state"\n',
        encoding="utf-8",
    )
    mapping = FileMapping.read(tmp_path / "m.toml")
    rows = [["1", "新镇", "前村", "示例：甲", "乙", "Open"], ["2", "新镇", "集市/前村", "示例：丙", "", "Open"]]
    batch = office.store(office.bring(rows, ("no", "town", "place", "what", "more", "state"), mapping=mapping))
    first, second = issues(batch)
    assert (first.description, first.import_key, first.state) == ("示例：甲；乙", "示例:1", S.REGISTERED)
    assert first.location is not None
    assert second.location is not None
    assert (first.location.name, second.location.name, second.spot) == ("前村", "新镇", "集市/前村")
    assert batch.about["stored"]["new_units"] == ["新镇", "前村"]


def test_two_at_once_store_an_import_once(office: Office) -> None:
    batch = office.bring([row()])
    office.store(batch)
    with pytest.raises(RefusedError):
        office.store(batch)
    assert db.session.scalar(select(func.count()).select_from(Issue)) == 1
    assert db.session.scalar(select(func.count()).select_from(ImportBatch)) == 1
