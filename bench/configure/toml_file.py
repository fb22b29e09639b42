"""A table that people edit, read strictly: what is wrong in it is said in one sentence, with its place."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from bench.errors import UsageError, place, told


type Words = Annotated[str, Field(min_length=1, pattern=r"\S")]
type Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Row(BaseModel):
    """A row, or a whole file, in which nothing stands that was not asked for."""

    # "nan" is within all bounds: every comparison with it is false.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@lru_cache(maxsize=32)
def _parsed(text: str, model: type[BaseModel]) -> BaseModel:
    # By the text and not by the file: a table is asked for dozens of times in one
    # command, and one that was changed meanwhile is another text.
    return model.model_validate(tomllib.loads(text))


def read_toml[Model: BaseModel](path: Path, model: type[Model]) -> Model:
    """Read a table into its model; UsageError names the file, the place and the fault."""
    try:
        text = path.read_text(encoding="utf-8")
        table = _parsed(text, model)
        assert isinstance(table, model)
        return table
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "check the path") from error
    except ValidationError as error:
        raise UsageError(f"{path}: {_first(error)}", _remedy(error)) from error
    except RecursionError as error:
        raise UsageError(
            f"{path}: not a table of ours: lists in lists without end",
            "the head of the shipped file says what each key holds",
        ) from error
    except ValueError as error:
        # Of TOML, of UTF-8, or of an integer with thousands of digits.
        raise UsageError(
            f"{path}: not a TOML file: {error}",
            "mend the place it names; TOML is text in UTF-8",
        ) from error


def _telling(error: ValidationError) -> ErrorDetails:
    # A misspelt key is also a missing one; the misspelling says more.
    faults = error.errors()
    extra = [fault for fault in faults if fault["type"] == "extra_forbidden"]
    return (extra or faults)[0]


def _first(error: ValidationError) -> str:
    fault = _telling(error)
    value = fault.get("input")
    shown = "" if isinstance(value, dict) else f" (found {told(value)})"
    return f"{place(fault['loc'])}: {fault['msg'].lower()}{shown}"


def _remedy(error: ValidationError) -> str:
    fault = _telling(error)
    if fault["type"] == "extra_forbidden":
        return f"{told(fault['loc'][-1])} is not a key of this table; the head of the file lists the keys"
    return "mend that key and run the command again"
