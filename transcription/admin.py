"""The back office of hearing: what was heard, by which machine, at what cost."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django_q.admin import FailAdmin, QueueAdmin, ScheduleAdmin, TaskAdmin
from django_q.models import Failure, OrmQ, Schedule, Success

from transcription.models import Part, Segment, Transcription, UsageRecord, Worker


def link(row: Model | None) -> str:
    """Return a link to the admin page of `row`; "-" for None."""
    if row is None:
        return "-"
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(name, args=[row.pk]), row)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only the machine writes: to look at, never to add, change or delete."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


@admin.register(Transcription)
class TranscriptionAdmin(ReadOnlyAdmin):
    list_display = ["name", "engine", "status", "attempt", "created_at", "recording_of"]
    list_filter = ["status", "engine", "created_at"]
    list_select_related = ["recording"]
    search_fields = ["name", "sha256", "error"]
    exclude = ["peaks", "terms"]
    readonly_fields = ["recording_of", "parts_of"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transcription]:
        return super().get_queryset(request).defer("peaks", "terms")

    @admin.display(description="grabación")
    def recording_of(self, transcription: Transcription) -> str:
        return link(getattr(transcription, "recording", None))

    @admin.display(description="partes")
    def parts_of(self, transcription: Transcription) -> str:
        url = reverse("admin:transcription_part_changelist")
        return format_html(
            '<a href="{}?transcription__id__exact={}">{} partes</a>',
            url,
            transcription.pk,
            transcription.parts.count(),
        )


@admin.register(Part)
class PartAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "status", "attempt", "worker", "heard", "transcription_"]
    list_filter = ["status", "worker"]
    list_select_related = ["transcription"]
    search_fields = ["transcription__name", "error", "worker"]
    readonly_fields = ["transcription_"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Part]:
        return super().get_queryset(request).defer("transcription__peaks")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        if lookup == "transcription__id__exact":
            return True
        return super().lookup_allowed(lookup, value, request)

    @admin.display(description="transcripción")
    def transcription_(self, part: Part) -> str:
        return link(part.transcription)


@admin.register(Segment)
class SegmentAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "start", "end", "voice", "part"]
    list_select_related = ["part__transcription"]
    search_fields = ["text"]
    show_full_result_count = False  # there are hundreds of thousands


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = ["machine", "provider", "state", "card", "price", "heartbeat_at"]
    list_filter = ["state", "provider"]
    search_fields = ["machine"]


@admin.register(UsageRecord)
class UsageRecordAdmin(ReadOnlyAdmin):
    list_display = ["at", "part", "seconds", "price", "cost"]
    list_filter = ["at"]
    list_select_related = ["part__transcription"]
    date_hierarchy = "at"


class SuperuserOnly:
    """django-q's rows are pickles, which run when they are read: superusers alone."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return request.user.is_superuser

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return request.user.is_superuser

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return request.user.is_superuser


for row, theirs in (
    (Schedule, ScheduleAdmin),
    (Success, TaskAdmin),
    (Failure, FailAdmin),
    (OrmQ, QueueAdmin),
):
    admin.site.unregister(row)
    admin.site.register(row, type(theirs.__name__, (SuperuserOnly, theirs), {}))
