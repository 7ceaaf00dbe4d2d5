# database.py beside settings.py: the database behind PgBouncer, from the environment that ecar-pool renders.
# In settings.py:
#   from .database import *
#   MIDDLEWARE = [ADMIN_MIDDLEWARE, ...]   # first: the admin then goes through the entry in session mode
import os
from pathlib import Path

from django.db import connections


def secret(name):
    """What the variable holds, or with `app.secrets: files` the file: SECRET_KEY = secret("SECRET_KEY")"""
    file = os.environ.get(f"{name}_FILE")
    return os.environ[name] if file is None else Path(file).read_text(encoding="utf-8").rstrip("\n")


DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["DB_HOST"],
        "PORT": os.environ["DB_PORT"],
        "NAME": os.environ["DB_NAME"],
        "USER": os.environ["DB_USER"],
        "PASSWORD": secret("DB_PASSWORD"),
        # PgBouncer keeps the connections open; Django must not.
        "CONN_MAX_AGE": int(os.environ.get("CONN_MAX_AGE", "0")),
        # In transaction mode a server-side cursor loses its connection between two fetches.
        "DISABLE_SERVER_SIDE_CURSORS": os.environ.get("DISABLE_SERVER_SIDE_CURSORS", "1") == "1",
    },
}

# The entry in session mode, for what needs a session: python manage.py migrate --database session
if "DB_SESSION_NAME" in os.environ:
    DATABASES["session"] = DATABASES["default"] | {
        "NAME": os.environ["DB_SESSION_NAME"],
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "TEST": {"MIRROR": "default"},
    }


class AdminMiddleware:
    """
    While a view of the admin answers, wherever its URLs are, "default" is the connection of the entry in session mode:
    for its queries, and as well for transaction.atomic() and on_commit() of whoever it calls.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        usual = connections["default"]
        try:
            return self.get_response(request)
        finally:
            connections["default"] = usual

    def process_view(self, request, *_):
        in_admin = "session" in DATABASES and "admin" in request.resolver_match.app_names
        # A transaction that is open, such as one of a TestCase, ends where it began.
        if in_admin and not connections["default"].in_atomic_block:
            connections["default"] = connections["session"]


ADMIN_MIDDLEWARE = f"{__name__}.AdminMiddleware"
