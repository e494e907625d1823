"""The back office of councils, of who sits in them and of who works for them."""

from collections.abc import Iterable

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django_q.tasks import async_task

from councils import remembering
from councils.forms import CouncilForm
from councils.models import (
    Council,
    Councillor,
    Membership,
    Tenure,
    Term,
    User,
    VoiceConsent,
    Voiceprint,
)


class PersonCreationForm(AdminUserCreationForm):
    """Inscribe a person; without a password, they ask for one by e-mail."""

    class Meta:
        model = User
        fields = ["email", "name"]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 1
    autocomplete_fields = ["user", "council"]


class TenureInline(admin.TabularInline):
    model = Tenure
    extra = 1


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = PersonCreationForm
    list_display = ["email", "name", "councils", "is_staff", "is_active", "last_login"]
    list_filter = ["is_active", "is_staff", "memberships__role", "memberships__council"]
    search_fields = ["email", "name"]
    ordering = ["name"]
    inlines = [MembershipInline]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        (
            "Permisos",
            {
                "fields": [
                    "is_active",
                    "is_staff",
                    "is_superuser",
                    "groups",
                    "user_permissions",
                ]
            },
        ),
        ("Fechas", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "email",
                    "name",
                    "usable_password",
                    "password1",
                    "password2",
                ]
            },
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__council")

    @admin.display(description="concejos")
    def councils(self, user: User) -> str:
        return ", ".join(
            str(membership.council) for membership in user.memberships.all()
        )


@admin.register(Council)
class CouncilAdmin(admin.ModelAdmin):
    form = CouncilForm
    list_display = [
        "name",
        "municipality",
        "department",
        "seats",
        "mode",
        "engine",
        "backup_engine",
    ]
    list_filter = ["kind", "mode", "department", "external_api_allowed"]
    search_fields = ["name", "municipality", "slug"]
    prepopulated_fields = {"slug": ["municipality"]}
    inlines = [MembershipInline]

    def save_model(
        self, request: HttpRequest, council: Council, form: CouncilForm, change: bool
    ) -> None:
        """Save; what the council takes back holds for what is on its way or kept."""
        super().save_model(request, council, form, change)
        if change and "external_api_allowed" in form.changed_data:
            async_task("sessions.tasks.withdraw", council.pk)
        if "voiceprints" in form.changed_data and not council.voiceprints:
            lost = remembering.switch_off(council, request.user)
            told = f"Voces borradas: {lost.voices}. "
            told += f"Documentos borrados: {lost.documents}."
            messages.info(request, told)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "council", "role"]
    list_filter = ["role", "council"]
    list_select_related = ["user", "council"]
    search_fields = ["user__email", "user__name", "council__name"]
    autocomplete_fields = ["user", "council"]


@admin.register(Councillor)
class CouncillorAdmin(admin.ModelAdmin):
    list_display = ["full_name", "council", "party", "order"]
    list_filter = ["council"]
    list_select_related = ["council"]
    search_fields = ["full_name", "party"]
    autocomplete_fields = ["council"]
    inlines = [TenureInline]

    def get_deleted_objects(
        self, objs: Iterable[Councillor], request: HttpRequest
    ) -> tuple[list, dict, set, list]:
        """Protect also who is named where the database would let go in silence."""
        found, counts, needed, protected = super().get_deleted_objects(objs, request)
        named = [f"{who}: {NAMED}" for who in objs if is_named(who)]
        return found, counts, needed, [*protected, *named]


NAMED = "hay sesiones en que habla, preside o alguien le puso el nombre"


def is_named(councillor: Councillor) -> bool:
    """Whether a session says that this person spoke or presided, or did once.

    A name that was taken away counts: undoing that would name the councillor again.
    """
    mine = Q(speakers__councillor=councillor) | Q(presider=councillor)
    for side in ("before", "after"):
        mine |= Q(**{f"acta__edits__{side}__councillor_id": councillor.pk})
    return councillor.council.sessions.filter(mine).exists()


@admin.register(Tenure)
class TenureAdmin(admin.ModelAdmin):
    list_display = ["councillor", "office", "since", "until"]
    list_filter = ["office", "councillor__council"]
    list_select_related = ["councillor"]
    search_fields = ["councillor__full_name"]
    autocomplete_fields = ["councillor"]
    date_hierarchy = "since"


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):
    list_display = ["text", "kind", "council", "state", "count"]
    list_filter = ["state", "kind", "council"]
    list_select_related = ["council"]
    search_fields = ["text", "variants"]
    autocomplete_fields = ["council"]
    actions = ["approve", "reject"]

    @admin.action(description="Aprobar", permissions=["change"])
    def approve(self, request: HttpRequest, terms: QuerySet[Term]) -> None:
        for term in terms:
            term.approve()
        self.message_user(request, f"{len(terms)} aprobadas.")

    @admin.action(description="Rechazar", permissions=["change"])
    def reject(self, request: HttpRequest, terms: QuerySet[Term]) -> None:
        for term in terms:
            term.reject()
        self.message_user(request, f"{len(terms)} rechazadas.")


class KeptAdmin(admin.ModelAdmin):
    """What is kept of voices: to look at. It is made and deleted on the voices' page.

    Deleting is left to who may, for a councillor or a council takes its rows along.
    """

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


@admin.register(VoiceConsent)
class VoiceConsentAdmin(KeptAdmin):
    list_display = [
        "councillor",
        "given_on",
        "expires_on",
        "recorded_by",
        "withdrawn_at",
        "withdrawn_by",
    ]
    list_filter = ["councillor__council"]
    list_select_related = ["councillor", "recorded_by", "withdrawn_by"]
    search_fields = ["councillor__full_name"]
    exclude = ["document"]  # its link would open it past the page that checks who asks


@admin.register(Voiceprint)
class VoiceprintAdmin(KeptAdmin):
    list_display = ["councillor", "heard_in", "seconds", "model", "created_at"]
    list_filter = ["model", "consent__councillor__council"]
    list_select_related = ["consent__councillor"]
    search_fields = ["consent__councillor__full_name", "heard_in"]
    exclude = ["vector"]  # a biometric datum is for comparing, not for looking at

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voiceprint]:
        return super().get_queryset(request).defer("vector")

    @admin.display(description="concejal")
    def councillor(self, kept: Voiceprint) -> str:
        return str(kept.consent.councillor)
