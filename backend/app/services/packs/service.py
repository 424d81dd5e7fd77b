"""PackService: packs for those who ask the server for them."""

import asyncio
from collections.abc import AsyncIterator

from app.concurrency.bulkhead import Bulkhead
from app.database.engine import Database
from app.services.packs.engines import FormName
from app.services.packs.export import PackExport
from app.services.packs.selection import Selection
from app.services.storage import StorageService


class PackService:
    """Sends packs while they are read; an export keeps a thread and a disk busy for as long."""

    def __init__(self, database: Database, storage: StorageService) -> None:
        self._database = database
        self._storage = storage
        self._exports = Bulkhead(
            "exports", at_once=2, of_a_client=2, in_line=4, in_line_of_a_client=2
        )

    async def export(
        self, selection: Selection, form: FormName, client: str
    ) -> AsyncIterator[bytes]:
        """A zip, piece by piece; the first comes when all is known that could be refused.

        Raises:
            NotFoundError: When no image is selected.
            RateLimitError: When too many exports of the client are under way.
            OverloadedError: When too many of all are.
            StorageUnavailableError: When the image folder is not there, or another library's.
        """
        async with self._exports.enter(client):
            export = PackExport(self._database, self._storage, selection, form)
            await asyncio.to_thread(export.check)
            pieces = export.zip()
            while piece := await asyncio.to_thread(next, pieces, b""):
                yield piece
