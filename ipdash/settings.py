"""All settings, in one file, from typed environment variables. A wrong value stops the start.

Embedded default: SQLite below `IPDASH_VAR`, no broker. Grown up: `DATABASE_URL` and `CELERY_BROKER_URL`.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from ipdash.accounts.passwords import PROFILES
from ipdash.core.env import Env, SettingError

# Lets annotations such as `forms.ModelForm[User]` stand as they are at run time.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

DEBUG = env.flag("IPDASH_DEBUG")
VAR_DIR = Path(env.text("IPDASH_VAR", str(BASE_DIR / "var"))).resolve()
DATABASE_URL = env.text("DATABASE_URL")
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL")
# Everything that runs on this machine alone, without a server of any kind.
EMBEDDED = not DATABASE_URL and not CELERY_BROKER_URL
TODAY_OVERRIDE = env.day("IPDASH_TODAY")


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _secret_key() -> str:
    """The given key, else one kept in `var/secret_key`, made once and readable by its owner alone."""
    given = env.text("IPDASH_SECRET_KEY")
    if given:
        if len(given) < 32:
            raise SettingError("IPDASH_SECRET_KEY is shorter than 32 characters: give a long random text.")
        return given
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        # Written whole before it has its name: a process that starts beside this one must not read half a key.
        draft = VAR_DIR / f"secret_key.{os.getpid()}"
        with open(draft, "w", encoding="ascii", opener=_private) as file:
            file.write(secrets.token_urlsafe(48))
        # Where another process was faster, its key is as good.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words("IPDASH_ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
if "*" in ALLOWED_HOSTS:
    raise SettingError("IPDASH_ALLOWED_HOSTS=*: name the hosts under which ipdash is reached.")
CSRF_TRUSTED_ORIGINS = env.words("IPDASH_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "ipdash.core",
    "ipdash.accounts",
    "ipdash.jobs",
    "plans",
    "indicators",
]

MIDDLEWARE = [
    "ipdash.core.http.RequestLogMiddleware",
    "ipdash.accounts.middleware.AuditMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ipdash.accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ipdash.accounts.middleware.SessionLifetimeMiddleware",
    "ipdash.accounts.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ipdash.core.http.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "ipdash.urls"
WSGI_APPLICATION = "ipdash.wsgi.application"
ASGI_APPLICATION = "ipdash.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "indicators.context.chrome",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]


def _databases() -> dict[str, dict[str, Any]]:
    if DATABASE_URL:
        config: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True))
        if config["ENGINE"] not in {"django.db.backends.postgresql", "django.db.backends.sqlite3"}:
            raise SettingError("DATABASE_URL: ipdash runs on postgres:// and sqlite:// alone.")
        return {"default": config}
    return {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "ipdash.sqlite3",
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                # IMMEDIATE takes the write lock at BEGIN, where waiting helps; a later upgrade fails at once.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
            "TEST": {"NAME": None},
        }
    }


DATABASES = _databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_PROFILE = env.text("IPDASH_PASSWORD_PROFILE", "dengbao2")
if PASSWORD_PROFILE not in PROFILES:
    raise SettingError(f"IPDASH_PASSWORD_PROFILE={PASSWORD_PROFILE!r}: expected one of {', '.join(PROFILES)}.")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "ipdash.accounts.passwords.ProfileValidator", "OPTIONS": {"profile": PASSWORD_PROFILE}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCK_OUT_AT_FAILURE = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "ipdash.accounts.views.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
# axes keeps what a failed form carried: everything of the login and password forms is masked.
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "csrfmiddlewaretoken",
    "old_password",
    "new_password",
    "repeated",
]
AXES_CLIENT_IP_CALLABLE = "ipdash.core.http.client_address"
# How many proxies of ours stand before the web server; only the addresses they add are believed.
PROXIES = env.number("IPDASH_PROXIES", 0)

SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 3600
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "ipdash.accounts.views.csrf_failed"
# Behind TLS in production; the embedded start on a loopback address has none.
HTTPS = env.flag("IPDASH_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("IPDASH_BEHIND_PROXY") else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# Pages without a login for what staff have published; off means that they do not exist.
PUBLIC_PAGES = env.flag("IPDASH_PUBLIC")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
LANGUAGE_COOKIE_NAME = "ipdash_language"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["ipdash.core.formats"]
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MANIFEST_STRICT = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
UPLOAD_LIMIT_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "ipdash.accounts.authentication.TokenAuthentication",
        "ipdash.accounts.authentication.SessionAuthentication401",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["ipdash.core.api.parsers.ExactJSONParser"],
    "DEFAULT_FILTER_BACKENDS": [
        "ipdash.core.api.filters.StrictFilterBackend",
        "ipdash.core.api.filters.StrictOrdering",
    ],
    "DEFAULT_PAGINATION_CLASS": "ipdash.core.http.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "ipdash.core.http.api_exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ipdash",
    "DESCRIPTION": "知识产权规划指标与任务跟踪接口。数值均为字符串；错误为 code、message、details。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SORT_OPERATIONS": False,
    "ENUM_NAME_OVERRIDES": {
        "AttainmentStatus": "indicators.models.attainment.Status",
        "Light": "indicators.models.attainment.Light",
        "SlipState": "plans.models.SlipState",
        "SlipLevel": "plans.models.SlipLevel",
        "TaskLinkState": "indicators.models.TaskLink.State",
        "TaskStatus": "plans.models.PlanTask.Status",
        "TaskState": "plans.rules.task_state.TaskState",
        "TaskReportState": "plans.models.TaskReport.State",
        "TaskReportStanding": "plans.models.TaskReport.Standing",
        "PlanState": "plans.models.Plan.State",
        "FigureState": "indicators.models.Figure.State",
        "PeriodState": "indicators.models.ReportingPeriod.State",
        "UploadState": "indicators.models.Upload.State",
        "JobState": "ipdash.jobs.models.JobState",
        "Comparator": "ipdash.core.comparators.Comparator",
        "FigureSource": "indicators.models.Figure.Source",
        "TargetSource": "indicators.models.Target.Source",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "ipdash.core.api.schema.describe_refusals",
    ],
}

# Jobs: the JobRun row is the truth; these say how long a worker may be silent before its job is taken over.
JOB_LEASE_SECONDS = env.number("IPDASH_JOB_LEASE_SECONDS", 15, least=2)
JOB_POLL_SECONDS = 0.2
# Installations that share one Redis each need a queue of their own.
CELERY_QUEUE = env.text("IPDASH_QUEUE", "ipdash")
JOB_WORKER_THREADS = env.number("IPDASH_WORKER_THREADS", 2, least=1)

# Without a mail server of their own, people read their reminders in the product and mails go to the log.
EMAIL_HOST = env.text("IPDASH_MAIL_HOST", "")
EMAIL_PORT = env.number("IPDASH_MAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env.text("IPDASH_MAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("IPDASH_MAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("IPDASH_MAIL_TLS")
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("IPDASH_MAIL_FROM", "ipdash@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "ipdash.core.logs.JsonFormatter"}},
    "filters": {"request": {"()": "ipdash.core.logs.RequestFilter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request"]}},
    "root": {"handlers": ["stderr"], "level": env.text("IPDASH_LOG_LEVEL", "INFO").upper()},
    "loggers": {"django.server": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
