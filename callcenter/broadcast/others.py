"""What a web process tells the other web processes of its center, so that they need not find it out by looking. Each notice may
be lost: it only hastens what a look at the rows would find."""

from collections.abc import Callable

from msgspec import Struct

from callcenter.kernel.ids import ContactId


class SessionOver(Struct, frozen=True, tag="session_over"):
    """A browser's session ended before its time; its row is gone."""

    log_in: str


class ContactChanged(Struct, frozen=True, tag="contact_changed"):
    """What is shown of this contact may be old."""

    contact: ContactId


AnyNotice = SessionOver | ContactChanged


class Others:
    """Without `send` there is nobody else."""

    def __init__(self, send: Callable[[AnyNotice], None] = lambda notice: None) -> None:
        self._send = send
        self.heard: list[Callable[[AnyNotice], None]] = []

    def tell(self, notice: AnyNotice) -> None:
        self._send(notice)

    def hear(self, notice: AnyNotice) -> None:
        """Another process has said it."""
        for heard in tuple(self.heard):
            heard(notice)
