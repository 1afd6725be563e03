"""An installation is set up once, by three people, without a default password."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import AT
from tests.factories import PASSWORD
from tracker.database import db
from tracker.errors import InvalidError, NotFoundError
from tracker.models import Person, Role, Setting, Unit, UnitKind
from tracker.services.credentials import person_by_password
from tracker.services.setup import ADMINS, CAMPAIGN, AdminValues, is_set_up, setup_run
from tracker.services.sign_ins import posts_in_force

pytestmark = pytest.mark.usefixtures("app")
ENDS = ("river", "lake", "pond")


def admins(**given: AdminValues) -> dict[Role, AdminValues]:
    usual = {
        role: AdminValues(role.value, f"示例{role.value}", f"Reeds-at-the-{end}-7")
        for role, end in zip(ADMINS, ENDS, strict=True)
    }
    return usual | {Role(role): values for role, values in given.items()}


def run(**given: object) -> None:
    setup_run(**{"county": "示例县", "code": "990000", "campaign": "示例创建", "admins": admins(), "at": AT} | given)  # type: ignore[arg-type]


def test_the_county_and_its_three_administrators_are_there() -> None:
    assert not is_set_up()
    run()
    county = db.session.scalars(select(Unit)).one()
    assert (county.kind, county.name, county.code, county.path) == (
        UnitKind.COUNTY,
        "示例县",
        "990000",
        f"/{county.id}/",
    )
    assert db.session.get_one(Setting, CAMPAIGN).value == "示例创建"
    for role, end in zip(ADMINS, ENDS, strict=True):
        who = person_by_password(login=role.value, password=f"Reeds-at-the-{end}-7", address="", at=AT)
        assert [post.role for post in posts_in_force(who.id, AT)] == [role]
        assert who.must_change_password


def test_it_happens_once() -> None:
    run()
    with pytest.raises(NotFoundError):
        run(admins=admins(sysadmin=AdminValues("evil", "示例", PASSWORD)))
    assert db.session.query(Person).count() == 3


def test_a_county_that_was_imported_before_is_kept() -> None:
    county = factories.county()
    run(county=county.name)
    assert db.session.scalars(select(Unit.id)).all() == [county.id]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"sysadmin": AdminValues("sysadmin", "示例", "12345678")}, "sysadmin_password"),
        ({"secadmin": AdminValues("secadmin", "示例", "示例县-Ab-2026")}, "secadmin_password"),
        ({"auditor": AdminValues("SYSADMIN", "示例", "Reeds-at-the-ford-7")}, "auditor_login"),
        ({"auditor": AdminValues("auditor", "示例", "Reeds-at-the-river-7")}, "auditor_password"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_made(given: dict[str, AdminValues], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        run(admins=admins(**given))
    assert field in refused.value.errors
    assert not is_set_up()
    assert db.session.query(Unit).count() == 0
