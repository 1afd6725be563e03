"""Defaults; an environment variable ``TRACKER_<NAME>`` overrides each of them.

Paths are resolved against ``DATA_DIR``, which is a folder the user can see and name, never inside the environment.
"""

PRODUCT_NAME = "整改问题督办销号"
DATA_DIR = "tracker-data"
SQLALCHEMY_DATABASE_URI = ""  # empty: the SQLite file ``tracker.sqlite3`` in DATA_DIR
SECRET_KEY = ""  # empty: made once and kept in DATA_DIR, readable by its owner only
TIMEZONE = "Asia/Shanghai"
TRUSTED_HOSTS: list[str] | None = None  # None: every host; a public installation names its own
MAX_CONTENT_LENGTH = 120 * 1024 * 1024  # one form: twenty-odd photographs of a phone
MAX_FORM_MEMORY_SIZE = 1024 * 1024  # the text of one form
MAX_FORM_PARTS = 400
MAX_FILE_BYTES = 20 * 1024 * 1024  # one piece of evidence
MAX_IMPORT_BYTES = 50 * 1024 * 1024  # one workbook to be imported
MAX_FILES = 20  # pieces of evidence in one act
SESSION_COOKIE_NAME = "tracker_form"  # CSRF token and flash messages only; the sign-in has its own cookie
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_COOKIES = False  # True behind HTTPS: the ``__Host-`` prefix and the Secure flag
SESSION_IDLE_MINUTES = 30
SESSION_HOURS = 12
TRUSTED_PROXIES = 0  # reverse proxies in front whose X-Forwarded-For and -Proto are believed
REQUIRE_TOTP = False  # True in production: administrators, office and leaders must enrol one-time codes
TWO_PERSON_IMPORTS = True  # a ledger whose rows arrive signed off is stored once a second person has confirmed it
TWO_PERSON_GRANTS = True  # a post acts once a second security administrator has approved it
WTF_CSRF_TIME_LIMIT = None  # a form may stay open as long as the sign-in lives
DEMO = False
DEMO_PASSWORD = ""  # shown on the sign-in page of the demo, and nowhere else
DEV_PAGES = False  # the page of components, for those who build pages
SEND_FILE_MAX_AGE_DEFAULT = 3600  # styles and scripts stay in the browser for an hour, on a bad network a relief
BASE_URL = ""  # the address people type, such as https://duban.example.gov.cn; without it messages carry no links
CHANNEL_HOSTS: list[str] = []  # hosts that channels may call though they are not public: a mail server in the house
CHANNEL_CA_FILE = ""  # certificates (PEM) that channels trust; empty: those of the system
CHANNEL_SECONDS = 20.0  # the longest one call of a channel may take
RELAY_SECONDS = 5  # how often the outbox is looked at
EXPORT_DAYS = 7  # how long a file that was made in the background is kept
EXPORTS_EACH = 3  # files that one person may have in the making at the same time
EXPORTS_AT_ONCE = 2  # files that one process makes at the same time; the others wait
REMINDER_DAYS = 400  # how long it is kept what people were reminded of; at least as long as a year is evaluated
TICK_SECONDS = 60  # how often the clock looks
LEASE_SECONDS = 20  # a leader that was not heard of for that long has to give way to another process
LEASE_RENEW_SECONDS = 5  # how often each process with a clock says that it is alive
FONT_FOLDER = ""  # a folder with the licensed fonts of official documents; empty: those of the system
