"""Pages of the site itself: one's account, how it looks, and how the server is."""

import shutil

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from astra_site.condition import Condition
from councils.accounts import only_council

THEMES = (("light", "Claros"), ("dark", "Oscuros"), ("contrast", "De alto contraste"))
THEME_SECONDS = 365 * 86400
# A seven-hour session in WAV is about 2 GB; below this an upload may not fit.
DISK_FLOOR_BYTES = 5 * 1024**3


@login_required
def account(request: HttpRequest) -> HttpResponse:
    context = {
        "council": only_council(request.user),
        "memberships": request.user.memberships.select_related("council"),
        "themes": THEMES,
        "theme": request.COOKIES.get("theme", "light"),
    }
    return render(request, "account/account.html", context)


@login_required
def email_is_the_name(request: HttpRequest) -> HttpResponse:
    """Stand where allauth would let people change the address they are known by."""
    messages.info(request, "Su correo se lo cambia quien administra ASTRA.")
    return redirect("account")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember in a cookie how this browser shows the pages, and go back."""
    after = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(after, allowed_hosts={request.get_host()}):
        after = "/"
    response = redirect(after)
    chosen = request.POST.get("theme")
    if chosen in dict(THEMES):
        response.set_cookie(
            "theme",
            chosen,
            max_age=THEME_SECONDS,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@require_GET
@login_required
def status(request: HttpRequest) -> HttpResponse:
    """Show the staff what runs, what waits and what failed."""
    if not request.user.is_staff:
        raise PermissionDenied
    context = {"condition": Condition.now(), "section": "status"}
    return render(request, "astra_site/status.html", context)


@require_GET
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Answer a monitor: 200 when the database answers and files fit, 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = True
    except DatabaseError:
        database = False
    disk = shutil.disk_usage(settings.VAR).free >= DISK_FLOOR_BYTES
    well = database and disk
    answer = {"database": database, "disk": disk}
    return JsonResponse(answer, status=200 if well else 503)
