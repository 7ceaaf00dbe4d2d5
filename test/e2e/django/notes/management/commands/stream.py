import json

from django.core.management.base import BaseCommand
from django.db import connections

from notes.models import Note


class Command(BaseCommand):
    """Reads all notes through an alias bit by bit; says how many, and how many server-side cursors were open."""

    def add_arguments(self, parser):
        parser.add_argument("alias")

    def handle(self, *args, alias, **options):
        rows = cursors = 0
        for _ in Note.objects.using(alias).iterator(chunk_size=100):
            rows += 1
            if rows == 150:
                with connections[alias].cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM pg_cursors WHERE name LIKE '_django_curs_%'")
                    (cursors,) = cursor.fetchone()
        print(json.dumps({"rows": rows, "cursors": cursors}))
