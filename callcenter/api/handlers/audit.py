"""Who did what, for those who oversee. Nothing here writes."""

import msgspec

from callcenter.api.route import Ask
from callcenter.api.schemas import users as u


async def read_audit(ask: Ask) -> u.AuditBody:
    query = ask.asked(u.AuditQuery)
    page = await ask.services.audit.page(limit=query.limit, cursor_=query.cursor, user_id=query.user, action=query.action)
    names = {user.id: user.login for user in await ask.services.users.all()}
    items = [
        u.AuditEntry(
            id=entry.id,
            at=entry.at,
            user=entry.user_id,
            login=None if entry.user_id is None else names.get(entry.user_id),
            action=entry.action,
            subject=entry.subject,
            details=msgspec.json.encode(entry.details, order="sorted").decode(),
            hash=entry.hash,
        )
        for entry in page.items
    ]
    return u.AuditBody(items=items, next=page.next)
