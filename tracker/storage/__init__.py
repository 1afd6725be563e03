"""Where the bytes of evidence lie."""

from tracker.storage.accept import intake
from tracker.storage.store import DamagedError, Store
from tracker.storage.stored import Limits, SheetFile, StoredFile, Upload

__all__ = ["DamagedError", "Limits", "SheetFile", "Store", "StoredFile", "Upload", "intake"]
