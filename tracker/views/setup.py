"""The page of the first minutes; afterwards there is no such page."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError, NotFoundError
from tracker.forms.setup import SetupForm
from tracker.languages import _
from tracker.models import Role
from tracker.services.setup import ADMINS, AdminValues, county_root, is_set_up, setup_run
from tracker.views.access import access

bp = Blueprint("setup", __name__)
_PARTS = ("login", "name", "password")


@bp.route("/setup", methods=["GET", "POST"])
@access("setup")
def index() -> tuple[str, int] | str | Response:
    if is_set_up():
        raise NotFoundError
    if request.method == "GET":
        return _page({})
    try:
        form = SetupForm.parse(request.form)
        setup_run(county=form.county, code=form.code, campaign=form.campaign, admins=_admins(form), at=clock.now())
    except InvalidError as error:
        return _page(error.errors), error.status
    flash(_("设置完成。请三名管理员分别登录并修改密码，再由系统管理员建立账号、安全管理员授予岗位。"), "success")
    return redirect(url_for("auth.sign_in"), 303)


def _admins(form: SetupForm) -> dict[Role, AdminValues]:
    given = dict(form)
    return {role: AdminValues(*(given[f"{role.value}_{part}"] for part in _PARTS)) for role in ADMINS}


def _page(errors: dict[str, str]) -> str:
    return render_template(
        "setup/index.html", errors=errors, typed=request.form, roles=ADMINS, root=county_root(), labels=SetupForm.labels
    )  # fmt: skip
