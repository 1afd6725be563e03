"""People, the posts they hold, and how they signed in."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.group import SupervisionGroup
from tracker.models.unit import Unit


class Role(StrEnum):
    """What a post is for; the rows of the permission matrix."""

    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"
    AUDITOR = "auditor"
    OFFICE = "office"
    LEADER = "leader"
    DEPARTMENT = "department"
    ASSIGNEE = "assignee"
    GROUP_LEAD = "group_lead"
    GROUP_MEMBER = "group_member"
    TOWNSHIP = "township"
    VILLAGE = "village"
    REPORTER = "reporter"


ADMIN_ROLES = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})


class Person(Model):
    """One human being and their way in. Separation of duties is checked on the person, not on the post."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(32))
    email: Mapped[str | None] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(8), default="zh_CN")
    home_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_last_step: Mapped[int | None]
    security_epoch: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column()

    home_unit: Mapped[Unit | None] = relationship(foreign_keys=home_unit_id)
    posts: Mapped[list[Post]] = relationship(back_populates="person", order_by="Post.id", foreign_keys="Post.person_id")

    __mapper_args__ = {"version_id_col": version}


class Post(Model):
    """One role of one person at one unit or group for a period; ``valid_to`` is inclusive.

    A grant asks for two different security administrators: ``granted_by`` and ``approved_by``;
    the post acts only once it is approved.
    """

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(code_column(Role, "role"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_group.id"), index=True)
    title: Mapped[str] = mapped_column(String(60), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship(back_populates="posts", foreign_keys=person_id)
    unit: Mapped[Unit | None] = relationship(foreign_keys=unit_id)
    group: Mapped[SupervisionGroup | None] = relationship(foreign_keys=group_id)


class SignIn(Model):
    """A server-side session; the cookie holds the token, the table only its SHA-256."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    security_epoch: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    fresh_at: Mapped[datetime] = mapped_column(UTCDateTime)
    needs_totp: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")

    person: Mapped[Person] = relationship()
    post: Mapped[Post | None] = relationship()


class SignInAttempt(Model):
    """A failed or successful try; what the soft lock counts."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[str] = mapped_column(String(20))
    succeeded: Mapped[bool]

    __table_args__ = (
        Index("ix_sign_in_attempt_login_at", "login", "at"),
        Index("ix_sign_in_attempt_address_at", "address", "at"),
    )


class PasswordRecord(Model):
    """An earlier password hash; the previous five may not come back."""

    __tablename__ = "password_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ResetLink(Model):
    """A way to set a password once, within 30 minutes (or, for a new account, its first days)."""

    __tablename__ = "reset_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship(foreign_keys=person_id)
