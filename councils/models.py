"""Councils, the people who work for them, who sits in them, and their words."""

from __future__ import annotations

import datetime

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from councils import quorum
from councils.terms import Term as Term  # a model of this app
from councils.voiceprints import VoiceConsent as VoiceConsent  # the same
from councils.voiceprints import Voiceprint as Voiceprint


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields) -> User:
        """Create a user who logs in with `email`; without a password, cannot yet."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields) -> User:
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class User(AbstractUser):
    """A person who logs in with an e-mail address."""

    username = None
    first_name = None
    last_name = None
    email = models.EmailField(
        "correo electrónico",
        unique=True,
        error_messages={"unique": "Ya hay una persona inscrita con ese correo."},
    )
    name = models.CharField("nombre", max_length=120)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = "usuario"
        verbose_name_plural = "usuarios"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return (self.name or self.email).split()[0]

    def role_in(self, council: Council) -> str | None:
        """Return this person's role in `council`, or None. Staff have every role."""
        if self.is_staff:
            return Role.STAFF
        if not hasattr(self, "_roles"):
            self._roles = dict(self.memberships.values_list("council_id", "role"))
        return self._roles.get(council.pk)

    def may_edit(self, council: Council) -> bool:
        """Secretaries upload, correct and confirm."""
        return self.role_in(council) in {Role.SECRETARY, Role.STAFF}

    def may_approve(self, council: Council) -> bool:
        """The president approves; staff may stand in."""
        return self.role_in(council) in {Role.PRESIDENT, Role.STAFF}


class Role(models.TextChoices):
    SECRETARY = "secretary", "secretaría"
    PRESIDENT = "president", "presidencia o revisión"
    READER = "reader", "lectura"
    STAFF = "staff", "personal de ASTRA"  # never stored: follows from is_staff


class Gender(models.TextChoices):
    FEMALE = "F", "femenino"
    MALE = "M", "masculino"


class CouncilQuerySet(models.QuerySet["Council"]):
    def visible_to(self, user: User) -> CouncilQuerySet:
        """Councils that `user` belongs to; staff see all."""
        if user.is_staff:
            return self
        return self.filter(memberships__user=user)


class Council(models.Model):
    """A concejo (or an asamblea): the tenant that everything else belongs to."""

    class Kind(models.TextChoices):
        MUNICIPAL = "municipal", "Concejo Municipal"
        DISTRITAL = "distrital", "Concejo Distrital"
        ASAMBLEA = "asamblea", "Asamblea Departamental"

    class Mode(models.TextChoices):
        LITERAL = "literal", "literal: todo lo dicho, palabra por palabra"
        DIALOGO = "dialogo", "diálogo: quién dijo qué, sin muletillas"
        SUCINTO = "sucinto", "sucinto: lo tratado y lo decidido"

    slug = models.SlugField("nombre en la dirección web", unique=True)
    name = models.CharField("nombre", max_length=160)
    kind = models.CharField(
        "clase", max_length=12, choices=Kind, default=Kind.MUNICIPAL
    )
    municipality = models.CharField("municipio", max_length=80)
    department = models.CharField("departamento", max_length=60)
    seats = models.PositiveSmallIntegerField(
        "curules", validators=[MinValueValidator(1)]
    )
    mode = models.CharField(
        "modo del acta", max_length=10, choices=Mode, default=Mode.DIALOGO
    )
    engine = models.CharField(
        "motor de transcripción",
        max_length=40,
        blank=True,
        help_text="Vacío: el motor general del servidor.",
    )
    backup_engine = models.CharField("motor de respaldo", max_length=40, blank=True)
    external_api_allowed = models.BooleanField(
        "el concejo permite que su audio salga a un servicio externo", default=False
    )
    voiceprints = models.BooleanField(
        "reconocer voces de una sesión a otra",
        default=False,
        help_text="Solo de quienes lo autorizaron por escrito. Al apagarlo se borran "
        "todas las voces guardadas.",
    )
    # What the letterhead of the acta prints.
    nit = models.CharField("NIT", max_length=30, blank=True)
    address = models.CharField("dirección", max_length=160, blank=True)
    phone = models.CharField("teléfono", max_length=60, blank=True)
    email = models.EmailField("correo electrónico", blank=True)
    website = models.CharField("sitio web", max_length=120, blank=True)
    motto = models.CharField("lema", max_length=160, blank=True)
    logo = models.FileField("escudo (PNG o JPG)", upload_to="logos/", blank=True)
    secretary_name = models.CharField("secretaría general", max_length=120, blank=True)
    secretary_gender = models.CharField(
        "género", max_length=1, choices=Gender, default=Gender.FEMALE
    )

    objects = CouncilQuerySet.as_manager()

    class Meta:
        verbose_name = "concejo"
        verbose_name_plural = "concejos"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("council", args=[self.slug])

    @property
    def decisive_quorum(self) -> int:
        return quorum.to_decide(self.seats)

    @property
    def deliberative_quorum(self) -> int:
        return quorum.to_deliberate(self.seats)

    @property
    def secretary_office(self) -> str:
        female = self.secretary_gender == Gender.FEMALE
        return "secretaria general" if female else "secretario general"


class Membership(models.Model):
    """What a person may do in one council."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name="usuario"
    )
    council = models.ForeignKey(
        Council, models.CASCADE, related_name="memberships", verbose_name="concejo"
    )
    role = models.CharField(
        "papel",
        max_length=12,
        choices=[choice for choice in Role.choices if choice[0] != Role.STAFF],
    )

    class Meta:
        verbose_name = "pertenencia"
        verbose_name_plural = "pertenencias"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "council"], name="one_role_in_a_council"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} de {self.council}"


class CouncillorQuerySet(models.QuerySet["Councillor"]):
    def seated_on(self, date: datetime.date) -> CouncillorQuerySet:
        """Councillors who held a seat on `date`, in the order of the roll call."""
        return self.holding(Office.COUNCILLOR, date)

    def holding(self, office: str, date: datetime.date) -> CouncillorQuerySet:
        """Councillors who held `office` on `date`."""
        return self.filter(
            Q(tenures__until__isnull=True) | Q(tenures__until__gte=date),
            tenures__office=office,
            tenures__since__lte=date,
        ).distinct()


class Councillor(models.Model):
    """A person elected to a council; seats and offices are `Tenure`s by dates."""

    council = models.ForeignKey(
        Council, models.CASCADE, related_name="councillors", verbose_name="concejo"
    )
    full_name = models.CharField("nombre completo", max_length=120)
    gender = models.CharField("género", max_length=1, choices=Gender)
    party = models.CharField("partido o movimiento", max_length=120, blank=True)
    order = models.PositiveSmallIntegerField("orden en la lista", default=0)

    objects = CouncillorQuerySet.as_manager()

    class Meta:
        verbose_name = "concejal"
        verbose_name_plural = "concejales"
        ordering = ["order", "full_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["council", "full_name"], name="councillor_once"
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    def office_on(self, date: datetime.date) -> str:
        """Return the office held on `date` as it is said: "presidenta", "concejal"."""
        offices = [
            tenure.office
            for tenure in self.tenures.all()
            if tenure.since <= date and (tenure.until is None or tenure.until >= date)
        ]
        above = [office for office in offices if office != Office.COUNCILLOR]
        return said(above[0] if above else Office.COUNCILLOR, self.gender)


class Office(models.TextChoices):
    COUNCILLOR = "concejal", "concejal"
    PRESIDENT = "presidente", "presidente"
    FIRST_VICE = "primer vicepresidente", "primer vicepresidente"
    SECOND_VICE = "segundo vicepresidente", "segundo vicepresidente"


def said(office: str, gender: str) -> str:
    """Return the name of an office in the gender of who holds it."""
    if gender != Gender.FEMALE:
        return str(office)
    return {
        Office.COUNCILLOR: "concejala",
        Office.PRESIDENT: "presidenta",
        Office.FIRST_VICE: "primera vicepresidenta",
        Office.SECOND_VICE: "segunda vicepresidenta",
    }[Office(office)]


class Tenure(models.Model):
    """A seat or an office that a councillor holds from one day to another."""

    councillor = models.ForeignKey(
        Councillor, models.CASCADE, related_name="tenures", verbose_name="concejal"
    )
    office = models.CharField(
        "dignidad", max_length=30, choices=Office, default=Office.COUNCILLOR
    )
    since = models.DateField("desde")
    until = models.DateField("hasta", null=True, blank=True)

    class Meta:
        verbose_name = "curul o dignidad"
        verbose_name_plural = "curules y dignidades"
        ordering = ["since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="tenure_ends_after_it_begins",
                violation_error_message="La fecha final es anterior a la inicial.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_office_display()} desde {self.since}"
