"""Django's PostgreSQL backend, which starts the embedded server on first connection."""

from typing import Any

from django.db.backends.postgresql import base

from astra_site.embedded_postgres import socket_folder


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL on the folder that the settings name as FOLDER."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        host = socket_folder(self.settings_dict["FOLDER"])
        return super().get_new_connection({**conn_params, "host": host})
