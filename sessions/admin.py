"""The back office of sessions: their recordings, their agenda and stated facts."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from sessions.facts import NotAllowed
from sessions.models import (
    AgendaItem,
    Attendance,
    Ballot,
    CouncilSession,
    Recording,
    Speaker,
    Upload,
    Vote,
)
from transcription.admin import ReadOnlyAdmin, TranscriptionAdmin, link
from transcription.engines import EngineError
from transcription.models import Transcription

PROOF = ["source", "proof_start", "proof_quote", "confirmed_by", "confirmed_at"]


class RecordingInline(admin.TabularInline):
    """The session's recordings, to go to; they are added by uploading."""

    model = Recording
    fields = ["name", "seconds", "transcription_"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True

    @admin.display(description="transcripción")
    def transcription_(self, recording: Recording) -> str:
        return link(recording.transcription)

    def has_add_permission(self, request: HttpRequest, obj: object) -> bool:
        return False


class AgendaInline(admin.TabularInline):
    model = AgendaItem
    extra = 0


@admin.register(CouncilSession)
class CouncilSessionAdmin(admin.ModelAdmin):
    list_display = ["__str__", "council", "date", "stage_", "acta_"]
    list_filter = ["council", "kind", "modality"]
    search_fields = ["=number", "council__name", "place"]
    date_hierarchy = "date"
    autocomplete_fields = ["council"]
    raw_id_fields = ["presider", "created_by"]
    readonly_fields = ["stage_", "acta_", "created_at"]
    inlines = [RecordingInline, AgendaInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CouncilSession]:
        return super().get_queryset(request).with_stage()

    @admin.display(description="cómo va")
    def stage_(self, session: CouncilSession) -> str:
        return session.stage.label if session.pk else "-"

    @admin.display(description="acta")
    def acta_(self, session: CouncilSession) -> str:
        return link(getattr(session, "acta", None))


@admin.register(Recording)
class RecordingAdmin(ReadOnlyAdmin):
    list_display = ["name", "session_", "seconds", "bytes", "transcription_"]
    list_filter = ["session__council"]
    list_select_related = ["session", "transcription"]
    search_fields = ["name", "sha256"]
    readonly_fields = ["session_", "transcription_"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recording]:
        return super().get_queryset(request).defer("transcription__peaks")

    @admin.display(description="sesión")
    def session_(self, recording: Recording) -> str:
        return link(recording.session)

    @admin.display(description="transcripción")
    def transcription_(self, recording: Recording) -> str:
        return link(recording.transcription)


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = ["name", "session", "user", "bytes", "created_at", "expires_at"]
    list_select_related = ["session", "user"]
    search_fields = ["name", "user__email"]


@admin.register(AgendaItem)
class AgendaItemAdmin(admin.ModelAdmin):
    list_display = ["__str__", "session", "kind", "start", "end"]
    list_filter = ["kind", "session__council"]
    list_select_related = ["session"]
    search_fields = ["title"]
    raw_id_fields = ["session"]


@admin.register(Speaker)
class SpeakerAdmin(admin.ModelAdmin):
    list_display = ["label", "voice", "session", "source", "confirmed_at"]
    list_filter = ["source", "session__council"]
    list_select_related = ["session", "councillor", "same_as__councillor"]
    search_fields = ["name", "councillor__full_name"]
    # Who a voice is is said on the voices' page: there it is noted and can be undone,
    # joins make no chains, and what is kept of a voice follows it.
    readonly_fields = [
        *("session", "voice", "councillor", "name", "office", "gender", "same_as"),
        *PROOF,
        *("confidence", "evidence"),
    ]


@admin.register(Attendance)
class AttendanceAdmin(admin.ModelAdmin):
    list_display = ["councillor", "session", "state", "source", "confirmed_at"]
    list_filter = ["state", "source", "session__council"]
    list_select_related = ["session", "councillor"]
    search_fields = ["councillor__full_name"]
    raw_id_fields = ["session", "councillor"]
    readonly_fields = PROOF


class BallotInline(admin.TabularInline):
    model = Ballot
    extra = 0
    raw_id_fields = ["councillor"]


@admin.register(Vote)
class VoteAdmin(admin.ModelAdmin):
    list_display = ["__str__", "session", "kind", "result", "source", "confirmed_at"]
    list_filter = ["kind", "result", "source", "session__council"]
    list_select_related = ["session"]
    search_fields = ["question"]
    raw_id_fields = ["session", "agenda_item"]
    readonly_fields = PROOF
    inlines = [BallotInline]


@admin.register(Ballot)
class BallotAdmin(admin.ModelAdmin):
    list_display = ["councillor", "value", "vote"]
    list_filter = ["value"]
    list_select_related = ["councillor", "vote"]
    search_fields = ["councillor__full_name"]
    raw_id_fields = ["vote", "councillor"]


class HearingAdmin(TranscriptionAdmin):
    """Transcriptions that can be tried again: their recordings know whether they may.

    The acta must be open, and the council must let the engine have its audio.
    """

    actions = ["retry"]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("transcription.change_transcription")

    @admin.action(description="Reintentar", permissions=["retry"])
    def retry(self, request: HttpRequest, chosen: QuerySet[Transcription]) -> None:
        """Begin again what failed; what is heard stays heard."""
        again = left = 0
        for recording in Recording.objects.filter(transcription__in=chosen):
            try:
                begun = recording.retry()
            except (NotAllowed, EngineError) as refused:
                told = f"«{recording.name}»: {refused}"
                self.message_user(request, told, messages.ERROR)
            else:
                again, left = again + begun, left + (not begun)
        left += chosen.filter(recording=None).count()  # a newer one took their place
        if again:
            self.message_user(request, f"{again} de nuevo en la fila.")
        if left:
            said = f"{left} sin nada que reintentar: no están detenidas."
            self.message_user(request, said, messages.WARNING)


admin.site.unregister(Transcription)
admin.site.register(Transcription, HearingAdmin)
