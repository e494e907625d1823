"""The demonstration council: its rows, and what its secretary confirmed."""

from __future__ import annotations

import datetime
import json
import secrets
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from actas.editing import confirm_speaker
from actas.models import Acta
from councils.models import Council, Councillor, Membership, Office, Role, Term, User
from sessions.models import Attendance, Ballot, CouncilSession, Vote

FOLDER = settings.BASE_DIR / "demo"
RECORDING = FOLDER / "recording.opus"
SINCE = datetime.date(2024, 1, 1)  # the period of councils elected in 2023
OFFICES = {
    "president": Office.PRESIDENT,
    "first_vice": Office.FIRST_VICE,
    "second_vice": Office.SECOND_VICE,
}
TERM_KINDS = {
    "municipio": Term.Kind.PLACE,
    "vereda": Term.Kind.PLACE,
    "barrio": Term.Kind.PLACE,
    "lugar": Term.Kind.PLACE,
    "entidad": Term.Kind.BODY,
    "sigla": Term.Kind.BODY,
}
STATES = {
    "present": Attendance.State.PRESENT,
    "late": Attendance.State.PRESENT,
    "left": Attendance.State.PRESENT,
    "absent_excused": Attendance.State.EXCUSED,
    "absent": Attendance.State.ABSENT,
}
BALLOTS = {
    "yes": Ballot.Value.YES,
    "no": Ballot.Value.NO,
    "abstain": Ballot.Value.ABSTAINED,
    "impeded": Ballot.Value.IMPEDED,
}
KINDS = {"ordinary": Vote.Kind.ORDINARIA, "nominal": Vote.Kind.NOMINAL}
NEAR = 30.0  # seconds within which a proposed vote is taken for the confirmed one


def read(name: str) -> dict[str, Any]:
    """Return demo/<name>.json."""
    return json.loads((FOLDER / f"{name}.json").read_text())


@transaction.atomic
def seed(passwords: Path) -> dict[str, str]:
    """Create what is missing of the demonstration council.

    Returns e-mail -> password of its people, kept in the file `passwords`, which only
    its owner may read.
    """
    facts = read("council")
    known = json.loads(passwords.read_text()) if passwords.exists() else {}
    council, created = Council.objects.get_or_create(
        slug=facts["council"]["slug"], defaults=facts["council"]
    )
    if created:
        _seat(council, facts)
    for person in facts["users"]:
        email = person["email"]
        user = User.objects.filter(email=email).first()
        if user is None or email not in known:
            known[email] = secrets.token_urlsafe(9)
            user = user or User(email=email, name=person["name"])
            user.is_staff = user.is_superuser = person["role"] == Role.STAFF
            user.set_password(known[email])
            user.save()
        if person["role"] != Role.STAFF:
            Membership.objects.get_or_create(
                user=user, council=council, defaults={"role": person["role"]}
            )
    passwords.parent.mkdir(parents=True, exist_ok=True)
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps(known, indent=1))
    return known


def _seat(council: Council, facts: dict[str, Any]) -> None:
    truth = read("truth")
    secretary = facts["officials"][0]
    council.secretary_name = secretary["name"]
    council.secretary_gender = secretary["gender"]
    council.save()
    offices = {truth[key]: office for key, office in OFFICES.items()}
    for person in facts["councillors"]:
        councillor = Councillor.objects.create(
            council=council,
            full_name=person["full_name"],
            gender=person["gender"],
            party=person["party"],
            order=person["order"],
        )
        councillor.tenures.create(office=Office.COUNCILLOR, since=SINCE)
        if person["full_name"] in offices:
            councillor.tenures.create(office=offices[person["full_name"]], since=SINCE)
    for term in facts["terms"]:
        council.terms.create(
            text=term["text"],
            kind=TERM_KINDS.get(term["kind"], Term.Kind.WORD),
            state=Term.State.APPROVED,
        )


def find_session() -> CouncilSession:
    """Return the demonstration session, created with its orden del día if missing."""
    facts = read("council")
    council = Council.objects.get(slug=facts["council"]["slug"])
    about = facts["session"]
    session, created = CouncilSession.objects.get_or_create(
        council=council,
        number=about["number"],
        kind=about["kind"],
        date=about["date"],
        defaults={
            "modality": about["modality"],
            "place": about["place"],
            "secretary_name": council.secretary_name,
        },
    )
    if created:
        for position, title in enumerate(facts["agenda"], start=1):
            session.agenda.create(position=position, title=title)
    session.refresh_from_db()
    return session


@dataclass(frozen=True)
class Named:
    """How many words of a session have their person, somebody else or nobody yet."""

    right: int = 0
    wrong: int = 0
    unnamed: int = 0

    @property
    def words(self) -> int:
        return self.right + self.wrong + self.unnamed


def named(acta: Acta) -> Named:
    """Compare who ASTRA says speaks, proposed or confirmed, with who spoke."""
    turns = read("truth")["turns"]
    count = Counter()
    for said in acta.utterances.select_related("speaker__councillor"):
        middle = (said.start + said.end) / 2
        true = [t["speaker"] for t in turns if t["start"] <= middle < t["end"]]
        if not true:
            continue
        speaker = said.speaker
        name = speaker.label if speaker and speaker.is_named else ""
        kind = "unnamed" if not name else "right" if name in true else "wrong"
        count[kind] += len(said.text.split())
    return Named(**count)


def confirm_chair(acta: Acta, user: User) -> None:
    """Confirm the voices of who presides and who keeps the record, if proposed right.

    The others stay as proposals, for whoever tries the page to confirm.
    """
    truth = read("truth")
    for speaker in acta.session.speakers.select_related("councillor"):
        if speaker.is_named and speaker.label in (
            truth["president"],
            truth["secretary"],
        ):
            confirm_speaker(acta, speaker, user)


@transaction.atomic
def confirm(acta: Acta, user: User) -> None:
    """Confirm, in the secretary's name, what the demonstration says is true."""
    session, truth = acta.session, read("truth")
    about = read("council")["session"]
    session.opened_at, session.closed_at = about["opening"], about["closing"]
    session.presider = session.council.councillors.get(full_name=truth["president"])
    session.save()
    session.refresh_from_db()
    people = {c.full_name: c for c in session.council.councillors.all()}
    for row in truth["attendance"]:
        attendance, _ = session.attendance.get_or_create(councillor=people[row["name"]])
        attendance.state = STATES[row["status"]]
        attendance.note = (row.get("excuse") or "")[:200]
        if row["status"] == "late":
            attendance.arrived = _hour_of(session, row["arrived"])
        attendance.confirm(user)
    for position, row in enumerate(truth["votes"], start=1):
        _confirm_vote(session, position, row, people, user)


def _hour_of(session: CouncilSession, second: float) -> datetime.time:
    """Return the hour at which a second of the recording was heard."""
    opened = datetime.datetime.combine(session.date, session.opened_at)
    return (opened + datetime.timedelta(seconds=second)).time().replace(second=0)


def _confirm_vote(
    session: CouncilSession,
    position: int,
    row: dict[str, Any],
    people: dict[str, Councillor],
    user: User,
) -> None:
    vote = _proposed(session, row) or Vote(session=session, start=row["start"])
    vote.position = position
    vote.question = row["question"][:1].upper() + row["question"][1:]
    vote.kind = KINDS[row["kind"]]
    approved = row["result"] == "approved"
    vote.result = Vote.Result.APPROVED if approved else Vote.Result.REJECTED
    vote.yes, vote.no = row["yes"], row["no"]
    begun = session.agenda.filter(start__lte=row["start"] + 1)
    vote.agenda_item = begun.order_by("-position").first()
    vote.confirm(user)
    vote.ballots.all().delete()
    Ballot.objects.bulk_create(
        Ballot(vote=vote, councillor=people[name], position=i, value=BALLOTS[value])
        for i, (name, value) in enumerate(row["ballots"].items(), start=1)
    )


def _proposed(session: CouncilSession, row: dict[str, Any]) -> Vote | None:
    """Return the vote that ASTRA heard at that moment, or None if it heard none."""
    open_votes = session.votes.filter(confirmed_at=None, kind=KINDS[row["kind"]])
    apart = [(abs(vote.start - row["start"]), vote.pk, vote) for vote in open_votes]
    closest = min(apart, default=None)
    return closest[2] if closest and closest[0] <= NEAR else None
