"""How people get in: by invitation of the staff only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from councils.models import Council, User


class AccountAdapter(DefaultAccountAdapter):
    """Closes the public sign-up: the staff inscribe each person in the admin."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": (
            "Ese correo y esa contraseña no coinciden. Revise ambos e inténtelo otra "
            "vez."
        ),
        "too_many_login_attempts": (
            "Hubo demasiados intentos seguidos. Por seguridad, espere cinco minutos y "
            "vuelva a intentarlo, o pida otra contraseña."
        ),
        "incorrect_password": "Esa contraseña no coincide. Inténtelo otra vez.",
        "enter_current_password": "Esa no es su contraseña actual. Nada cambió.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return f"ASTRA: {subject}"


def only_council(user: User) -> Council | None:
    """The council whose name stands above pages of no council, when there is one."""
    councils = list(Council.objects.visible_to(user)[:2])
    return councils[0] if len(councils) == 1 else None
