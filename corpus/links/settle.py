"""Settles how the documents of a store stand to one another: parts in order, drafts and their final versions. Reads a
file again where it turns out to continue another."""

from collections.abc import Mapping, Sequence
from typing import Any

from corpus.intake import Before
from corpus.links import continuation, versions
from corpus.links.continuation import Link, Part
from corpus.reader import Task, read_files
from corpus.regions.places import Place
from corpus.rows import listed
from corpus.standing import Standing
from corpus.store import Store
from corpus.structure.annotate import Outline
from corpus.tray import Found
from corpus.workers import Workers


def settle(store: Store, files: Sequence[Found], places: tuple[Place, ...], workers: Workers) -> set[str]:
    """Bring the links of all documents up to date; `files` are those at hand. Returns the ids of documents that changed."""
    standings = store.standings()
    joints = {name: standing.joints for name, standing in standings.items() if standing.joints and "ending" in standing.joints}
    links = continuation.links(_part(standings[name], row) for name, row in joints.items())
    leading = {link.follows for link in links.values() if link.follows}
    # Those that others continue: few, where all of them would be many.
    documents = {document.id: document for document in store.documents(with_text=False, only=leading)}
    at_hand = {found.key: found for found in files}
    edits = store.edits()
    changed = set()
    for name in _in_order(standings, links):
        link = links.get(name, Link())
        before = None
        if link.follows in joints:
            before = Before(documents[link.follows], Outline.from_row(joints[link.follows]["ending"]))
        if name in joints and joints[name]["after"] != (before.stamp if before else None):
            found = next((at_hand[file] for file in store.files_of(name) if file in at_hand), None)
            if found is None:
                continue
            _, read = next(read_files([Task(found, 0, places, None, before)], workers))
            if read.sheaf is None or read.identity != name:
                continue
            store.put(read.sheaf)
            documents[name] = listed(read.sheaf, found.key, store.gazetteer(), edits.get(name, {}))
            joints[name] = store.joints_of(name)
            changed.add(name)
    finals = versions.finals((store.standings() if changed else standings).values())
    for name, standing in standings.items():
        link = links.get(name, Link())
        settled = (link.follows, link.missing, finals.get(name))
        if settled != standing.settled:
            store.settle(name, *settled)
            changed.add(name)
    return changed


def _part(standing: Standing, joints: Mapping[str, Any]) -> Part:
    opens = joints["ending"]["opens"]
    return Part(
        standing.id, standing.file, joints["title"], joints["titled"], joints["region"], joints["issued"],
        (opens[0], opens[1]) if opens else None, joints["clues"],
    )  # fmt: skip


def _in_order(standings: Mapping[str, Standing], links: Mapping[str, Link]) -> list[str]:
    """The ids, every document after the one that it follows."""
    ordered: dict[str, None] = {}
    for name in standings:
        chain = [name]
        while (before := links.get(chain[-1], Link()).follows) and before not in ordered and before in standings:
            chain.append(before)
        ordered.update(dict.fromkeys(reversed(chain)))
    return list(ordered)
