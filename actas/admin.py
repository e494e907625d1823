"""The back office of actas. What is said and approved changes only on its own pages."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from actas.models import Acta, Edit, PastActa, Utterance, Version
from transcription.admin import ReadOnlyAdmin, link


@admin.register(Acta)
class ActaAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "session_", "council", "state", "published_at"]
    list_filter = ["state", "session__council"]
    list_select_related = ["session__council"]
    search_fields = ["=session__number", "session__council__name"]
    readonly_fields = ["session_", "versions_"]

    @admin.display(description="sesión")
    def session_(self, acta: Acta) -> str:
        return link(acta.session)

    @admin.display(description="concejo")
    def council(self, acta: Acta) -> str:
        return link(acta.session.council)

    @admin.display(description="última versión")
    def versions_(self, acta: Acta) -> str:
        return link(acta.versions.defer("word", "content").first())


@admin.register(Utterance)
class UtteranceAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "acta", "start", "speaker", "state", "version"]
    list_filter = ["state", "acta__session__council"]
    list_select_related = ["acta__session", "speaker__councillor"]
    search_fields = ["text"]
    show_full_result_count = False


@admin.register(Edit)
class EditAdmin(ReadOnlyAdmin):
    list_display = ["at", "who", "acta", "before", "after"]
    list_filter = ["acta__session__council"]
    list_select_related = ["who", "acta__session"]
    search_fields = ["who__email", "who__name"]
    show_full_result_count = False


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    list_display = ["acta_", "number", "code", "approver_name", "approved_at"]
    list_filter = ["acta__session__council"]
    list_select_related = ["acta__session"]
    search_fields = ["code", "sha256", "approver_name"]
    exclude = ["word", "content"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Version]:
        return super().get_queryset(request).defer("word", "content")

    @admin.display(description="acta")
    def acta_(self, version: Version) -> str:
        return link(version.acta)


@admin.register(PastActa)
class PastActaAdmin(admin.ModelAdmin):
    list_display = ["name", "council", "created_at"]
    list_filter = ["council"]
    list_select_related = ["council"]
    search_fields = ["name", "text"]
    autocomplete_fields = ["council"]
    readonly_fields = ["sha256", "text", "findings", "created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
