"""The errors a user meets: each message is one Chinese line that says what happened, where and what to do."""


class PlanSeekError(Exception):
    """Base of every error whose message is written for the user."""


class NotReady(PlanSeekError):  # noqa: N818 - a state, not a fault
    """Nothing to search yet, or an index that must be rebuilt first: the message says with which command."""


class UnreadableFile(PlanSeekError):  # noqa: N818 - names the thing, as the report does
    """A file that cannot be read as a plan: the message says why and what to do."""


class Unknown(PlanSeekError):  # noqa: N818 - names the thing
    """Something asked for by a name or number that nothing here has."""


class Busy(PlanSeekError):  # noqa: N818 - names the state
    """Something that runs once at a time and is running."""
