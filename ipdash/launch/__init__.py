"""From a fresh clone to a running ipdash: the virtual environment, the set-up, the processes.

Everything here but `prepare` and `catalogues` uses the standard library alone, because it runs before anything is
installed; for the same reason `ipdash/__init__.py` must stay importable without Django. Its sentences are Chinese
and not translated: gettext catalogues are compiled later.
"""
