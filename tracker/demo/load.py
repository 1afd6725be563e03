"""Loads the demo county: tree, people, and a past of some months that leads up to this very moment."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from flask import current_app
from sqlalchemy import select

from tracker.clock import ZONE, local_date
from tracker.database import close_early, db, transaction
from tracker.demo.bulletins import bulletins_tell
from tracker.demo.departures import departures_play
from tracker.demo.documents import documents_tell
from tracker.demo.ledger_uploads import ledger_bring_back
from tracker.demo.ledgers import ledger_export, ledger_print
from tracker.demo.letters import letters_play
from tracker.demo.life import Life, Stage, Steps
from tracker.demo.look_backs import look_backs_answer, look_backs_draw
from tracker.demo.messages import messages_tell
from tracker.demo.people import World, settle
from tracker.demo.pictures import SCENES, scene
from tracker.demo.rounds import rounds_tell
from tracker.demo.substitutes import substitutes_name
from tracker.models import Person, Setting, Unit, UnitKind
from tracker.policy import actor_of
from tracker.queries.rules import work_calendar
from tracker.services.rules import policy_set
from tracker.services.stars import stars_seed
from tracker.services.unit_import import units_import
from tracker.services.versions import told_afterwards
from tracker.storage import Limits, Store, StoredFile, Upload, intake
from workflows.policy import Policy

Photos = dict[tuple[str, bool], list[StoredFile]]  # scene and whether after → its variants
_DIVISIONS = Path(__file__).resolve().parent.parent / "data" / "wuzhi_divisions.csv"
_PAST = timedelta(days=150)
_BATCH = 20  # steps a commit: for each, the disk would be waited for ten thousand times; with more, visitors wait
_SHARE_OF_OWN = 40
_WHOLE = "demo_loaded"
_VARIANTS = 6  # an old photograph counts for nothing, so a life needs several


def demo_is_loaded() -> bool:
    """Tell whether this database holds the demo's accounts."""
    return db.session.scalar(select(Person.id).where(Person.login == "demo-office")) is not None


def demo_is_whole() -> bool:
    """Tell whether the demo was loaded to its end; a process that was stopped over it leaves a part."""
    return db.session.get(Setting, _WHOLE) is not None


def demo_load(*, at: datetime, issues: int, seed: int, progress: Callable[[int], object]) -> None:
    """Fill an empty database; ``progress`` is told of each issue whose life has been told.

    Visitors may ask for ledgers meanwhile: what is told after that still happened when it happened.
    """
    with told_afterwards():
        _load(at, issues, seed, progress)


def _load(at: datetime, issues: int, seed: int, progress: Callable[[int], object]) -> None:
    rng = Random(seed)  # noqa: S311  # examples, not secrets
    begin = at - _PAST - timedelta(days=30)
    with transaction() as session:
        units_import(content=_DIVISIONS.read_bytes(), actor=None, at=begin)
        stars_seed(at=begin)
        county = session.scalars(select(Unit).where(Unit.kind == UnitKind.COUNTY)).one()
        session.add_all([Setting(key="county_name", value=county.name), Setting(key="number_prefix", value="WZ")])
        world = settle(county, since=local_date(begin), at=begin)
    photos = _photos()
    _tell(_lives(world, at, issues, rng, photos), at, progress)
    look_backs_draw(world, at)
    rounds_tell(world, at)
    look_backs_answer(world, at)
    letters_play(world, at, rng, photos["ledger", True][:1])
    substitutes_name(world, at)
    documents_tell(world, at)
    departures_play(world, at)
    messages_tell(world, at)
    bulletins_tell(world, at)
    _announce_rules(world, at)
    _ledgers(world, at)
    with transaction() as session:
        session.add(Setting(key=_WHOLE, value=True))


def _ledgers(world: World, at: datetime) -> None:
    """Hand ledgers out, on paper and as a file, and bring an edited one back."""
    ledger_print(world, at)
    ledger_export(world, at)
    ledger_bring_back(world, at, Path(current_app.config["DATA_DIR"]))


def _announce_rules(world: World, at: datetime) -> None:
    """Leave a version of the policy that is still to come, so that the page of rules shows how one looks."""
    policy_set(
        body=Policy(accept_days=3).to_dict(), effective_on=local_date(at) + timedelta(days=30),
        note_words="示例：创建领导小组会议纪要", actor=actor_of(world.people["demo-office"], local_date(at)), at=at,
    )  # fmt: skip


def _lives(world: World, at: datetime, issues: int, rng: Random, photos: Photos) -> list[Life]:
    stage = Stage(world, work_calendar(), photos)
    villages = [db.session.get_one(Unit, village) for village in world.group_of]
    # Who signs in as one of the demo's people finds something to do.
    own = world.people["demo-village"].unit_id
    villages += [village for village in villages if village.id == own] * (len(villages) // _SHARE_OF_OWN)
    return [Life(stage, rng.choice(villages), _begin(stage, at, rng), Random(rng.random())) for _ in range(issues)]  # noqa: S311


def _begin(stage: Stage, at: datetime, rng: Random) -> datetime:
    """Return a moment of a working day in the past months, later ones a little more often."""
    days = int(_PAST.days * rng.random() ** 1.3)
    day = stage.calendar.add_workdays(local_date(at) - timedelta(days=days + 1), 0)
    begin = datetime(day.year, day.month, day.day, 8, 30, tzinfo=ZONE) + timedelta(minutes=rng.randint(0, 9 * 60))
    return min(begin.astimezone(UTC), at - timedelta(minutes=rng.randint(5, 600)))


def _photos() -> Photos:
    """Draw every scene before and after, and store each picture once."""
    store = Store(Path(current_app.config["DATA_DIR"]) / "evidence")
    keys = [(name, after) for name in SCENES for after in (False, True)]
    uploads = [
        Upload(f"示例照片-{name}-{variant + 1}.jpg", scene(name, after=after, variant=variant))
        for name, after in keys
        for variant in range(_VARIANTS)
    ]
    found: list[StoredFile] = []
    for start in range(0, len(uploads), 20):
        found.extend(intake(store, uploads[start : start + 20], Limits()))
    pictures = iter(found)
    return {key: list(islice(pictures, _VARIANTS)) for key in keys}


def _tell(lives: list[Life], at: datetime, progress: Callable[[int], object]) -> None:
    """Play every life up to ``at``, always the one whose next step is earliest."""
    waiting: list[tuple[datetime, int, Steps]] = []
    for number, life in enumerate(lives):
        steps = life.steps()
        waiting.append((next(steps), number, steps))
    heapq.heapify(waiting)
    while waiting:
        with transaction():
            for _ in range(_BATCH):
                if not waiting or _step(waiting, at):
                    progress(1)
                close_early()
                if not waiting:
                    break


def _step(waiting: list[tuple[datetime, int, Steps]], at: datetime) -> bool:
    """Play the earliest step; return whether its life is told to the end, by itself or by the present."""
    _when, number, steps = heapq.heappop(waiting)
    coming = next(steps, None)
    if coming is None or coming > at:
        return True
    heapq.heappush(waiting, (coming, number, steps))
    return False
