# database.py beside settings.py: the database behind PgBouncer, from the environment that ecar-pool renders.
# In settings.py:
#   from .database import *
#   MIDDLEWARE = [ADMIN_MIDDLEWARE, ...]   # first: the admin then goes through the entry in session mode
import os
from contextvars import ContextVar

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["DB_HOST"],
        "PORT": os.environ["DB_PORT"],
        "NAME": os.environ["DB_NAME"],
        "USER": os.environ["DB_USER"],
        "PASSWORD": os.environ["DB_PASSWORD"],
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

in_admin = ContextVar("in_admin", default=False)


class AdminMiddleware:
    """Marks the requests that a view of the admin answers, wherever its URLs are."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = in_admin.set(False)
        try:
            return self.get_response(request)
        finally:
            in_admin.reset(token)

    def process_view(self, request, *_):
        in_admin.set("admin" in request.resolver_match.app_names)


class SessionForAdmin:
    """Sends what is marked through the entry in session mode; all else is left to Django."""

    def choose(self, *_, **hints):
        return "session" if in_admin.get() and "session" in DATABASES else None

    db_for_read = db_for_write = choose

    def allow_relation(self, one, other, **hints):
        # Both aliases lead to one and the same database.
        return True if {one._state.db, other._state.db} <= {"default", "session", None} else None


ADMIN_MIDDLEWARE = f"{__name__}.AdminMiddleware"
DATABASE_ROUTERS = [SessionForAdmin()]
