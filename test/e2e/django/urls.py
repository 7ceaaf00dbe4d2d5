from django.contrib import admin
from django.http import JsonResponse
from django.urls import path

from notes.models import Note


def notes(request):
    return JsonResponse({"texts": list(Note.objects.order_by("id").values_list("text", flat=True))})


urlpatterns = [path("admin/", admin.site.urls), path("notes/", notes)]
