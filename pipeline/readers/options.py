"""Options: what a profile says that only one format's reader knows."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from pipeline.core import InvalidProtocol


class Options(BaseModel):
    """The options of one format, named as in the YAML; a key that the format does not know is an
    error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def read_options(model, profile):
    """The options of a profile as a model of Options. Raises InvalidProtocol with each mistake."""
    try:
        return model.model_validate(profile.options)
    except ValidationError as error:
        mistakes = "; ".join(_mistake(each, profile) for each in error.errors())
    raise InvalidProtocol(f"The source profile {profile.name}: {mistakes}.")


def _mistake(error, profile):
    key = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"{key} is not an option of the format {profile.format}"
    said = error["msg"].removeprefix("Value error, ")
    return f"{key}: {said[:1].lower()}{said[1:]}"


def unless_empty(value):
    """A key without a value in YAML says nothing."""
    return {} if value is None else value


Name = Annotated[str, BeforeValidator(lambda value: str(value).strip())]
Names = Annotated[frozenset[Name], BeforeValidator(lambda value: () if value is None else value)]
