"""Imports of CSV and XLSX files: upload, mapping, preview, dry run, run, faults, undo."""

from runtime.imports.errors import NoSpace, TooLarge, Unreadable, WrongState
from runtime.imports.register import Import, delete, get, listing
from runtime.imports.reports import fault_groups, faults, faults_csv
from runtime.imports.run import cancel, resume, run_now, start
from runtime.imports.undo import undo
from runtime.imports.wizard import SIZE_LIMIT, configure, create, preview

__all__ = [
    "SIZE_LIMIT",
    "Import",
    "NoSpace",
    "TooLarge",
    "Unreadable",
    "WrongState",
    "cancel",
    "configure",
    "create",
    "delete",
    "fault_groups",
    "faults",
    "faults_csv",
    "get",
    "listing",
    "preview",
    "resume",
    "run_now",
    "start",
    "undo",
]
