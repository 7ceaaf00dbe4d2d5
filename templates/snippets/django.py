# settings.py: the database behind PgBouncer, from the environment that ecar-pool renders.
import os

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
