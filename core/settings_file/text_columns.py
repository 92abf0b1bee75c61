"""Our names of the columns with the text of a record (``data.columns`` in the settings)."""

from __future__ import annotations

JOB_TITLE = "job_title"
DUTIES = "duties_description"
TEXT_COLUMNS = (JOB_TITLE, DUTIES)
# A column of ``data.context_in_duties``: this, and the header name that the settings have.
IN_DUTIES = "context_in_duties: "
