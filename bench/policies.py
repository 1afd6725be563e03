"""Times what a new policy costs: the page that says which open issues change, and the sweep that takes them along.

    python -m bench.policies --issues 100000 --sweep 10000

Processor seconds of this process, so that a busy machine counts less; SQLite in a folder of its own.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import issues as examples
from bench.fill import fill
from tracker import clock, create_app, schema
from tracker.database import db
from tracker.models import Post, Role
from tracker.policy import actor_of
from tracker.queries.policy_moves import policy_preview
from tracker.services.policy_moves import policies_sweep
from tracker.services.rules import policy_set
from workflows.issue import OPEN_STATES
from workflows.policy import Policy


def timed(make: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return the processor and the wall seconds of ``make``, and what it returned."""
    cpu, wall = time.process_time(), time.perf_counter()
    made = make()
    return time.process_time() - cpu, time.perf_counter() - wall, made


def main() -> None:
    """Fill, preview, sweep, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=100_000, help="open issues")
    parser.add_argument("--sweep", type=int, default=10_000, help="issues to take along")
    given = parser.parse_args()
    examples.STATES[:] = [state for state in examples.STATES if state in OPEN_STATES]
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"DATA_DIR": folder, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{Path(folder) / 'bench.sqlite3'}"})
        schema.upgrade(app)
        with app.app_context():
            _measure(given.issues, given.sweep)


def _measure(issues: int, sweep: int) -> None:
    fill(issues)
    office = db.session.query(Post).filter_by(role=Role.OFFICE).first()
    if office is None:
        raise SystemExit("the county has no office")
    actor, at = actor_of(office, clock.today()), clock.now()
    defaults = Policy().to_dict()
    body = defaults | {"assign_days": 4, "general": defaults["general"] | {"blue_within": 2, "red_from": 8}}
    cpu, wall, found = timed(lambda: policy_preview(Policy.from_dict(body), actor, at))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"preview: {found.issues} open, {found.changed} change: {cpu:.2f} s CPU, {wall:.2f} s wall, peak {peak} MB")
    policy_set(body=body, effective_on=clock.today(), note_words="", actor=actor, at=at, takes_along=True)
    cpu, wall, moved = timed(lambda: policies_sweep(at=at, most=sweep))
    print(f"sweep: {moved} issues: {cpu:.2f} s CPU, {wall:.2f} s wall, {moved / cpu:.0f} a CPU second")


if __name__ == "__main__":
    main()
