"""keep how every issue stood in the ledgers, through time, and what things were called

Issues that are there already begin as they stand today: what their rows said earlier is not known, so the ledgers'
history begins with this migration and says so.

Revision ID: 0021
Revises: 0020
"""

import hashlib
import json
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WORDS = "the record never changes"
FAR = datetime(9999, 12, 31)  # noqa: DTZ001  # as the column keeps it
START = "0" * 64
OPEN = "state NOT IN ('draft', 'signed_off', 'suspended', 'dismissed')"
AT_ONCE = 500


def _code(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


STATE = _code(
    "version_state", "draft", "registered", "assigned", "rectifying", "submitted", "verified", "signed_off",
    "suspended", "dismissed",
)  # fmt: skip
SEVERITY = _code("version_severity", "general", "serious", "major")
SOURCE = _code(
    "version_source", "supervision", "inspection", "meeting", "bulletin", "appraisal", "report", "self_check", "import"
)

COPIED = (
    ("number", sa.String(40), False),
    ("state", STATE, False),
    ("state_since", sa.DateTime(), False),
    ("severity", SEVERITY, False),
    ("is_long_term", sa.Boolean(), False),
    ("is_withdrawn", sa.Boolean(), False),
    ("source", SOURCE, False),
    ("source_ref", sa.String(200), False),
    ("found_on", sa.Date(), True),
    ("found_by", sa.String(100), False),
    ("found_by_group_id", sa.Integer(), True),
    ("created_by_id", sa.Integer(), True),
    ("location_id", sa.Integer(), True),
    ("township_id", sa.Integer(), True),
    ("spot", sa.String(200), False),
    ("star_id", sa.Integer(), True),
    ("indicator_id", sa.Integer(), True),
    ("category", sa.String(80), False),
    ("description", sa.Text(), False),
    ("goal", sa.Text(), False),
    ("responsible_unit_id", sa.Integer(), True),
    ("responsible_id", sa.Integer(), True),
    ("sponsor_id", sa.Integer(), True),
    ("assigned_at", sa.DateTime(), True),
    ("accepted_at", sa.DateTime(), True),
    ("first_deadline", sa.Date(), True),
    ("deadline", sa.Date(), True),
    ("deadline_time", sa.Time(), True),
    ("deadline_words", sa.String(100), False),
    ("extensions", sa.Integer(), False),
    ("progress_percent", sa.Integer(), False),
    ("progress_note", sa.Text(), False),
    ("progress_at", sa.DateTime(), True),
    ("result", sa.Text(), False),
    ("returns", sa.Integer(), False),
    ("recurrences", sa.Integer(), False),
    ("submitted_at", sa.DateTime(), True),
    ("verified_at", sa.DateTime(), True),
    ("verified_by_id", sa.Integer(), True),
    ("recheck_finding", sa.Text(), False),
    ("signed_off_at", sa.DateTime(), True),
    ("signed_off_by_id", sa.Integer(), True),
    ("closed_late", sa.Boolean(), True),
    ("review_on", sa.Date(), True),
    ("policy_version_id", sa.Integer(), True),
    ("remark", sa.Text(), False),
)


def upgrade() -> None:
    with op.batch_alter_table("chain_head") as batch:
        batch.add_column(sa.Column("closed_at", sa.DateTime(), nullable=True))
    heads = sa.table("chain_head", sa.column("name"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(heads, [{"name": name, "seq": 0, "hash": START} for name in ("ledger", "term")])
    _create_versions()
    op.create_table(
        "ledger_term",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_term")),
    )
    op.create_index("ix_ledger_term_until", "ledger_term", ["kind", "until"])
    _begin(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _create_versions() -> None:
    op.create_table(
        "issue_version",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        *(sa.Column(name, kind, nullable=empty) for name, kind, empty in COPIED),
        sa.Column("beside", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("valid_from <= until", name=op.f("ck_issue_version_in_order")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_version_issue_id_issue")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_issue_version")),
    )
    op.create_index("ix_issue_version_issue", "issue_version", ["issue_id", "until", "valid_from"])
    op.create_index("ix_issue_version_since", "issue_version", ["valid_from"])
    op.create_index(
        "ix_issue_version_open", "issue_version", ["until", "deadline"],
        sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN),
    )  # fmt: skip
    for name, column in (
        ("township", "township_id"), ("unit", "responsible_unit_id"), ("star", "star_id"),
        ("group", "found_by_group_id"),
    ):  # fmt: skip
        op.create_index(f"ix_issue_version_{name}", "issue_version", [column, "issue_id", "until", "valid_from"])


def _begin(connection: sa.Connection) -> None:
    """Write a first version of every registered issue, and until when nothing was kept."""
    versions = sa.table("issue_version", *(sa.column(name, kind) for name, kind, _empty in COPIED), *(
        sa.column(name, kind) for name, kind in (
            ("seq", sa.Integer()), ("issue_id", sa.Integer()), ("valid_from", sa.DateTime()),
            ("until", sa.DateTime()), ("beside", sa.JSON()), ("prev_hash", sa.String()), ("hash", sa.String()),
        )
    ))  # fmt: skip
    at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    seq, link, last = 0, START, 0
    while rows := _issues_after(connection, last):
        beside = _beside(connection, rows[0]["id"], rows[-1]["id"])
        made = []
        for row in rows:
            last = row.pop("id")
            seq += 1
            content = row | {"beside": beside.get(last, {})}
            fields = {name: _plain(value) for name, value in content.items() if value is not None}
            fields |= {"seq": seq, "issue": last, "valid_from": _plain(at)}
            before, link = link, _hash(link, fields)
            made.append(content | {
                "seq": seq, "issue_id": last, "valid_from": at, "until": FAR, "prev_hash": before, "hash": link,
            })  # fmt: skip
        connection.execute(versions.insert(), made)
    if not seq:
        return
    heads = sa.table("chain_head", *map(sa.column, ("name", "seq", "hash")), sa.column("closed_at", sa.DateTime()))
    connection.execute(heads.update().where(heads.c.name == "ledger").values(seq=seq, hash=link, closed_at=at))
    _say_when(connection, heads, at)


def _say_when(connection: sa.Connection, heads: sa.TableClause, at: datetime) -> None:
    said = {"seq": 1, "kind": "begin", "key": 0, "content": {}, "until": _plain(at)}
    link = _hash(START, said)
    columns = (("content", sa.JSON()), ("until", sa.DateTime()))
    terms = sa.table("ledger_term", *map(sa.column, ("seq", "kind", "key", "prev_hash", "hash")),
                     *(sa.column(name, kind) for name, kind in columns))  # fmt: skip
    connection.execute(terms.insert(), [said | {"until": at, "prev_hash": START, "hash": link}])
    connection.execute(heads.update().where(heads.c.name == "term").values(seq=1, hash=link))


def _issues_after(connection: sa.Connection, last: int) -> list[dict[str, object]]:
    kept = [(name, kind) for name, kind, _empty in COPIED if name != "is_withdrawn"]
    issue = sa.table("issue", sa.column("id"), *(sa.column(name, kind) for name, kind in kept),
                     sa.column("import_key"), sa.column("import_batch_id"))  # fmt: skip
    undone = sa.and_(issue.c.state == "dismissed", issue.c.import_key.is_(None), issue.c.import_batch_id.is_not(None))
    columns = [undone.label(name) if name == "is_withdrawn" else issue.c[name] for name, _kind, _empty in COPIED]
    query = sa.select(issue.c.id, *columns).where(issue.c.id > last, issue.c.number.is_not(None))
    rows = [dict(row._mapping) for row in connection.execute(query.order_by(issue.c.id).limit(AT_ONCE))]
    for row in rows:
        row["is_withdrawn"] = bool(row["is_withdrawn"])
    return rows


BESIDE = (
    ("assisting", "SELECT issue_id, unit_id, '', NULL, 0 FROM assisting_unit WHERE {ids}"),
    (
        "evidence",
        "SELECT issue_id, count(*), '', NULL, 0 FROM evidence WHERE phase = 'after' AND {ids} GROUP BY issue_id",
    ),
    ("instructions", "SELECT issue_id, id, words, NULL, 0 FROM comment WHERE kind = 'instruction' AND {ids}"),
    (
        "letters",
        "SELECT issue_id, letter.id, letter.number, letter.issued_at, (SELECT count(*) FROM letter_issue AS other "
        "WHERE other.letter_id = letter.id) FROM letter_issue JOIN letter ON letter.id = letter_issue.letter_id "
        "WHERE letter.number IS NOT NULL AND letter.state <> 'withdrawn' AND {ids}",
    ),
    ("measures", "SELECT issue_id, position, words, NULL, 0 FROM measure WHERE {ids}"),
    ("notices", "SELECT issue_id, id, number, issued_at, 0 FROM notice WHERE {ids}"),
    ("urged", "SELECT issue_id, seq, '', at, 0 FROM issue_event WHERE trigger = 'urge' AND {ids}"),
)


def _beside(connection: sa.Connection, first: object, last: object) -> dict[int, dict[str, object]]:
    found: dict[int, dict[str, object]] = {}
    for kind, statement in BESIDE:
        query = sa.text(statement.format(ids="issue_id BETWEEN :first AND :last"))
        for issue, place, words, at, number in sorted(connection.execute(query, {"first": first, "last": last})):
            of_issue = found.setdefault(issue, {})
            instant = _plain(datetime.fromisoformat(at) if isinstance(at, str) else at)
            said = {
                "assisting": place, "urged": instant, "notices": [words, instant],
                "letters": [words, instant, number == 1],
            }.get(kind, words)  # fmt: skip
            if kind == "evidence":
                of_issue[kind] = place
            else:
                of_issue.setdefault(kind, []).append(said)
    return found


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    return value.isoformat() if isinstance(value, date | time) else value


def _hash(before: str, fields: dict[str, object]) -> str:
    body = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{body}".encode()).hexdigest()


def _guard_sqlite() -> None:
    fixed = ["seq", "issue_id", "valid_from", *(name for name, _kind, _empty in COPIED), "beside", "prev_hash", "hash"]
    say = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    op.execute(f"CREATE TRIGGER issue_version_no_update BEFORE UPDATE OF {', '.join(fixed)} ON issue_version {say}")
    op.execute(
        "CREATE TRIGGER issue_version_ends_once BEFORE UPDATE OF until ON issue_version "
        f"WHEN OLD.until < '9999-12-31' {say}"
    )
    op.execute(f"CREATE TRIGGER issue_version_no_delete BEFORE DELETE ON issue_version {say}")
    for act in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER ledger_term_no_{act.lower()} BEFORE {act} ON ledger_term {say}")


def _guard_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER issue_version_no_update BEFORE UPDATE ON issue_version FOR EACH ROW WHEN "
        "(OLD.until < '9999-12-31' OR to_jsonb(OLD) - 'until' IS DISTINCT FROM to_jsonb(NEW) - 'until') "
        "EXECUTE FUNCTION refuse_change()"
    )
    for table, acts in (("issue_version", "DELETE OR TRUNCATE"), ("ledger_term", "UPDATE OR DELETE OR TRUNCATE")):
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {acts} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("ledger_term")
    op.drop_table("issue_version")
    op.execute("DELETE FROM chain_head WHERE name IN ('ledger', 'term')")
    with op.batch_alter_table("chain_head") as batch:
        batch.drop_column("closed_at")
