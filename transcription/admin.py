"""The back office of hearing: what was heard, by which machine, at what cost."""

from __future__ import annotations

import json

from django.contrib import admin
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django_q.admin import FailAdmin, QueueAdmin, ScheduleAdmin, TaskAdmin
from django_q.models import Failure, OrmQ, Schedule, Success

from transcription.guards import WEIGHT
from transcription.models import (
    Part,
    PartVoices,
    Segment,
    Transcription,
    Turn,
    UsageRecord,
    Worker,
)


def link(row: Model | None) -> str:
    """Return a link to the admin page of `row`; "-" for None."""
    if row is None:
        return "-"
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(name, args=[row.pk]), row)


def laid_out(rows: list[dict]) -> str:
    """Return JSON rows as they can be read, "-" for none."""
    text = json.dumps(rows, ensure_ascii=False, indent=2)
    return format_html("<pre>{}</pre>", text) if rows else "-"


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
    list_display = [
        "__str__",
        "status",
        "attempt",
        "engine",
        "model",
        "settings_hash",
        "worker",
        "heard",
        "retried",
        "transcription_",
    ]
    list_filter = ["status", "engine", "worker"]
    list_select_related = ["transcription"]
    search_fields = ["transcription__name", "error", "worker"]
    exclude = ["rejected"]
    readonly_fields = ["transcription_", "retried", "rejected_", "voices_"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Part]:
        # Counted part by part: a page of parts, not all the segments there are.
        retried = Segment.objects.filter(part=OuterRef("pk")).exclude(tries=[])
        count = retried.order_by().values("part").annotate(count=Count("pk"))
        parts = super().get_queryset(request).defer("transcription__peaks")
        return parts.annotate(tried=Subquery(count.values("count")))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        if lookup == "transcription__id__exact":
            return True
        return super().lookup_allowed(lookup, value, request)

    @admin.display(description="segmentos repetidos")
    def retried(self, part: Part) -> str:
        """Show how many segments were heard more than once, and link to them."""
        url = reverse("admin:transcription_segment_changelist")
        where = f"{url}?part__id__exact={part.pk}&tries=more"
        return format_html('<a href="{}">{}</a>', where, part.tried or 0)

    @admin.display(description="descartado")
    def rejected_(self, part: Part) -> str:
        return laid_out(part.rejected)

    @admin.display(description="voces")
    def voices_(self, part: Part) -> str:
        """Say what became of the voices of a part; how they sound is never shown."""
        if not part.transcription.voices or part.status != Part.Status.DONE:
            return "-"
        kept = PartVoices.objects.filter(part=part).defer("times", "values").first()
        if kept:
            return f"Vectores de {kept.model}, guardados para distinguir las voces."
        if not part.speech:
            return "Nadie habla."
        inside = {"start__gte": part.start - 0.01, "end__lte": part.end + 0.01}
        if part.transcription.turns.filter(**inside).exists():
            return "Distinguidas; sus vectores ya se borraron."
        return (
            "Sin vectores: no se pudieron calcular, y el motivo está en el registro de "
            "la máquina que transcribió; o se borraron antes de distinguir las voces."
        )

    @admin.display(description="transcripción")
    def transcription_(self, part: Part) -> str:
        return link(part.transcription)


class FlagFilter(admin.SimpleListFilter):
    """Segments in which the guards found this or that."""

    title = "aviso"
    parameter_name = "flag"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str]]:
        return [("any", "cualquiera"), *((flag, flag) for flag in sorted(WEIGHT))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Segment]
    ) -> QuerySet[Segment]:
        if self.value() == "any":
            return queryset.exclude(flags=[])
        return (
            queryset.filter(flags__contains=[self.value()])
            if self.value()
            else queryset
        )


class TriesFilter(admin.SimpleListFilter):
    """Segments that were heard once, or more than once."""

    title = "intentos"
    parameter_name = "tries"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str]]:
        return [("one", "uno"), ("more", "más de uno")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Segment]
    ) -> QuerySet[Segment]:
        if self.value() == "more":
            return queryset.exclude(tries=[])
        return queryset.filter(tries=[]) if self.value() else queryset


@admin.register(Segment)
class SegmentAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "start", "end", "flags", "how_often", "part"]
    list_filter = [FlagFilter, TriesFilter]
    list_select_related = ["part__transcription"]
    search_fields = ["text"]
    exclude = ["tries"]
    readonly_fields = ["tries_"]
    show_full_result_count = False  # there are hundreds of thousands

    def get_queryset(self, request: HttpRequest) -> QuerySet[Segment]:
        return super().get_queryset(request).defer("part__transcription__peaks")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        if lookup == "part__id__exact":
            return True
        return super().lookup_allowed(lookup, value, request)

    @admin.display(description="intentos")
    def how_often(self, segment: Segment) -> int:
        return len(segment.tries) or 1

    @admin.display(description="intentos")
    def tries_(self, segment: Segment) -> str:
        return laid_out(segment.tries)


@admin.register(PartVoices)
class PartVoicesAdmin(ReadOnlyAdmin):
    """That there are vectors, since when: never how somebody sounds."""

    list_display = ["part", "model", "dimensions", "created_at"]
    list_filter = ["model", "created_at"]
    list_select_related = ["part__transcription"]
    fields = ["part", "model", "dimensions", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartVoices]:
        unread = ("times", "values", "part__transcription__peaks")
        return super().get_queryset(request).defer(*unread)


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin):
    list_display = ["transcription", "voice", "start", "end", "overlapped"]
    list_filter = ["overlapped"]
    list_select_related = ["transcription"]
    show_full_result_count = False  # there are thousands to a session

    def get_queryset(self, request: HttpRequest) -> QuerySet[Turn]:
        return super().get_queryset(request).defer("transcription__peaks")


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
