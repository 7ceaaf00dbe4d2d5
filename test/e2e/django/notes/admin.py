from django.contrib import admin
from django.db import connections, transaction

from .models import Note


@admin.register(Note)
class NoteAdmin(admin.ModelAdmin):
    actions = ["change_and_fail"]

    def save_model(self, request, note, *args):
        """Tells, once it is committed, what somebody else sees."""
        super().save_model(request, note, *args)

        def look():
            other = connections.create_connection("session")
            with other.cursor() as cursor:
                cursor.execute("SELECT text FROM notes_note WHERE id = %s", [note.pk])
                self.message_user(request, f"others see: {cursor.fetchone()}")
            other.close()

        transaction.on_commit(look)

    @admin.action
    def change_and_fail(self, request, notes):
        """Does what needs a transaction in one that fails: nothing of it may last."""
        try:
            with transaction.atomic():
                transaction.on_commit(lambda: notes.update(text="by a hook of what failed"))
                note = notes.select_for_update().get()
                notes.update(text="by what failed")
                raise RuntimeError(f"taken back: {note}")
        except RuntimeError as error:
            self.message_user(request, str(error))
