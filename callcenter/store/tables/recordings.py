"""Which recordings are on the disk. What the log says of them is in the projections."""

from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables.base import Base


class RecordingFileRow(Base):
    __tablename__ = "recording_file"
    __table_args__ = {"comment": "Files of recordings. The folder is a setting of the service."}  # noqa: RUF012

    recording: Mapped[str] = mapped_column(primary_key=True, comment="Id of the recording; events and call records name it.")
    call: Mapped[str] = mapped_column(index=True, comment="The call it was made in.")
    file: Mapped[str] = mapped_column(unique=True, comment="Path below the folder; a random name that tells nothing.")
    media_type: Mapped[str] = mapped_column(comment="audio/wav.")
    size: Mapped[int] = mapped_column(comment="Bytes.")
    duration_ms: Mapped[int] = mapped_column(comment="Length.")
    sha256: Mapped[str] = mapped_column(comment="Of the file, hexadecimal.")
    stored_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
