"""The person who acts, in the post they act in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.models import Post, Role, UnitKind


@dataclass(frozen=True)
class Actor:
    """A person with the one post of this request; ``today`` is the Shanghai day on which they act."""

    person_id: int
    name: str
    role: Role
    today: date
    post_id: int | None = None
    unit_id: int | None = None
    unit_path: str = ""
    unit_kind: UnitKind | None = None
    unit_name: str = ""
    group_id: int | None = None
    group_name: str = ""
    home_unit_id: int | None = None
    title: str = ""

    @property
    def acting_as(self) -> str:
        """Return the post as it is written into the record: role code, then group or unit."""
        place = self.group_name or self.unit_name
        return f"{self.role.value}:{place}" if place else self.role.value

    @property
    def is_group(self) -> bool:
        """Tell whether they act for a supervision group."""
        return self.role in (Role.GROUP_LEAD, Role.GROUP_MEMBER)


def actor_of(post: Post, today: date) -> Actor:
    """Return the actor that ``post`` makes of its person."""
    return Actor(
        person_id=post.person_id,
        name=post.person.name,
        role=post.role,
        today=today,
        post_id=post.id,
        unit_id=post.unit_id,
        unit_path=post.unit.path if post.unit else "",
        unit_kind=post.unit.kind if post.unit else None,
        unit_name=post.unit.name if post.unit else "",
        group_id=post.group_id,
        group_name=post.group.name if post.group else "",
        home_unit_id=post.person.home_unit_id,
        title=post.title,
    )
