"""The limit: plain Flask and SQLAlchemy Core on the same tables; no sign-in, no scope, no rules, no history."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, redirect, render_template_string, request, send_file
from sqlalchemy import Engine, create_engine, event, text
from werkzeug.wrappers import Response
from xlsxwriter import Workbook

from bench.bare_columns import COLUMNS, OPEN

app = Flask(__name__)
LIST = """<!doctype html><title>bare</title><table>{% for row in rows %}<tr>{% for value in row %}<td>{{ value }}</td>
{% endfor %}</tr>{% endfor %}</table>"""
ONE = """<!doctype html><title>bare</title><dl>{% for name, value in issue.items() %}<dt>{{ name }}</dt><dd>{{ value }}
</dd>{% endfor %}</dl><ol>{% for e in events %}<li>{{ e.at }} {{ e.trigger }} {{ e.name }}</li>{% endfor %}</ol>"""


def _engine() -> Engine:
    engine = create_engine(os.environ["BENCH_URL"])
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def connect(connection: Any, _record: Any) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


engine = _engine()


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


@app.post("/issues")
def create() -> Response:
    form = request.form
    now = datetime.now(UTC).replace(tzinfo=None)
    values = {
        "number": f"B-{uuid.uuid4().hex[:20]}", "state": "registered", "now": now, "today": _today(),
        "place": int(form["location_id"]), "star": int(form["star_id"]), "words": form["description"],
    }  # fmt: skip
    names = (
        "number, state, state_since, severity, is_long_term, is_confidential, source, source_ref, found_on, found_by, "
        "created_at, location_id, spot, star_id, category, description, goal, deadline_words, extensions, "
        "progress_percent, progress_note, result, cycle, returns, recurrences, recheck_finding, remark, version"
    )
    given = (
        ":number, :state, :now, 'general', false, false, 'supervision', '', :today, '', :now, :place, '', :star, '', "
        ":words, '', '', 0, 0, '', '', 0, 0, 0, '', '', 1"
    )
    statement = text(f"INSERT INTO issue ({names}) VALUES ({given}) RETURNING id")  # noqa: S608  # our own words
    with engine.begin() as connection:
        made = connection.execute(statement, values).scalar_one()
    return redirect(f"/issues/{made}", 303)


@app.get("/issues/<int:issue_id>")
def one(issue_id: int) -> str:
    history = (
        "SELECT e.at, e.trigger, p.name FROM issue_event e LEFT JOIN person p ON p.id = e.actor_id "
        "WHERE e.issue_id = :id ORDER BY e.seq"
    )
    with engine.connect() as connection:
        issue = connection.execute(text("SELECT * FROM issue WHERE id = :id"), {"id": issue_id}).mappings().one()
        events = connection.execute(text(history), {"id": issue_id}).all()
    return render_template_string(ONE, issue=issue, events=events)


@app.get("/overdue")
def overdue() -> str:
    place = {"town": int(request.args["place"]), "today": _today(), "after": date(1900, 1, 1), "id": 0}
    if "after" in request.args:
        day, last = request.args["after"].split("_")
        place |= {"after": date.fromisoformat(day), "id": int(last)}
    query = (
        f"{COLUMNS} WHERE {OPEN} AND i.township_id = :town AND i.deadline < :today "
        "AND (i.deadline, i.id) > (:after, :id) ORDER BY i.deadline, i.id LIMIT 51"
    )
    with engine.connect() as connection:
        rows = connection.execute(text(query), place).all()
    return render_template_string(LIST, rows=rows)


@app.get("/search")
def search() -> str:
    words = request.args["q"]
    where = (
        "i.id IN (SELECT rowid FROM issue_search WHERE issue_search MATCH :q)"
        if engine.dialect.name == "sqlite"
        else "i.id IN (SELECT issue_id FROM issue_search WHERE grams @> CAST(ARRAY[:q] AS text[]))"
    )
    query = f"{COLUMNS} WHERE {OPEN} AND {where} ORDER BY i.deadline, i.id LIMIT 51"
    with engine.connect() as connection:
        rows = connection.execute(text(query), {"q": words}).all()
    return render_template_string(LIST, rows=rows)


@app.get("/issues.xlsx")
def export() -> Response:
    columns = ", ".join(["i.number", "i.description", "p.name", "t.name", "u.name"] * 5 + ["i.deadline"] * 4)
    where = "LEFT JOIN unit p ON p.id = i.location_id LEFT JOIN unit t ON t.id = i.township_id"
    query = f"SELECT {columns} FROM issue i {where} LEFT JOIN unit u ON u.id = i.responsible_unit_id"  # noqa: S608
    file = BytesIO()
    with Workbook(file, {"constant_memory": True}) as book, engine.connect() as connection:
        page = book.add_worksheet()
        found = connection.execution_options(yield_per=1000).execute(text(query))
        for number, row in enumerate(found):
            for column, value in enumerate(row):
                page.write_string(number, column, str(value))
    file.seek(0)
    return send_file(file, download_name="bare.xlsx")
