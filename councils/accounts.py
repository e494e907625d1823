"""How people get in: by invitation of the staff only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Closes the public sign-up: the staff inscribe each person in the admin."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
