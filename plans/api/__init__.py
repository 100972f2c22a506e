"""Regions, units, plans and tasks over HTTP: thin over selectors and services."""
