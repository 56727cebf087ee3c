"""Makes the segments of a generation: what is new is indexed, what is known taken over, small segments are joined. Switches
nothing."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.model import Passage
from corpus.store import Store
from corpus.workers import Workers
from index.backends.local import LocalBackend, Member
from index.backends.segment import ROWS, Segment
from index.bags import Bags, bagged
from index.catalogue import Catalogue, Listed, digest_of, index_text, key_of
from index.clauses import Clauses, Table
from index.integrity import Sealed
from index.protocols import Embedder, Floats
from index.tokenizer import Tokenizer
from index.unfinished import Unfinished

SMALL = 1 << 13
"""Rows up to which a generation is one segment: to join so many again takes a fraction of a second."""
_BATCH = 512
_CHARACTERS = 300
"""About how many characters a passage has."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Makers:
    """What an index is made with: terms, vectors, and the tokens of clauses."""

    tokenizer: Tokenizer
    embedder: Embedder
    table: Table


@dataclass(frozen=True, slots=True)
class Before:
    """What can be used of the generation in force: the segments that are whole, with what their rows are and the backend over
    those that count. standing: segments can be taken over as they are; else only vectors (same_model) or clauses (same_table)."""

    sealed: Sealed | None = None
    members: tuple[Member, ...] = ()
    catalogues: tuple[Catalogue, ...] = ()
    backend: LocalBackend | None = None
    standing: bool = False
    same_model: bool = False
    same_table: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """What goes into a segment: an earlier one or a new one, and which of its documents, by number."""

    catalogue: Catalogue
    segment: Segment
    documents: frozenset[int]


class Composer:
    """Writes the segments of a set of documents into the folder of a generation that is not in force yet."""

    def __init__(
        self, folder: Path, store: Store, before: Before, makers: Makers, workers: Workers, unfinished: Unfinished, progress: Progress
    ) -> None:  # fmt: skip
        self._folder, self._store, self._before, self._makers = folder, store, before, makers
        self._workers, self._unfinished, self._progress = workers, unfinished, progress

    @cached_property
    def _counts(self) -> dict[str, int]:
        return self._store.passage_counts()

    @cached_property
    def _sorted(self) -> list[tuple[int, NDArray[np.bytes_], NDArray[np.intp]]]:
        """Of each earlier segment the backend's row of its first that counts, the keys of those that do, ascending, and their order."""
        found, start = [], 0
        for member, catalogue in zip(self._before.members, self._before.catalogues, strict=True):
            keys = catalogue.keys[member.alive()]
            order = np.argsort(keys)
            found.append((start, keys[order], order))
            start += len(keys)
        return found

    def _same(self, keys: Sequence[str]) -> NDArray[np.int32]:
        """(keys,): for each a row of the earlier backend that was indexed of the same content, -1 where there is none."""
        wanted = np.array(keys, "S24")
        rows = np.full(len(keys), -1, np.int32)
        for start, known, order in self._sorted:
            if len(known):
                at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
                same = known[at] == wanted
                rows[same] = start + order[at[same]]
        return rows

    def compose(self, wanted: Sequence[tuple[str, str]]) -> tuple[list[Member], dict[str, Any]]:
        """The segments of these documents (id, fingerprint; by id), and the checksums of the files that were taken over as they
        were. Raises OSError."""
        counts = self._counts
        standing, new = self._known(wanted)
        total = sum(counts.get(name, 0) for name, _ in new)
        joined = _to_join([member for _, member, _ in standing], total)
        members: list[Member] = []
        sums: dict[str, Any] = {}
        pieces: list[_Piece] = []
        for number, member, documents in standing:
            if member.name in joined:
                pieces.append(self._opened(number, documents))
            else:
                sums |= _linked(self._before.sealed, member.name, self._folder)
                members.append(member)
        done = 0
        for chunk in _chunks(new, counts, ROWS - sum(sum(d.rows for d in _of(piece)) for piece in pieces)):
            fresh = self._indexed(chunk, done, total)
            done += len(fresh.catalogue.keys)
            members.append(self._written([*pieces, fresh]))
            pieces = []
        if pieces:
            members.append(self._written(pieces))
        self._progress("编入索引", total, total)
        return members, sums

    def _known(self, wanted: Sequence[tuple[str, str]]) -> tuple[list[tuple[int, Member, frozenset[int]]], list[tuple[str, str]]]:
        """Earlier segments with the documents of theirs that still stand, and the documents that are in none."""
        left = dict(wanted)
        standing = []
        for number, catalogue in enumerate(self._before.catalogues if self._before.standing else ()):
            member = self._before.members[number]
            own = frozenset(
                at for at, d in enumerate(catalogue.documents) if at not in member.dropped and left.get(d.id) == d.fingerprint
            )
            for at in own:
                left.pop(catalogue.documents[at].id, None)
            if own:
                standing.append((number, _without(member, catalogue, own), own))
        return standing, sorted(left.items())

    def _opened(self, number: int, documents: frozenset[int]) -> _Piece:
        before = self._before
        assert before.sealed is not None  # only a sealed generation has segments
        return _Piece(before.catalogues[number], Segment.open(before.sealed.folder, before.members[number].name, before.sealed), documents)

    def _indexed(self, documents: Sequence[tuple[str, str]], done: int, total: int) -> _Piece:
        """Index documents that are in no segment yet."""
        listed: list[Listed] = []
        passages: list[Passage] = []
        keys: list[str] = []
        bags: list[Bags] = []
        clauses: list[Clauses] = []
        vectors: list[Floats] = [np.empty((0, self._makers.embedder.dimension), np.float32)]
        characters = _CHARACTERS * sum(self._counts.get(name, 0) for name, _ in documents)
        contents = self._contents(documents, listed, passages)
        for batch, part in bagged(contents, characters, self._makers.tokenizer, self._workers):
            self._progress("编入索引", done + len(keys), total)
            new = [key_of(content) for content in batch]
            known = self._same(new)
            bags.append(part)
            clauses.append(self._clauses(batch, known))
            vectors.append(self._vectors(new, batch, known))
            keys += new
        segment = Segment.of(Bags.together(bags), np.concatenate(vectors), Clauses.together(clauses))
        return _Piece(Catalogue.of(listed, passages, keys), segment, frozenset(range(len(listed))))

    def _contents(self, documents: Sequence[tuple[str, str]], listed: list[Listed], passages: list[Passage]) -> Iterator[list[str]]:
        """What is indexed of the documents, in batches; each goes into `listed` and its passages into `passages`."""
        batch: list[str] = []
        for name, fingerprint in documents:
            text, own = self._store.text(name), self._store.passages(name)
            listed.append(Listed(name, fingerprint, digest_of(text), len(own)))
            passages += own
            for passage in own:
                batch.append(index_text(passage, text))
                if len(batch) == _BATCH:
                    yield batch
                    batch = []
        if batch:
            yield batch

    def _clauses(self, contents: Sequence[str], known: NDArray[np.int32]) -> Clauses:
        backend = self._before.backend
        if backend is None or not self._before.same_table:
            return Clauses.of(contents, self._makers.table)
        old, fresh = np.flatnonzero(known >= 0), np.flatnonzero(known < 0)
        both = Clauses.together([backend.clauses(known[old]), Clauses.of([contents[at] for at in fresh.tolist()], self._makers.table)])
        return both.take(np.argsort(np.concatenate((old, fresh))).astype(np.int32)) if old.size and fresh.size else both

    def _vectors(self, keys: Sequence[str], contents: Sequence[str], known: NDArray[np.int32]) -> Floats:
        embedder, backend = self._makers.embedder, self._before.backend
        vectors = np.zeros((len(keys), embedder.dimension), np.float32)
        if backend is None or not self._before.same_model:
            known = np.full(len(keys), -1, np.int32)
        elif (known >= 0).any():
            vectors[known >= 0] = backend.vectors(known[known >= 0])
        missing = np.flatnonzero(known < 0).tolist()
        kept = dict(self._unfinished.kept_vectors(embedder.name, [keys[at] for at in missing]))
        for at in missing:
            if keys[at] in kept:
                vectors[at] = kept[keys[at]]
        missing = [at for at in missing if keys[at] not in kept]
        if missing:
            vectors[missing] = embedder.encode_passages([contents[at] for at in missing])
            self._unfinished.keep_vectors(embedder.name, [keys[at] for at in missing], vectors[missing])
        return vectors

    def _written(self, pieces: Sequence[_Piece]) -> Member:
        """One segment of all pieces, its rows ordered by document."""
        documents = sorted((d for piece in pieces for d in _of(piece)), key=lambda d: d.id)
        name = hashlib.sha256("".join(f"{d.id}\t{d.fingerprint}\n" for d in documents).encode()).hexdigest()[:12]
        only = pieces[0]
        if len(pieces) == 1 and len(only.documents) == len(only.catalogue.documents):
            catalogue, segment = only.catalogue, only.segment
        else:
            starts = dict(zip((d.id for d in documents), np.cumsum([0, *(d.rows for d in documents)]).tolist(), strict=False))
            orders = [_order(piece, starts) for piece in pieces]
            catalogue = Catalogue.together([piece.catalogue for piece in pieces], orders, documents)
            segment = Segment.together([piece.segment for piece in pieces], orders)
        segment.save(self._folder, name)
        catalogue.save(self._folder, name)
        return Member(name, len(catalogue.keys))


def _of(piece: _Piece) -> list[Listed]:
    return [piece.catalogue.documents[at] for at in sorted(piece.documents)]


def _order(piece: _Piece, starts: Mapping[str, int]) -> NDArray[np.int32]:
    """For each row of a piece its row in the new segment, -1 where its document does not go there."""
    order = np.full(len(piece.catalogue.keys), -1, np.int32)
    for at, (first, last) in enumerate(piece.catalogue.ranges()):
        if at in piece.documents:
            order[first:last] = np.arange(last - first) + starts[piece.catalogue.documents[at].id]
    return order


def _without(member: Member, catalogue: Catalogue, left: frozenset[int]) -> Member:
    """A segment of which only some documents count."""
    dropped = [at for at in range(len(catalogue.documents)) if at not in left]
    ranges = catalogue.ranges()
    return Member(member.name, member.rows, tuple(ranges[at] for at in dropped if ranges[at][0] < ranges[at][1]), tuple(dropped))


def _to_join(standing: Sequence[Member], new: int) -> set[str]:
    """The names of the segments to be joined with so many new rows: all where they are few; else such as are not much larger
    than what joins them (a row is then written anew about as often as the logarithm of all), or hold little that counts."""
    if new + sum(member.live for member in standing) <= SMALL:
        return {member.name for member in standing}
    joined: set[str] = set()
    size = new
    for member in sorted(standing, key=lambda member: member.live):
        wasted = member.rows > 1.5 * member.live
        if size + member.live <= ROWS and (member.live <= 2 * size or wasted):
            joined.add(member.name)
            size += member.live
    return joined


def _chunks(documents: Sequence[tuple[str, str]], counts: Mapping[str, int], room: int) -> Iterator[list[tuple[str, str]]]:
    """The documents in runs of as many rows as a segment holds, the first of as many as there is room for."""
    run: list[tuple[str, str]] = []
    held = 0
    for document in documents:
        rows = counts.get(document[0], 0)
        if run and held + rows > room:
            yield run
            run, held, room = [], 0, ROWS
        run.append(document)
        held += rows
    if run:
        yield run


def _linked(sealed: Sealed | None, name: str, folder: Path) -> dict[str, Any]:
    """Let the files of a segment stand in another folder, too; their checksums. Raises OSError."""
    assert sealed is not None  # only a sealed generation has segments
    sums = {file: held for file, held in sealed.sums.items() if file.startswith(f"{name}.")}
    for file in sums:
        try:
            os.link(sealed.folder / file, folder / file)
        except OSError:
            # Not every file system has links.
            shutil.copyfile(sealed.folder / file, folder / file)
    return sums
