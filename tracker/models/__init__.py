"""All tables; importing this package completes the metadata."""

from tracker.models.bulletin import Bulletin, RankedBy
from tracker.models.channel import (
    PERSONAL,
    Channel,
    ChannelKind,
    ChannelState,
    PersonChannel,
)
from tracker.models.decision import Consent, Extension
from tracker.models.document import Document, DocumentKind, NoticeKind, PaperCode, PaperTemplate
from tracker.models.evidence import Blob, Evidence, Phase
from tracker.models.export import PAPERS, Export, ExportKind, ExportMedium
from tracker.models.feed import CalendarFeed
from tracker.models.group import GroupVillage, SupervisionGroup
from tracker.models.handover import Handover
from tracker.models.imports import Fate, ImportBatch, ImportMapping, ImportRow, ImportTask
from tracker.models.issue import AssistingUnit, Issue, Measure, Source, Stage
from tracker.models.lease import Heartbeat, Lease
from tracker.models.ledger import FAR, IssuedLedger, IssueVersion, LedgerKind, LedgerMedium, LedgerTerm
from tracker.models.ledger_upload import LedgerUpload, LedgerUploadCell, UploadCellKind, UploadTask
from tracker.models.letter import Escalation, Letter, LetterFile, LetterIssue, LetterReply
from tracker.models.look_back import LookBack, LookBackPlan
from tracker.models.message import Counter, Notice, OutboxMessage
from tracker.models.person import (
    ADMIN_ROLES,
    PasswordRecord,
    Person,
    Post,
    ResetLink,
    Role,
    SignIn,
    SignInAttempt,
)
from tracker.models.point import Point
from tracker.models.policy import (
    CalendarCorrection,
    HolidayDay,
    HolidayNotice,
    PolicyVersion,
    RequestKey,
    SavedFilter,
    Setting,
)
from tracker.models.record import AuditEntry, ChainHead, Comment, CommentKind, IssueEvent
from tracker.models.reminder import Reminder
from tracker.models.round import (
    InspectionRound,
    RoundGroup,
    RoundKind,
    RoundLeftOut,
    RoundStop,
    RoundTask,
    TaskOutcome,
    UnitPlace,
    Visit,
)
from tracker.models.star import Indicator, IndicatorKind, Star, StarLead
from tracker.models.substitute import Substitute
from tracker.models.unit import NameReason, Unit, UnitKind, UnitName, UnitTag
from tracker.models.visit import VisitFinding, VisitPhoto, VisitRecheck

__all__ = [
    "ADMIN_ROLES",
    "FAR",
    "PAPERS",
    "PERSONAL",
    "AssistingUnit",
    "AuditEntry",
    "Blob",
    "Bulletin",
    "CalendarCorrection",
    "CalendarFeed",
    "ChainHead",
    "Channel",
    "ChannelKind",
    "ChannelState",
    "Comment",
    "CommentKind",
    "Consent",
    "Counter",
    "Document",
    "DocumentKind",
    "Escalation",
    "Evidence",
    "Export",
    "ExportKind",
    "ExportMedium",
    "Extension",
    "Fate",
    "GroupVillage",
    "Handover",
    "Heartbeat",
    "HolidayDay",
    "HolidayNotice",
    "ImportBatch",
    "ImportMapping",
    "ImportRow",
    "ImportTask",
    "Indicator",
    "IndicatorKind",
    "InspectionRound",
    "Issue",
    "IssueEvent",
    "IssueVersion",
    "IssuedLedger",
    "Lease",
    "LedgerKind",
    "LedgerMedium",
    "LedgerTerm",
    "LedgerUpload",
    "LedgerUploadCell",
    "Letter",
    "LetterFile",
    "LetterIssue",
    "LetterReply",
    "LookBack",
    "LookBackPlan",
    "Measure",
    "NameReason",
    "Notice",
    "NoticeKind",
    "OutboxMessage",
    "PaperCode",
    "PaperTemplate",
    "PasswordRecord",
    "Person",
    "PersonChannel",
    "Phase",
    "Point",
    "PolicyVersion",
    "Post",
    "Reminder",
    "RequestKey",
    "ResetLink",
    "RankedBy",
    "Role",
    "RoundGroup",
    "RoundKind",
    "RoundLeftOut",
    "RoundStop",
    "RoundTask",
    "SavedFilter",
    "Setting",
    "SignIn",
    "SignInAttempt",
    "Source",
    "Stage",
    "Star",
    "StarLead",
    "Substitute",
    "SupervisionGroup",
    "TaskOutcome",
    "Unit",
    "UnitKind",
    "UnitName",
    "UnitPlace",
    "UnitTag",
    "UploadCellKind",
    "UploadTask",
    "Visit",
    "VisitFinding",
    "VisitPhoto",
    "VisitRecheck",
]
