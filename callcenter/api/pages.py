"""The pages' files. Every path without a file of its own shows the page, which finds its way by the address."""

import asyncio
import re
from pathlib import Path

from aiohttp import web

from callcenter.api.errors import ApiError

KEPT = "public, max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"
HASHED = re.compile(r"-[0-9a-f]{8,}\.\w+$")


class Pages:
    """`folder` holds index.html; a file with a hash in its name never changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        file = await asyncio.to_thread(self._find, path)
        kept = HASHED.search(file.name) is not None
        return web.FileResponse(file, headers={"Cache-Control": KEPT if kept else ASKED_AGAIN})

    def _find(self, path: str) -> Path:
        wanted = (self._folder / path).resolve()
        if not wanted.is_relative_to(self._folder) or any(part.startswith(".") for part in Path(path).parts):
            raise ApiError("not_found")
        if wanted.is_file():
            return wanted
        if "." in path.rsplit("/", 1)[-1]:
            raise ApiError("not_found")
        page = self._folder / "index.html"
        if not page.is_file():
            raise ApiError("pages_missing")
        return page
