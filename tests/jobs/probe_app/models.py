"""Traces that a handler leaves, one row each time it takes effect."""

from django.db import models


class Effect(models.Model):
    job_id = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"effect of job {self.job_id}"
