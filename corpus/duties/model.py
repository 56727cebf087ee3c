"""What a text says of a measure's units: spans over the document's text. No behaviour beyond slicing."""

from dataclasses import dataclass

from corpus.model import Span

ROLES = ("lead", "responsible", "support")
"""牵头, 责任, 配合: what a unit can be of a measure. The fields of Duty that hold units."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A measure with its units in charge.

    span: the words that name the units (a bracket with its brackets, labelled lines, a clause, cells of a table row).
    measure: the words that name the measure (a heading, a lead phrase, a first sentence, what a clause is about);
    start == end where nothing does. lead, responsible, support: the units' names, each exactly as it stands; a unit
    without a role word is responsible. Every unit lies in `span`, the measure may lie before or in it.
    """

    span: Span
    measure: Span
    lead: tuple[Span, ...] = ()
    responsible: tuple[Span, ...] = ()
    support: tuple[Span, ...] = ()
