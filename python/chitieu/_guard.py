"""The way out of the package: every error that leaves it is one of ours or names the argument at fault.

A public function runs as it is written. Only when something else than an error of ours comes out of it are its
arguments held to their annotations: the first that does not fit is named in a ``TypeError``. What another library
threw is never chained to what leaves, since it may hold values of records.
"""

from __future__ import annotations

import collections.abc
import errno
import inspect
import os
import re
import sys
import types
from collections.abc import Callable, Iterator
from functools import cache, update_wrapper
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin

import polars as pl

from chitieu import _native
from chitieu._errors import ChitieuError, PlanError, printable
from chitieu._files import is_special, no_file
from chitieu._language import say
from chitieu._reading import Reading
from chitieu._source import THROWN, unreadable

#: Special methods that users call, in operators.
_OPERATORS = ("__call__", "__contains__", "__getitem__", "__init__")

#: Letters of a path that an error shows, and how deep lists and mappings are looked into.
_SHOWN, _DEEP = 200, 40

_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NO_FILE = (
    *(errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL),
    *(errno.ENXIO, errno.ENODEV, errno.EEXIST, errno.ENOTEMPTY, errno.EBADF, errno.ESPIPE),
)


#: Whether this process was forked from one whose threads it lacks.
_forked = False


def _in_child() -> None:
    global _forked
    _forked = _native.has_worked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


def guard(*modules: types.ModuleType) -> None:
    """Put the guard around every function, and every method of the classes, that ``__all__`` of some modules names."""
    for module in modules:
        for name in module.__all__:
            found = getattr(module, name)
            if inspect.isfunction(found):
                guarded = _guarded(found)
                setattr(module, name, guarded)
                # Where it is defined too, so that it is one object under one name, as pickle needs.
                setattr(sys.modules[found.__module__], name, guarded)
            elif inspect.isclass(found) and not issubclass(found, Exception):
                for one in found.__mro__:
                    if one.__module__.startswith("chitieu"):
                        _guard_methods(one)


def _guard_methods(of: type) -> None:
    for name, member in list(vars(of).items()):
        if name.startswith("_") and name not in _OPERATORS:
            continue
        if isinstance(member, staticmethod):
            setattr(of, name, staticmethod(_guarded(member.__func__)))
        elif inspect.isfunction(member):
            setattr(of, name, _guarded(member))


@cache
def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function with the guard around it, one for all its names."""
    if hasattr(function, "__guarded__"):
        return function
    answer, refuse = _answer, _refuse_at_once

    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # a notebook shows the line of the user alone
        try:
            refuse(function, args, kwargs)
            return function(*args, **kwargs)
        except BaseException as error:
            found = answer(error, function, args, kwargs)
            if found is None:
                raise
        # Outside of the handler, so that nothing is chained, and without the frames of this library: an error of ours
        # says all there is in its message.
        try:
            raise found.with_traceback(None)
        finally:
            del found

    # With the globals of the function: by them doctest tells whose it is.
    code, closure = call.__code__, call.__closure__
    guarded = update_wrapper(types.FunctionType(code, function.__globals__, function.__name__, None, closure), function)
    guarded.__dict__["__guarded__"] = True
    return guarded


def _answer(
    error: BaseException, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> BaseException | None:
    """Return the error that leaves instead of another; none if that one may leave as it is."""
    ours = isinstance(error, (FileNotFoundError, PermissionError)) and error.errno is None
    if ours or isinstance(error, ChitieuError):
        error.__cause__ = error.__context__ = None
        return error
    if not isinstance(error, (Exception, *THROWN)) or isinstance(error, (ImportError, MemoryError)):
        return None
    hints, given = _hints(function), _given(function, args, kwargs)
    if isinstance(error, TypeError) and (unnamed := _unnamed(function, args)):
        return unnamed
    if isinstance(error, OSError):
        return _of_file(error, [value for name, value in given if name in hints.paths])
    for name, value in given:
        if not _fits(value, hint := hints.of(name)):
            return _wrong_type(name, _shown(hint), value)
    if isinstance(error, RuntimeError) and not isinstance(error, RecursionError):
        return None  # a fault of this library, told as one
    if isinstance(error, UnicodeEncodeError):
        for name, value in given:
            if any(isinstance(leaf, str) and not _is_text(leaf) for leaf in _leaves(value)):
                return no_text(name)
    if isinstance(error, OverflowError):
        numbers = [(_oddness(leaf), name) for name, value in given for leaf in _leaves(value) if _is_number(leaf)]
        if numbers:
            return _out_of_range(max(numbers)[1])
    tables = [name for name, value in given if hasattr(type(value), "__arrow_c_stream__")]
    streams = [name for name, value in given if name in tables and not _is_in_memory(value)]
    if isinstance(error, (*THROWN, RecursionError)) or streams:
        return unreadable((streams or tables or [name for name, _ in given] or [""])[0], type(error).__name__)
    # What cannot be held to an annotation: iterators, which are spent now, what a mapping holds, what has none.
    spent = [name for name, value in given if isinstance(value, (collections.abc.Iterator, dict))]
    for name in [*spent, *(name for name, _ in given if name not in tables and hints.of(name) is Any)]:
        return _wrong_type(name, say("một giá trị dùng được", "a value that can be used"), dict(given)[name])
    return None


def _is_in_memory(table: Any) -> bool:
    """Tell tables of polars and of ours from others, which may throw what they like while they are read."""
    return isinstance(table, pl.DataFrame) or type(table).__module__.startswith("chitieu")


def _unnamed(function: Callable[..., Any], args: tuple[Any, ...]) -> TypeError | None:
    """Return the error of an argument that is given by its place and has to be named; none if there is none."""
    parameters = list(inspect.signature(function).parameters.values())
    by_place = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    named = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    if len(args) <= len(by_place) or not named:
        return None
    name = named[0]
    return TypeError(say(f"{name}: hãy ghi tên đối số, {name}=…", f"{name}: name the argument, {name}=…"))


class _Hints:
    """The parameters of a function with their annotations."""

    def __init__(self, function: Callable[..., Any]) -> None:
        # Classes that a module imports for annotations alone are public ones.
        names = {**vars(sys.modules["chitieu"]), **function.__globals__}
        self.names: list[str] = []
        self._rest: Any = Any
        self._hints: dict[str, Any] = {}
        for name, parameter in inspect.signature(function).parameters.items():
            try:
                hint = eval(parameter.annotation, names) if isinstance(parameter.annotation, str) else Any
            except NameError:
                hint = Any
            if parameter.kind is parameter.VAR_KEYWORD:
                self._rest = hint
                continue
            self.names.append(name)
            self._hints[name] = hint
        self.paths = {name for name, hint in self._hints.items() if _names_files(hint)}
        self.texts = {name for name, hint in self._hints.items() if _holds_text(hint)} - self.paths

    def of(self, name: str) -> Any:
        return self._hints.get(name, self._rest)


_hints = cache(_Hints)


def _given(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the arguments of a call with their names, but for the object whose method it is."""
    return [pair for pair in zip(_hints(function).names, args, strict=False) if pair[0] != "self"] + [*kwargs.items()]


def _refuse_at_once(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse what fails too late: an empty path (the working directory), a device or a pipe, broken text."""
    if _forked and function.__module__ != "chitieu._language":
        raise _native.forked()
    hints = _hints(function)
    for name, value in _given(function, args, kwargs):
        if name in hints.paths and isinstance(value, (str, os.PathLike)):
            path = os.fspath(value)
            if isinstance(path, str) and (not path or "\0" in path or is_special(path)):
                raise no_file(path)
        elif name in hints.texts:
            values = value if isinstance(value, (list, tuple)) else (value,)
            if any(isinstance(word, str) and not _is_text(word) for word in values):
                raise no_text(name)


def _names_files(hint: Any) -> bool:
    return get_origin(hint) is os.PathLike or hint is Path or any(_names_files(part) for part in get_args(hint))


def _holds_text(hint: Any) -> bool:
    return hint is str or any(_holds_text(part) for part in get_args(hint))


def _is_text(value: str) -> bool:
    """Tell text from what has halves of characters, such as a name of a file in another encoding."""
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) or hasattr(type(value), "__index__")


def _oddness(number: Any) -> tuple[bool, bool, float]:
    """Return how likely a number is the one that is too large or too small, for comparison."""
    try:
        size = float(abs(number))
    except OverflowError:
        size = float("inf")
    return size >= 2**63, number < 0, size


def _leaves(value: Any, deep: int = _DEEP) -> Iterator[Any]:
    """Yield what lists and mappings hold, with its keys."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if not isinstance(value, (list, tuple)):
        yield value
    elif deep:
        for part in value:
            yield from _leaves(part, deep - 1)


def _fits(value: Any, hint: Any) -> bool:
    """Tell whether a value is what an annotation says; numbers and dates of other libraries are."""
    of, parts, kind = get_origin(hint), get_args(hint), type(value)
    if hint is Any:
        return True
    if isinstance(hint, TypeVar):
        return _fits(value, hint.__bound__)
    if of in (Union, types.UnionType):
        return any(_fits(value, part) for part in parts)
    if hint in (int, float):
        special = ("__index__",) if hint is int else ("__float__", "__index__")
        return any(hasattr(kind, name) for name in special) and not hasattr(kind, "__len__")
    if hint is bool:
        return isinstance(value, bool) or kind.__name__ in ("bool", "bool_")
    if of in (collections.abc.Sequence, collections.abc.Iterable, list):
        if isinstance(value, (str, bytes)) or not hasattr(kind, "__iter__"):
            return False
        if isinstance(value, collections.abc.Iterator):
            return True
        try:
            return all(_fits(part, parts[0]) for part in value)
        except Exception:
            return False
    if of is os.PathLike or hint is Path:
        return _is_path(value)
    of = of or hint
    return not isinstance(of, type) or isinstance(value, of)


def _is_path(value: Any) -> bool:
    try:
        return not isinstance(value, str) and isinstance(os.fspath(value), str)
    except Exception:
        return False


def _shown(hint: Any) -> str:
    of, parts = get_origin(hint), get_args(hint)
    if isinstance(hint, TypeVar):
        return _shown(hint.__bound__)
    if of in (Union, types.UnionType):
        return " | ".join(map(_shown, parts))
    if of in (collections.abc.Sequence, collections.abc.Iterable, list):
        return f"{of.__name__}[{_shown(parts[0])}]"
    if hint is type(None):
        return "None"
    if inspect.isabstract(hint) and hint.__module__.startswith("chitieu."):
        # What users make is of a class below it.
        return " | ".join(below.__name__ for below in hint.__subclasses__())
    text = hint.__name__ if isinstance(hint, type) and not parts else str(hint)
    return re.sub(r"\b(collections\.abc|chitieu(\.\w+)*|datetime|typing|pathlib)\.", "", text)


def _wrong_type(name: str, expected: str, value: Any) -> TypeError:
    got = type(value).__name__
    if (
        expected.split("[")[0] in ("Sequence", "Iterable")
        and hasattr(type(value), "__iter__")
        and not isinstance(value, (str, bytes))
    ):
        got = say(f"{got} có phần tử không hợp lệ", f"a {got} that holds something else")
    text = say(f"{name}: cần {expected}, nhận được {got}", f"{name}: expected {expected}, got {got}")
    if expected == "Dataset" and isinstance(value, Reading):
        text += f"\n→ ct.Dataset({value.table}=...)"
    return TypeError(printable(text))


def no_text(name: str) -> PlanError:
    """Return the error of text that has halves of characters."""
    return PlanError(
        say(f"{name}: không phải văn bản Unicode hợp lệ", f"{name}: expected Unicode text, found half of a character"),
        code="bad_text",
        expected="Unicode",
        got=say("nửa ký tự", "half of a character"),
    )


def _out_of_range(name: str) -> PlanError:
    return PlanError(
        say(f"{name}: số quá lớn, hoặc âm ở nơi không được", f"{name}: the number is too large, or below 0"),
        code="bad_number",
        expected=say("một số trong phạm vi", "a number in range"),
        got=say("một số ngoài phạm vi", "one out of range"),
    )


def _of_file(error: OSError, paths: list[Any]) -> OSError | None:
    """Return what is told of a file that the system refuses; none where it is not its name that is at fault."""
    path = next((p for p in paths if isinstance(p, (str, os.PathLike))), error.filename)
    if path is None:
        return None
    if error.errno in _REFUSED:
        text = _short(path)
        return PermissionError(say(f"không có quyền đọc hoặc ghi: {text}", f"no permission to read or write: {text}"))
    return no_file(_short(path)) if error.errno in _NO_FILE else None


def _short(path: Any) -> str:
    text = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
