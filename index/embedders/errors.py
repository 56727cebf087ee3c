"""The errors of choosing and loading an embedding model; each message is for the user."""

from corpus.errors import PlanSeekError


class ModelUnavailable(PlanSeekError):  # noqa: N818 - names the thing, as the report does
    """A model that is not there, or a folder that is not one: the message says where and what to do."""
