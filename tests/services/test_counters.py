"""Numbers are given once, in order, without gaps, however many ask at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from tests import factories, pictures
from tests.conftest import AT
from tracker.database import db, transaction
from tracker.models import Blob, Evidence, Phase, Role
from tracker.services.counters import counter_next
from tracker.services.evidence import evidence_add


def test_each_series_counts_for_itself(app: Flask) -> None:
    with transaction():
        assert [counter_next(name) for name in ("a", "b", "a", "a")] == [1, 1, 2, 3]


def test_many_at_once_get_each_number_once(app: Flask) -> None:
    def take(n: int) -> int | None:
        with app.app_context():
            try:
                with transaction():
                    number = counter_next("issue:2026")
                    if n % 5 == 0:
                        raise LookupError  # an act that fails after it took its number
                return number
            except LookupError:
                return None
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(take, range(40)))
    assert sorted(filter(None, numbers)) == list(range(1, 33))


@pytest.mark.parametrize("files", [1, 3])
def test_two_people_bring_the_same_bytes_at_once(app: Flask, tmp_path: Path, files: int) -> None:
    stored = pictures.stored(tmp_path / "store", *(pictures.picture(color=(n * 80, 0, 0)) for n in range(files)))
    ids = [factories.issue().id for _n in range(6)]
    office = factories.actor(Role.OFFICE)
    db.session.remove()

    def add(turn: int) -> None:
        with app.app_context():
            evidence_add(
                issue_id=ids[turn], phase=Phase.BEFORE, files=stored[:: (-1) ** turn], actor=office, at=AT
            )  # fmt: skip
            db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(6)))
    assert (db.session.query(Blob).count(), db.session.query(Evidence).count()) == (files, 6 * files)
