"""The state of the server for the staff, and its health for a monitor."""

import datetime
import shutil
from collections import namedtuple
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Task

from tests.make import make_part, make_recording, make_transcription, make_user
from transcription.models import UsageRecord, Worker

pytestmark = pytest.mark.django_db
Room = namedtuple("Room", "total used free")
GB = 1024**3


def state(client: Client) -> str:
    client.force_login(make_user(is_staff=True))
    return client.get("/estado/").content.decode()


def test_it_counts_what_waits_in_each_queue(client: Client) -> None:
    for key in ("gpu", "gpu", "otra"):
        OrmQ.objects.create(key=key, payload="x", lock=timezone.now())
    text = state(client)
    assert "<dt>gpu</dt><dd>2 avisos</dd>" in text
    assert "<dt>media</dt><dd>0 avisos</dd>" in text
    assert "<dt>otra</dt><dd>1 aviso</dd>" in text


def test_it_shows_work_in_hand_and_leases_that_ran_out(client: Client) -> None:
    transcription = make_transcription(
        make_recording(name="sesion.mp3"), status="hearing"
    )
    soon = timezone.now() + datetime.timedelta(minutes=1)
    part = {"status": "hearing", "worker": "maquina-7"}
    make_part(transcription, lease_until=soon, **part)
    text = state(client)
    assert "Parte 1 de sesion.mp3" in text
    assert "maquina-7" in text
    assert "dejó de dar señales" not in text
    make_part(transcription, lease_until=timezone.now(), **part)
    assert "1 trabajo de una máquina que dejó de dar señales" in state(client)


def test_it_shows_what_stopped_with_its_reason(client: Client) -> None:
    make_transcription(status="failed", error="El archivo está vacío.")
    assert "El archivo está vacío." in state(client)


def task(**fields: Any) -> Task:
    now = timezone.now()
    fields = {"started": now, "stopped": now, "name": "x", **fields}
    return Task.objects.create(id=fields["func"], **fields)


def test_it_shows_broken_tasks_without_opening_their_pickles(client: Client) -> None:
    task(func="actas.tasks.draft", success=False, cluster="astra")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_q_task SET result = 'not a pickle'")
    assert "actas.tasks.draft" in state(client)


def test_it_tells_when_the_sweep_does_not_run(client: Client) -> None:
    assert "El último: nunca" in state(client)
    late = timezone.now() - datetime.timedelta(minutes=6)
    sweep = task(func="transcription.tasks.sweep", success=True, stopped=late)
    assert "Atrasado" in state(client)
    Task.objects.filter(pk=sweep.pk).update(stopped=timezone.now())
    assert "Al día" in state(client)


def test_it_adds_up_the_month(client: Client) -> None:
    for cost in ("0.0200", "0.0112"):
        UsageRecord.objects.create(seconds=60, price="0.35", cost=cost)
    old = UsageRecord.objects.create(seconds=9, price="0.35", cost="7")
    UsageRecord.objects.filter(pk=old.pk).update(
        at=timezone.now() - datetime.timedelta(40)
    )
    Worker.speak("gpu-l4")
    text = state(client)
    assert "0,03 USD" in text
    assert "2\u00a0min" in text
    assert "gpu-l4" in text


def test_it_shows_the_room_on_the_disk(client: Client) -> None:
    with mock.patch.object(
        shutil, "disk_usage", return_value=Room(100 * GB, 75 * GB, 25 * GB)
    ):
        assert "75 % ocupado" in state(client)


def test_it_says_that_all_is_well(client: Client) -> None:
    answer = client.get("/salud/")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "disk": True}
    assert "no-store" in answer["Cache-Control"]


def test_it_says_that_the_disk_is_full(client: Client) -> None:
    with mock.patch.object(
        shutil, "disk_usage", return_value=Room(100 * GB, 99 * GB, GB)
    ):
        answer = client.get("/salud/")
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "disk": False}


def test_it_says_that_the_database_is_gone(client: Client) -> None:
    with mock.patch.object(connection, "cursor", side_effect=OperationalError):
        answer = client.get("/salud/")
    assert answer.status_code == 503
    assert answer.json() == {"database": False, "disk": True}
