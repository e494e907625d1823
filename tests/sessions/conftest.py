"""A session and its secretary, for files that need nothing special about them."""

import pytest
from django.test import Client

from councils.models import Role
from sessions.models import CouncilSession
from tests.make import make_session, make_user


@pytest.fixture
def session() -> CouncilSession:
    return make_session()


@pytest.fixture
def secretary(session: CouncilSession, client: Client) -> Client:
    client.force_login(make_user(session.council, Role.SECRETARY))
    return client
