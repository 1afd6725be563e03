from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from tests import factories, flows
from tests.conftest import AT
from tests.factories import saved
from tracker.database import db
from tracker.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import (
    Indicator,
    IndicatorKind,
    Issue,
    IssueEvent,
    OutboxMessage,
    PolicyVersion,
    Role,
    Setting,
    UnitKind,
)
from tracker.services.findings import finding_draft, finding_edit, finding_log, finding_register
from workflows.issue import IssueState
from workflows.policy import Policy

pytestmark = pytest.mark.usefixtures("app")


def test_a_logged_finding_is_registered_with_number_policy_event_and_a_message_to_the_office() -> None:
    here = flows.world()
    version = saved(PolicyVersion(effective_on=here.today, body=Policy().to_dict(), made_at=AT))
    issue = finding_log(values=here.values(), actor=here.finder, at=AT)
    assert (issue.number, issue.state) == ("WT-2026-00001", IssueState.REGISTERED)
    assert (issue.policy_version_id, issue.township_id) == (version.id, here.village.township_id)
    assert (issue.found_by, issue.found_by_group_id) == (here.finder.group_name, here.finders.id)
    record = db.session.scalars(select(IssueEvent)).one()
    assert (record.source, record.dest, record.detail["number"]) == ("draft", "registered", issue.number)
    told = set(db.session.scalars(select(OutboxMessage.recipient_id)))
    assert told == {here.office.person_id, here.other_office.person_id}


def test_logging_a_finding_takes_few_statements() -> None:
    here = flows.world()
    seen: list[str] = []
    listen = (db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    event.listen(*listen)
    finding_log(values=here.values(), client_key="k", actor=here.finder, at=AT)
    event.remove(*listen)
    counted = [sql for sql in seen if not sql.startswith("BEGIN")]
    assert len(counted) <= 19, "\n".join(counted)  # five of them keep how the ledgers read


def test_numbers_run_by_year_without_gaps_and_with_the_countys_prefix() -> None:
    here = flows.world()
    saved(Setting(key="number_prefix", value="WZ"))
    with pytest.raises(RefusedError):
        finding_log(values=here.values(description=""), actor=here.finder, at=AT)
    made = [finding_log(values=here.values(), actor=here.finder, at=at).number for at in (AT, AT + timedelta(days=365))]
    assert made == ["WZ-2026-00001", "WZ-2027-00001"]


def test_the_same_key_gives_the_same_issue_and_other_words_are_refused() -> None:
    here = flows.world()
    first = finding_log(values=here.values(), client_key="k1", actor=here.finder, at=AT)
    again = finding_log(values=here.values(), client_key="k1", actor=here.finder, at=AT + timedelta(hours=1))
    assert again.id == first.id
    with pytest.raises(InvalidError) as refusal:
        finding_log(values=here.values(description="示例：别的"), client_key="k1", actor=here.finder, at=AT)
    assert set(refusal.value.errors) == {"client_key"}
    other = finding_log(values=here.values(), client_key="k1", actor=here.office, at=AT)
    assert other.id != first.id


def test_a_draft_may_be_incomplete_but_its_registration_not() -> None:
    here = flows.world()
    draft = finding_draft(values=replace(here.values(), location_id=None), client_key="k", actor=here.finder, at=AT)
    assert (draft.state, draft.number) == (IssueState.DRAFT, None)
    with pytest.raises(RefusedError) as refusal:
        finding_register(issue_id=draft.id, actor=here.finder, at=AT)
    assert refusal.value.code == "no_place"
    assert db.session.get_one(Issue, draft.id).number is None


def test_a_draft_is_changed_by_who_made_it_or_the_groups_leader_and_by_nobody_else() -> None:
    here = flows.issue_in(IssueState.DRAFT)
    values = here.values(description="示例：改过")
    finding_edit(**here.by(here.finder), values=values)
    lead = factories.actor(Role.GROUP_LEAD, group_id=here.finders.id)
    finding_edit(**here.by(lead), values=here.values(description="示例：组长改过"))
    assert here.issue.description == "示例：组长改过"
    for stranger in (here.rechecker, here.office, factories.actor(Role.GROUP_MEMBER, group_id=here.finders.id)):
        with pytest.raises(NotFoundError):
            finding_edit(**here.by(stranger), values=values)
    edits = db.session.scalars(select(IssueEvent.detail).where(IssueEvent.trigger == "edit")).all()
    assert edits == [{"fields": ["description"]}] * 2


def test_a_registered_finding_is_edited_no_more() -> None:
    here = flows.issue_in(IssueState.REGISTERED)
    with pytest.raises(RefusedError):
        finding_edit(**here.by(here.finder), values=here.values())
    with pytest.raises(ForbiddenError):
        finding_edit(**here.by(here.office), values=here.values())
    with pytest.raises(RefusedError):
        finding_register(**here.by(here.finder))


def test_what_cannot_be_is_refused_by_field_and_leaves_no_trace() -> None:
    here = flows.world()
    closed = factories.village(closed_on=here.today, successor_id=here.village.id)
    star = factories.star(unit_kind=UnitKind.COMMUNITY)
    fitting, other = factories.star(), factories.star()
    indicator = saved(Indicator(star_id=other.id, kind=IndicatorKind.ORDINARY, name="示例指标"))
    cases = {
        "location_id": [{"location_id": closed.id}, {"location_id": 2**40}, {"location_id": 0}],
        "star_id": [{"star_id": star.id}, {"star_id": 2**40}, {"indicator_id": indicator.id}],
        "indicator_id": [{"star_id": fitting.id, "indicator_id": indicator.id}],
        "found_on": [{"found_on": here.today + timedelta(days=1)}, {"found_on": here.today.replace(year=1)}],
        "description": [{"description": "字" * 4001}, {"description": "a\x00b"}, {"description": "a\ud800"}],
        "is_confidential": [{"is_confidential": True}],
    }
    for field, given in cases.items():
        for one in given:
            with pytest.raises(InvalidError) as refusal:
                finding_log(values=here.values(**one), actor=here.finder, at=AT)
            assert set(refusal.value.errors) == {field}
    for table in (Issue, IssueEvent, OutboxMessage):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_a_closed_unit_names_its_successor() -> None:
    here = flows.world()
    closed = factories.village(name="旧村", closed_on=here.today, successor_id=here.village.id)
    with pytest.raises(InvalidError, match=f"“旧村”已撤并，请选择“{here.village.name}”"):
        finding_log(values=here.values(location_id=closed.id), actor=here.finder, at=AT)


def test_a_village_logs_what_lies_in_its_own_place_only() -> None:
    here, there = flows.world(), factories.village()
    assert finding_log(values=here.values(), actor=here.secretary, at=AT).number
    with pytest.raises(InvalidError, match="本单位范围"):
        finding_log(values=here.values(location_id=there.id), actor=here.secretary, at=AT)


def test_the_office_hears_nothing_of_a_draft() -> None:
    flows.issue_in(IssueState.DRAFT)
    assert not db.session.scalars(select(OutboxMessage)).all()
