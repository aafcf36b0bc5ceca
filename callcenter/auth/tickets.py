"""Tickets that open one WebSocket each. A page asks for one over REST, where its origin is checked, and shows it at the
handshake, which any page could begin with the cookie of another. A ticket is good for half a minute, once, and with the session
that asked for it.

They are rows, so that a ticket of one web process is good at another, and end with their session.
"""

import secrets

from sqlalchemy import CursorResult, delete

from callcenter.auth.sessions import TOKEN_BYTES, token_hash
from callcenter.kernel.clock import SECOND
from callcenter.store.database import Database
from callcenter.store.tables.people import TicketRow

GOOD_FOR_MS = 30 * SECOND


class Tickets:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(self, log_in: str, now: int) -> str:
        """A ticket for this session, which is nowhere else. Takes those away that were never used."""
        ticket = secrets.token_urlsafe(TOKEN_BYTES)
        async with self._database.write() as session:
            await session.execute(delete(TicketRow).where(TicketRow.expires_at <= now))
            session.add(TicketRow(ticket_hash=token_hash(ticket), session=log_in, expires_at=now + GOOD_FOR_MS))
        return ticket

    async def use(self, ticket: str, log_in: str, now: int) -> bool:
        """Whether it opens a socket of this session now. It opens no second one."""
        async with self._database.write() as session:
            mine = (TicketRow.session == log_in, TicketRow.expires_at > now)
            gone = await session.execute(delete(TicketRow).where(TicketRow.ticket_hash == token_hash(ticket), *mine))
            assert isinstance(gone, CursorResult)
            return gone.rowcount == 1
