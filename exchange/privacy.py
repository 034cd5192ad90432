"""Personal data of exports and imports: of the staff who made them."""

from core.privacy import describe, describe_impersonal
from exchange.models import ImportedRow, TableExport, TableImport
from uploads.storage import delete_with_file

RETENTION = "EXPORT_DAYS, then deleted with the file."

describe(
    TableExport,
    whose="owner",
    purpose="Lists of the admin that staff have exported.",
    retention=RETENTION,
    exports="model query format reason status columns rows size is_cut ready_at "
    "expires_at",
    internal="file",
    delete=True,
    remove=delete_with_file,
)
describe(
    TableImport,
    whose="owner",
    purpose="Files of items that administrators have imported.",
    retention=RETENTION,
    exports="kind name format reason status rows created_count skipped_count "
    "errors_count done_at expires_at",
    internal="file errors",
    delete=True,
    remove=delete_with_file,
)
describe_impersonal(
    ImportedRow,
    "kind digest item_id table_import",
    because="Which rows of files have become items, without what they say.",
)
