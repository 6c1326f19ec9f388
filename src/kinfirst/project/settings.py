"""Django's settings. Everything an installation may change is an environment variable (docs/reference).

The defaults are those of one machine that answers only to itself: a SQLite file, plain HTTP on the loopback
address. As soon as another host is named in KINFIRST_HOSTS, cookies and headers ask for HTTPS.
"""

from __future__ import annotations

import os

from kinfirst.core.errors import BadInput
from kinfirst.project.database import django_database, url_in_use
from kinfirst.project.keys import keys_for
from kinfirst.project.logs import chosen
from kinfirst.project.oidc import providers
from kinfirst.project.traces import wanted

SHORTEST_TOKEN = 32
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def _listed(variable: str) -> list[str]:
    return [part.strip() for part in os.environ.get(variable, "").split(",") if part.strip()]


def _on(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() in ("1", "true", "yes", "on")


def _number(variable: str, otherwise: int) -> int:
    given = os.environ.get(variable, "").strip() or str(otherwise)
    if not given.isdecimal():
        raise BadInput(f"{variable}: a whole number of minutes, such as {otherwise}")
    return int(given)


def metrics_token() -> str:
    """What a reader of /metrics shows, empty where only this machine may read them. Refuses (BadInput) a short one."""
    found = os.environ.get("KINFIRST_METRICS_TOKEN", "").strip()
    if 0 < len(found) < SHORTEST_TOKEN:
        raise BadInput(f"KINFIRST_METRICS_TOKEN: at least {SHORTEST_TOKEN} characters, this has {len(found)}")
    return found


KINFIRST_DB = url_in_use()
DATABASES = {"default": django_database(KINFIRST_DB)}
# How often somebody tried, and which code was used: all processes count together.
CACHES = {"default": {"BACKEND": "kinfirst.records.remembered.SharedCache"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_keys = keys_for(KINFIRST_DB)
SECRET_KEY = _keys.secret
KINFIRST_KEYRING = _keys.ring

# `division`: people see the cases of their own division, but for those whose role spans the house.
KINFIRST_SCOPE = os.environ.get("KINFIRST_SCOPE", "house").strip().lower() or "house"

DEBUG = _on("KINFIRST_DEBUG")
ALLOWED_HOSTS = _listed("KINFIRST_HOSTS") or list(LOOPBACK)
BEYOND_THIS_MACHINE = any(host not in LOOPBACK for host in ALLOWED_HOSTS)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    # Before allauth: its pages wear our templates.
    "kinfirst.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "kinfirst.people",
    "kinfirst.records",
    "kinfirst.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "kinfirst.project.statics.StaticFiles",
    "kinfirst.project.headers.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kinfirst.project.idle.IdleLock",
    "kinfirst.project.factors.SecondFactor",
]

if wanted():
    # Around all others, so that it sees their answers too.
    MIDDLEWARE.insert(0, "kinfirst.project.traced.Traced")

ROOT_URLCONF = "kinfirst.project.urls"
ASGI_APPLICATION = "kinfirst.project.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("ja", "日本語")]
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = True, "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60

# A photograph is looked at in memory and never written to a disk as it came; a larger file does not arrive.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 13_000_000

STATIC_URL = "/static/"
# Served from the packages they are in: there is no folder to collect them into.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True

# Sign-in: a name and a password; accounts are made by `kinfirst user`, never by a visitor.
AUTHENTICATION_BACKENDS = ["kinfirst.project.signin.WithPerson"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "kinfirst.project.signin.ClosedSignup"
ACCOUNT_FORMS = {
    "login": "kinfirst.web.signin_forms.SignIn",
    "change_password": "kinfirst.web.signin_forms.NewPassword",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "kinfirst.project.signin.SealedSecrets"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "Kinfirst"
MFA_PASSKEY_LOGIN_ENABLED = True
# A browser gives no passkey to plain HTTP, but for this machine itself.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEYOND_THIS_MACHINE
# The house's own identity provider, if there is one: it signs in accounts that are there, and makes none.
SOCIALACCOUNT_ADAPTER = "kinfirst.project.signin.OnlyKnown"
SOCIALACCOUNT_PROVIDERS = providers(os.environ)
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
KINFIRST_OIDC_CLAIM = os.environ.get("KINFIRST_OIDC_CLAIM", "").strip() or "preferred_username"
# What a family is told to ring when a reference is not known (R32).
KINFIRST_VISIT_PHONE = os.environ.get("KINFIRST_VISIT_PHONE", "").strip()
# After so many minutes without anything done a session asks who is there; 0: never.
KINFIRST_IDLE_MINUTES = _number("KINFIRST_IDLE_MINUTES", 30)
# Who decides or tells needs a second factor before anything else.
KINFIRST_REQUIRE_MFA = _on("KINFIRST_REQUIRE_MFA")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEYOND_THIS_MACHINE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if host not in (*LOOPBACK, "*")]
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if BEYOND_THIS_MACHINE else 0
KINFIRST_METRICS_TOKEN = metrics_token()
KINFIRST_BEHIND_PROXY = _on("KINFIRST_BEHIND_PROXY")
if KINFIRST_BEHIND_PROXY:
    # Only a proxy that sets this header itself, and drops a visitor's own, may stand in front.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = BEYOND_THIS_MACHINE
    # Machines that watch machines ask each process by itself, behind the proxy.
    SECURE_REDIRECT_EXEMPT = [r"^metrics$", r"^readyz$", r"^healthz$"]
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "kinfirst.project.logs.Nameless"},
        "json": {"()": "kinfirst.project.logs.NamelessJson"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": chosen(os.environ.get("KINFIRST_LOG", ""))}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "kinfirst": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        # Apprise writes addresses into the log, and they hold secrets and telephone numbers (R72).
        "apprise": {"handlers": [], "level": "CRITICAL", "propagate": False},
        # A line of the access log holds the query, and a query may hold a name (R72).
        "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}
