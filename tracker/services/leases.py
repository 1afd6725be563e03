"""One leader among several processes: a lease on the database's time, with a number that grows when it passes on.

Who holds the lease does what only one may do. Each transaction of that work is held against the number before it
commits (``Fence``), so that a process which was frozen, or cut off, while another one took over stops by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker import clock
from tracker.database import DatabaseTime, db, transaction
from tracker.models import Heartbeat, Lease
from tracker.queries.health import CLOCK_TOLERANCE

CLOCK = "clock"
FORGOTTEN_AFTER = timedelta(days=1)
# How long PostgreSQL bears a process that fell silent in the middle of a transaction, with all that it holds locked.
_PATIENCE = "30s"


class LeaseLostError(Exception):
    """Somebody else has taken over: what this transaction did is not kept."""


@dataclass(frozen=True)
class Fence:
    """A guard of transactions: lets one commit only while the lease under which the work began has not run out.

    It need not have passed on: work that was begun before a machine stood still for hours must not go on after it as
    if it were still that time.
    """

    name: str
    holder: str
    number: int

    def opens(self, session: Session) -> None:
        """See to it that a process that freezes in a transaction does not hold up the others for ever."""
        impatient(session)

    def closes(self, session: Session) -> None:
        """Raise ``LeaseLostError`` when the lease passed on or ran out; else keep it until the commit."""
        held = select(Lease.fence).where(
            Lease.name == self.name, Lease.holder == self.holder, Lease.fence == self.number,
            Lease.expires_at >= DatabaseTime(),
        )  # fmt: skip
        if session.scalar(held.with_for_update(read=True)) is None:
            raise LeaseLostError(f"{self.holder} no longer holds {self.name} {self.number}")


@dataclass
class Claim:
    """What one process asks for: to hold the lease ``name`` for ``seconds`` at a time, renewed by ``lease_beat``.

    ``fence`` is the guard of its work while it holds the lease. ``clock_off`` are the seconds by which its own clock
    is ahead of the database's; ``fault`` is what went wrong last.
    """

    holder: str
    version: str
    seconds: float
    name: str = CLOCK
    fence: Fence | None = None
    clock_off: float = 0
    fault: str = ""
    stopped: bool = False
    lock: Lock = field(default_factory=Lock)

    @property
    def trusts_its_clock(self) -> bool:
        """Tell whether the process's clock agrees with the database's."""
        return abs(self.clock_off) <= CLOCK_TOLERANCE


class Impatience:
    """A guard for work that needs no lease: a process that freezes in a transaction does not hold up the others."""

    def opens(self, session: Session) -> None:
        """Let PostgreSQL end the transaction when its process falls silent in it."""
        impatient(session)

    def closes(self, session: Session) -> None:
        """Let it commit."""


def database_instant() -> datetime:
    """Return the present instant by the database's clock, aware, in UTC."""
    return db.session.execute(select(DatabaseTime())).scalar_one()


def lease_beat(claim: Claim) -> bool:
    """Renew the lease or take it when it is free, and leave a heartbeat; return whether it was taken just now.

    A process whose clock disagrees with the database's gives it back and takes none.
    """
    with claim.lock:
        if claim.stopped:
            return False
        with transaction() as session:
            impatient(session)
            off = _clock_off()
            trusted = abs(off) <= CLOCK_TOLERANCE
            number = _held(session, claim) if trusted else None
            if not trusted:
                _given_back(session, claim)
            _heartbeat(session, claim, off, number is not None)
        before, claim.clock_off = claim.fence, off
        claim.fence = None if number is None else Fence(claim.name, claim.holder, number)
        return claim.fence not in (None, before)


def lease_end(claim: Claim) -> None:
    """Give the lease back for good, so that the next one need not wait until it runs out."""
    with claim.lock:
        claim.stopped, claim.fence = True, None
        with transaction() as session:
            impatient(session)
            _given_back(session, claim)
            session.execute(delete(Heartbeat).where(Heartbeat.holder == claim.holder))


def impatient(session: Session) -> None:
    """Let PostgreSQL end this transaction when its process falls silent in it."""
    if db.engine.dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{_PATIENCE}'"))


def _held(session: Session, claim: Claim) -> int | None:
    """Return the number under which ``claim`` holds the lease from now on, or ``None``.

    Who comes too late takes it anew, under another number, where nobody else has.
    """
    ends = DatabaseTime(claim.seconds)
    if claim.fence is not None:
        mine = (
            Lease.name == claim.name, Lease.holder == claim.holder, Lease.fence == claim.fence.number,
            Lease.expires_at >= DatabaseTime(),
        )  # fmt: skip
        renewed: int | None = session.scalar(update(Lease).where(*mine).values(expires_at=ends).returning(Lease.fence))
        if renewed is not None:
            return renewed
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(Lease).values(name=claim.name, holder="", fence=0).on_conflict_do_nothing())
    free = or_(Lease.holder == "", Lease.expires_at.is_(None), Lease.expires_at < DatabaseTime())
    values = {"holder": claim.holder, "fence": Lease.fence + 1, "taken_at": DatabaseTime(), "expires_at": ends}
    taken: int | None = session.scalar(
        update(Lease).where(Lease.name == claim.name, free).values(values).returning(Lease.fence),
        execution_options={"synchronize_session": False},
    )
    return taken


def _given_back(session: Session, claim: Claim) -> None:
    mine = (Lease.name == claim.name, Lease.holder == claim.holder)
    session.execute(
        update(Lease).where(*mine).values(holder="", expires_at=DatabaseTime()),
        execution_options={"synchronize_session": False},
    )


def _clock_off() -> float:
    before = clock.now()
    database = database_instant()
    return ((before - database) + (clock.now() - database)).total_seconds() / 2


def _heartbeat(session: Session, claim: Claim, off: float, leads: bool) -> None:
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    told = {
        "version": claim.version, "beat_at": DatabaseTime(), "is_leader": leads, "clock_off": round(off, 3),
        "fault": claim.fault[:200],
    }  # fmt: skip
    first = insert(Heartbeat).values(holder=claim.holder, started_at=DatabaseTime(), **told)
    session.execute(first.on_conflict_do_update(index_elements=["holder"], set_=told))
    old = Heartbeat.beat_at < DatabaseTime(-FORGOTTEN_AFTER.total_seconds())
    # After a long standstill each process finds the others old that beat at this very moment.
    gone = select(Heartbeat.holder).where(old).with_for_update(skip_locked=True)
    forget = delete(Heartbeat).where(Heartbeat.holder.in_(gone))
    session.execute(forget, execution_options={"synchronize_session": False})
