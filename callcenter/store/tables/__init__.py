"""Every table of rows on one MetaData: the center's directory, customers, campaigns and leads, log-ins, the audit log,
recordings, webhooks, and the projections of the log.

The event log has tables of its own (`callcenter.store.log_schema`) in a store of its own. docs/schema.md is generated from
both, so a table and a column say here what they are for. Nothing here queries.
"""

from callcenter.store.tables import (
    audit,
    campaigns,
    crm,
    directory,
    idempotency,
    leads,
    people,
    projections,
    recordings,
    unadopted,
    webhooks,
)
from callcenter.store.tables.base import Base
from reporting.tables import Tables, declare

metadata = Base.metadata
reporting_tables: Tables = declare(metadata)

__all__ = [
    "Base",
    "audit",
    "campaigns",
    "crm",
    "directory",
    "idempotency",
    "leads",
    "metadata",
    "people",
    "projections",
    "recordings",
    "reporting_tables",
    "unadopted",
    "webhooks",
]
