from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "ipdash.core"
    label = "core"
