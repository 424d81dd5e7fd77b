"""ImportService: what the operator sends to the server to be imported."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath

from app.concurrency.bulkhead import Bulkhead
from app.services.imports.service import ImportOptions, ImportReport, ToolImport
from app.services.packs.imports import PackImport, PackReport
from app.services.storage.errors import readable_errors

_USUAL_NAME = "image"
_LONGEST_NAME = 200


class ImportService:
    """Imports one upload at a time: each keeps a thread and the disk busy for as long."""

    def __init__(self, tools: ToolImport, packs: PackImport) -> None:
        self._tools = tools
        self._packs = packs
        self._imports = Bulkhead(
            "imports", at_once=1, of_a_client=1, in_line=4, in_line_of_a_client=2
        )

    async def receive(
        self, chunks: AsyncIterator[bytes], file_name: str, options: ImportOptions, client: str
    ) -> ImportReport | PackReport:
        """Import a zip, a pack or a single image.

        Args:
            chunks: Its bytes.
            file_name: What the image shows is read from it, if nothing else says so.
            options: How.
            client: Who sends it.

        Raises:
            PackError: When it is a pack that is damaged.
            SourceError: When it is a damaged zip.
            RateLimitError: When too many uploads of the client are under way.
            OverloadedError: When too many of all are.
            DiskFullError: When there is no room for the upload.
        """
        async with self._imports.enter(client):
            with tempfile.TemporaryDirectory(prefix="emberpeak-import-") as folder:
                path = Path(folder) / _plain(file_name)
                with readable_errors(), path.open("wb") as file:
                    async for chunk in chunks:
                        file.write(chunk)
                return await asyncio.to_thread(self._run, path, options)

    def _run(self, path: Path, options: ImportOptions) -> ImportReport | PackReport:
        if self._packs.accepts(path):
            return self._packs.run(path, dry_run=options.dry_run)
        return self._tools.run(path, options)


def _plain(file_name: str) -> str:
    """The name without folders: a path in it leads nowhere."""
    name = PurePosixPath(file_name.replace("\\", "/").replace("\0", "")).name[-_LONGEST_NAME:]
    return name if name not in {"", ".", ".."} else _USUAL_NAME
