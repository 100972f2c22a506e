"""Catalogue, targets, figures, periods and results over HTTP: thin over selectors and services."""
