"""The WSGI entry point of a bench: the product, and an empty page that passes the same middleware."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ipdash.settings")
application = get_wsgi_application()
settings.ROOT_URLCONF = "indicators.bench.urls"
