"""Files on the disk: only regular ones are opened, and what is written is there whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from chitieu._errors import printable
from chitieu._language import say

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

#: Ending of a file under way, and seconds after which one that nobody holds is one that was left.
PART = ".part"
LEFT = 60


def no_file(path: str | os.PathLike[str]) -> FileNotFoundError:
    """Return the error of a path at which there is no file that could be used."""
    shown = printable(os.fspath(path)).replace("\0", "\\x00") or '""'
    if os.path.exists(path):
        return FileNotFoundError(say(f"không phải tệp: {shown}", f"not a file: {shown}"))
    return FileNotFoundError(say(f"không có tệp: {shown}", f"no such file: {shown}"))


def is_special(path: str | os.PathLike[str]) -> bool:
    """Tell a device, a pipe or a socket: it may never end, and must not be replaced."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def write_whole(path: str | os.PathLike[str], write: Callable[[str], object], *, new: bool = False) -> Path:
    """Write a file beside its place, under a name nobody foresees, and move it there when it is whole and on the disk.

    A link in its place is replaced, not followed. The file gets the modes that the process gives, and never wider ones
    than the file it replaces had. What a process that was killed left behind is cleared away.

    Args:
        path: Where it shall be.
        write: Is given the name to write to.
        new: Whether a file that is there stays, and is an error.

    Returns:
        The path.

    Raises:
        FileNotFoundError: If a folder or a device stands there, which a file must not replace.
        FileExistsError: With ``new``, if a file is there.
    """
    target = Path(path)
    if target.exists() and not target.is_file():
        raise no_file(target)
    _clear(target)
    beside = target.parent / f"{_lead(target)}{secrets.token_hex(16)}{PART}"
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(beside, flags, _modes(target))
    try:
        try:
            if fcntl is not None:
                with suppress(OSError):  # a disk without locks
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            write(str(beside))
            os.fsync(handle)
        finally:
            os.close(handle)
        if new:
            os.link(beside, target)  # fails if there is one, whoever came first
            beside.unlink()
        else:
            os.replace(beside, target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync(target.parent)
    return target


def _lead(target: Path) -> str:
    """Return what the names of files under way begin with: there has to be room for more than a name itself has."""
    return f".{target.name[:40]}."


def _modes(target: Path) -> int:
    """Return the modes of the file in a place; those of any file, which the process narrows, if there is none."""
    with suppress(OSError):
        there = target.lstat()
        if stat.S_ISREG(there.st_mode):
            return stat.S_IMODE(there.st_mode) & 0o777
    return 0o666


def _sync(folder: Path) -> None:
    with suppress(OSError):  # Windows opens no folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _clear(target: Path) -> None:
    """Take away what killed processes left of a file."""
    if fcntl is None:
        return
    with suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if not (entry.name.startswith(_lead(target)) and entry.name.endswith(PART)):
                continue
            if entry.is_file(follow_symlinks=False) and time.time() - entry.stat().st_mtime > LEFT:
                with suppress(OSError), open(entry.path, "rb") as held:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    os.unlink(entry.path)
