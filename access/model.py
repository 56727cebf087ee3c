"""Who may do what: keys and roles. No behaviour but comparing roles."""

from dataclasses import dataclass

ROLES = ("读者", "编辑", "管理员")
"""Each may do what those before it may: ask and export; bring in, correct and remove documents; everything."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret. created, used: ISO times; collections: those that it may see, all where there is None."""

    id: str
    name: str
    role: str
    created: str
    used: str | None = None
    collections: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: the holder of a key or, where a home has none, whoever sits at this machine. collections: as Key."""

    id: str
    name: str
    role: str
    collections: tuple[str, ...] | None = None

    def may(self, role: str) -> bool:
        """Whether the caller has at least this role."""
        return ROLES.index(self.role) >= ROLES.index(role)


NOBODY = Caller("", "", ROLES[0])
"""The caller without a key where there are keys: told only that the service is there."""

HERE = Caller("", "本机", "管理员")
"""The caller where no key has been made: only requests from this machine get so far."""
