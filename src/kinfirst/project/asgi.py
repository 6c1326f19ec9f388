"""The ASGI application, for uvicorn: `kinfirst.project.asgi:application`."""

from __future__ import annotations

from django.core.asgi import get_asgi_application

from kinfirst.project import setup_django

setup_django()
application = get_asgi_application()
