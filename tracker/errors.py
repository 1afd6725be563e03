"""Errors the user can do something about; views turn them into pages, the command line into one line."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.languages import N_, _


class TrackerError(Exception):
    """Base class: ``status`` is the HTTP status, ``message`` is shown to the user, already in their language."""

    status = 400
    default = N_("操作无法完成")

    def __init__(self, message: str | None = None) -> None:
        self.message = message or _(self.default)
        super().__init__(self.message)


class NotFoundError(TrackerError):
    """No such record, or none this user may see; both read the same."""

    status = 404
    default = N_("记录不存在，或者您无权查看")


class HiddenError(NotFoundError):
    """The role must not even learn that it exists; reads like ``NotFoundError``, but the try is noted."""


class CredentialsError(TrackerError):
    """Who somebody says they are was not shown; the same words whether the login or the password was wrong."""

    status = 401
    default = N_("账号或密码错误")


class GoneError(TrackerError):
    """A link that was used, has expired or was replaced by a newer one; an unknown one reads the same."""

    status = 410
    default = N_("链接已失效")


class ForbiddenError(TrackerError):
    """The record may be seen, but this is not for this user to do."""

    status = 403
    default = N_("您无权执行此操作")


class RefusedError(TrackerError):
    """The workflow does not allow it now; ``code`` is the refusal code of the law, if the law refused."""

    status = 409
    default = N_("当前状态不能执行该操作")

    def __init__(self, message: str | None = None, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class ConflictError(TrackerError):
    """Somebody else changed the record since the user opened it; the message says who and when."""

    status = 409
    default = N_("事项已被他人处理，请刷新后重试")


class InvalidError(TrackerError):
    """What was typed cannot be taken; ``errors`` maps field names to words with the remedy."""

    status = 422
    default = N_("请检查标出的内容")

    def __init__(self, errors: Mapping[str, str], message: str | None = None) -> None:
        super().__init__(message or "；".join(errors.values()))
        self.errors = dict(errors)


class TooLargeError(TrackerError):
    """A file or a form is larger than allowed."""

    status = 413
    default = N_("单个文件不超过20MB")


class FileTypeError(TrackerError):
    """The content of a file is not what its name says, or of no allowed type."""

    status = 415
    default = N_("文件内容与类型不符")


class TooManyError(TrackerError):
    """Too many attempts in too short a time."""

    status = 429
    default = N_("操作过于频繁，请稍后再试")


class StorageFullError(TrackerError):
    """The disk is full; nothing was changed."""

    status = 507
    default = N_("存储空间不足，请联系系统管理员")
