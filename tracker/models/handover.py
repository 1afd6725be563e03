"""The handover 交接 of what somebody holds by one post, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.group import SupervisionGroup
from tracker.models.person import Person, Post
from tracker.models.unit import Unit
from workflows.handover import HandoverState


class Handover(Model):
    """Some kinds of what a post holds, handed to one successor.

    ``kinds`` are codes of ``labels.HELD``. ``content`` is what was held when it was stated, ``result`` what became of
    it: lists of ``kind``, ``id``, ``issue_id``, and in the result ``fate`` (``moved`` or the code of why it stayed) and
    ``is_new`` (it appeared after the statement). Whose an issue is to know of is asked when the list is read.
    """

    __tablename__ = "handover"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[HandoverState] = mapped_column(code_column(HandoverState, "handover_state"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    receiver_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_group.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    kinds: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    result: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opinion: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column()

    post: Mapped[Post] = relationship()
    giver: Mapped[Person] = relationship(foreign_keys=giver_id)
    receiver: Mapped[Person] = relationship(foreign_keys=receiver_id)
    proposed_by: Mapped[Person] = relationship(foreign_keys=proposed_by_id)
    group: Mapped[SupervisionGroup | None] = relationship()
    unit: Mapped[Unit | None] = relationship()

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint("receiver_id <> giver_id AND receiver_id <> proposed_by_id", name="two"),
        Index("ix_handover_state", "state", "id"),
    )
