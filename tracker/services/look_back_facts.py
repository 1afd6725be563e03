"""What the law asks about a look-back, who goes along, and the text of its paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from tracker.clock import local_date
from tracker.errors import InvalidError
from tracker.languages import N_, _
from tracker.models import Evidence, Issue, LookBack, Person
from tracker.papers.look_back import record_paper
from tracker.policy import Actor, capacities
from tracker.queries.people import colleagues
from tracker.queries.rules import policy_of
from tracker.services.checks import day_behind
from tracker.services.counters import counter_next
from tracker.services.facts import has_uploaded_after, holds_post_at
from tracker.services.notices import issuer_name, place_line
from workflows.issue import IssueState
from workflows.look_back import FoundAgain, LookBackFacts, found_again_way

# Part of the paper, which is written in Chinese whatever the reader's language.
PHOTOS = 6  # that a paper shows
_NUMBER = N_("回看〔{year}〕{serial}号")


def look_back_facts(issue: Issue, actor: Actor, at: datetime, **proposed: Any) -> LookBackFacts:
    """Return the facts of a look-back at ``issue`` by ``actor``; ``proposed`` are those of the request itself."""
    return LookBackFacts(
        capacities=capacities(actor, issue),
        is_signed_off=issue.state is IssueState.SIGNED_OFF,
        other_group_must_recheck=policy_of(issue, local_date(at)).policy.other_group_must_recheck,
        actor_submitted=issue.submitted_by_id == actor.person_id,
        actor_uploaded_after=has_uploaded_after(issue, actor),
        actor_in_submitting_unit=holds_post_at(actor, issue.submitted_unit_id),
        actor_verified=issue.verified_by_id == actor.person_id,
        actor_signed_off=issue.signed_off_by_id == actor.person_id,
        actor_in_verifying_group=actor.group_id is not None and actor.group_id == issue.verified_group_id,
        **proposed,
    )


def way_of(issue: Issue, today: date) -> FoundAgain:
    """Return what becomes of ``issue`` if it is found again today."""
    has_holder = issue.responsible_unit_id is not None and issue.responsible_id is not None
    policy = policy_of(issue, today).policy.lookback_found_again
    return found_again_way(policy, is_confidential=issue.is_confidential, has_holder=has_holder)


def day_of(issue: Issue, done_on: date | None, today: date) -> date:
    """Return the day of a look-back: today where it is left out, never before the sign-off."""
    day = day_behind("done_on", done_on or today, today) or today
    closed = local_date(issue.signed_off_at) if issue.signed_off_at else day
    if day < closed:
        raise InvalidError({"done_on": _("回头看日期不能早于销号日期 {day}").format(day=closed.isoformat())})
    return day


def people_of(issue: Issue, people: Sequence[int], actor: Actor) -> list[Person]:
    """Return who went: the actor alone where nobody is named, otherwise people of the actor's group or office.

    Nobody looks back in the village they come from.
    """
    known = colleagues(actor)
    went = sorted(set(people) or {actor.person_id})
    if not set(went) <= set(known):
        raise InvalidError({"people": _("请选择到场的本组（本单位）人员")})
    staying = [known[one].name for one in went if actor.is_group and known[one].home_unit_id == issue.location_id]
    if staying and issue.location_id is not None:
        words = _("{names} 的家乡在该村，须回避，请取消勾选")
        raise InvalidError({"people": words.format(names=_("、").join(staying))})
    return [known[one] for one in went]


def number_next(at: datetime) -> str:
    """Return the next number of a paper of the Shanghai year of ``at``; joins the caller's transaction."""
    year = local_date(at).year
    return _NUMBER.format(year=year, serial=counter_next(f"look_back:{year}"))


def content_of(record: LookBack, issue: Issue, people: Sequence[Person], at: datetime) -> dict[str, Any]:
    """Return the text of the paper before anything of the issue changes; later changes of names do not touch it."""
    unit, plan = issue.responsible_unit, record.plan
    return {
        "number": record.number,
        "issue_number": issue.number or "",
        "place": place_line(issue),
        "star": issue.star.name if issue.star else issue.category,
        "description": issue.description,
        "unit": (unit.full_name or unit.name) if unit else "",
        "responsible": issue.responsible.name if issue.responsible else "",
        "result": issue.result,
        "signed_off_on": local_date(issue.signed_off_at).isoformat() if issue.signed_off_at else "",
        "plan": plan.name if plan else "",
        "reason": record.reason.value if record.reason else "",
        "population": record.population,
        "rank": record.rank,
        "done_on": record.done_on.isoformat() if record.done_on else "",
        "group": record.group.name if record.group else "",
        "people": [person.name for person in people],
        "finding": record.finding,
        "state": record.state.value,
        "issuer": issuer_name(),
        "recorded_on": local_date(at).isoformat(),
        "deadline": "",
        "new_number": "",
        "photos": [],
    }


def paper_keep(record: LookBack, evidence: Sequence[Evidence], **said: str) -> None:
    """Keep the paper of a record, with its photographs, now that everything is known."""
    photos = [[one.blob.copy_sha256, one.name] for one in evidence if one.blob.copy_sha256][:PHOTOS]
    content = record.content | said | {"photos": photos}
    record.content = content | {"paper": record_paper(content).to_dict()}
