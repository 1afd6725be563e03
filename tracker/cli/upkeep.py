"""The clock and the checks an operator runs by hand or from a timer."""

from __future__ import annotations

import signal
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import click

from tracker import clock
from tracker.cli.context import application, plain_errors
from tracker.jobs import Clock
from tracker.services.issued_ledgers import issued_find, issued_verify
from tracker.services.scrub import evidence_scrub
from tracker.services.strays import StrayReport
from tracker.services.ticks import tick
from tracker.services.verify import CHAINS, ChainReport, chain_verify
from tracker.services.verify_ledger import present_verify
from tracker.services.verify_papers import papers_verify
from tracker.storage import Store

_AHEAD = timedelta(hours=24)  # a mistyped year must not silence a county


class Instant(click.ParamType[datetime]):
    """An instant as ISO 8601 with an offset, such as ``2026-10-09T08:30+08:00``."""

    name = "instant"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the aware instant in UTC, or fail with what is wrong."""
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r}: 请写成 2026-10-09T08:30+08:00 / write it as 2026-10-09T08:30+08:00", param, ctx)
        return (at if at.tzinfo else at.replace(tzinfo=clock.ZONE)).astimezone(UTC)


@click.command("tick")
@click.option("--at", type=Instant(), help="时刻，默认现在 / instant, now by default")
@click.option("--ahead", is_flag=True, help="允许将来的时刻 / allow an instant in the future")
@plain_errors
def tick_command(at: datetime | None, ahead: bool) -> None:
    """执行此刻到期的工作，可重复执行。 Do what is due at that instant; safe to repeat.

    将来的时刻要加 --ahead：到那时为止不再有摘要，会话全部结束。
    An instant in the future needs --ahead: until then nobody gets another digest, and everybody is signed out.
    """
    if at is not None and at > clock.now() + _AHEAD and not ahead:
        raise click.UsageError(
            f"{at.astimezone(clock.ZONE).isoformat()}: 将来的时刻，请加 --ahead / in the future, add --ahead"
        )
    with application() as app:
        kept = timedelta(days=max(1, app.config["REMINDER_DAYS"]))
        for name, number in asdict(tick(at=at or clock.now(), kept_reminders=kept)).items():
            click.echo(f"{name}: {number}")


@click.command("scheduler")
@plain_errors
def scheduler_command() -> None:
    """单独运行时钟（多进程部署时）；可运行多个，由一个值守。 Run the clock apart; of several one leads."""
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with application() as app:
        running = Clock(app)
        running.start()
        click.echo(running.claim.holder)
        ended.wait()
        running.stop()


@click.group("audit")
def audit() -> None:
    """历史记录的校验。 Verification of the record."""


@audit.command("verify")
@click.option("--ledger", default="", help="核对这一份台账（编号或校验码） / check this issued ledger (id or digest)")
@plain_errors
def verify(ledger: str) -> None:
    """逐条校验各条哈希链，并核对台账现状与历史、各份文书的内容。

    Verify every hash chain, the ledgers against their history, the documents against what they were issued with.
    """
    if ledger:
        _verify_ledger(ledger)
        return
    with application():
        reports: list[ChainReport | StrayReport] = [chain_verify(name) for name in CHAINS]
        reports += [present_verify(), papers_verify()]
    for report in reports:
        click.echo(report.line())
    if not all(report.intact for report in reports):
        raise SystemExit(1)


def _verify_ledger(words: str) -> None:
    with application():
        report = issued_verify(issued_find(words))
        lines = report.lines()
    for line in lines:
        click.echo(line)
    if not report.genuine:
        raise SystemExit(1)


@click.group("evidence")
def evidence() -> None:
    """佐证材料的存储。 The evidence store."""


@evidence.command("check")
@plain_errors
def check() -> None:
    """逐件核对佐证的哈希。 Read every stored file and compare its hash."""
    with application() as app:
        report = evidence_scrub(Store(Path(app.config["DATA_DIR"]) / "evidence"), at=clock.now())
    click.echo(f"已核对 checked: {report.checked}")
    for name in report.missing:
        click.echo(f"缺失 missing: {name}", err=True)
    for name in report.damaged:
        click.echo(f"损坏 damaged: {name}", err=True)
    if not report.is_clean:
        raise SystemExit(1)


COMMANDS = (tick_command, scheduler_command, audit, evidence)
