"""`python -m training`: trains the bundled model from the shared texts and writes it; with --dev it scores instead."""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from retriever.lexicon.table import Entry, entries
from training import cooccurrence, dev, export, lexicon, network, pairs, texts, vocabulary

# Plans that --dev keeps out of training, so that their lead phrases are new to the model.
AWAY = frozenset(
    {"江苏省2026年政府工作报告", "湖北省2026年政府工作报告", "陕西省2026年政府工作报告", "国家第七个五年计划"}
)
BUNDLED = Path(__file__).parent.parent / "index" / "embedders" / "bundled"


@dataclass(slots=True)
class Material:
    """What a run trains on."""

    pieces: list[texts.Piece]
    asked: list[texts.Question]
    written: list[texts.Question]
    entries: list[Entry]
    contexts: list[str]


def main() -> None:
    options = _options()
    began = time.monotonic()

    def say(message: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - began:6.1f} s] {message}\n")
        sys.stderr.flush()

    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    material = _read(options.shared)
    tasks = _hold_out(material) if options.dev else []
    counts = (len(material.pieces), len(material.asked), len(material.written), len(material.entries))
    say("{} pieces, {} + {} questions, {} entries".format(*counts))

    tokenizer = _tokenizer(material, options.tokens)
    tokens = [tokenizer.id_to_token(at) or "" for at in range(tokenizer.get_vocab_size())]
    say(f"vocabulary of {len(tokens)} tokens")

    shown = lexicon.find(material.entries, material.pieces)
    say(f"{sum(bool(found) for found in shown.best)} entries have passages")
    generator = np.random.default_rng(options.seed)
    drawn = pairs.Pairs(
        tokenizer, material.pieces, material.asked, material.written, material.entries, shown, generator
    )

    if options.without_lexicon:
        drawn.leave_out("everyday", "words", "official")

    together = pairs.Bags(tokenizer, _running_text(material))
    frequency = np.bincount(together.flat, minlength=len(tokens)).astype(np.float64)
    vectors = cooccurrence.first_vectors(
        together.flat, together.starts[:-1], len(tokens), options.dimension, seed=options.seed
    )
    vectors = network.spelled(tokens, vectors, frequency)
    say(f"first vectors from {len(together.flat)} tokens of text")

    table = network.Table(tokens, vectors, network.rarity(frequency))
    network.train(table, drawn.draw, options.steps, options.batch, options.rate, say, tuple(options.shares))
    rows = table.rows().detach().numpy()
    size = export.write(options.out, tokenizer, rows)
    say(f"{options.out}: {size / 1e6:.2f} MB")
    for task in tasks:
        found = {"task": task.name, "questions": len(task.questions), **dev.measure(task, tokenizer, rows)}
        sys.stdout.write(json.dumps(found) + "\n")


def _read(shared: Path) -> Material:
    pieces = [
        *texts.plan_pieces(shared),
        *texts.office_pieces(shared),
        *texts.law_pieces(shared),
        *texts.news_pieces(shared),
    ]
    asked = texts.questions(shared)
    return Material(pieces, asked, texts.written(shared), entries(), contexts_of(asked))


def _hold_out(material: Material) -> list[dev.Task]:
    """Takes questions, contexts and plans out of the material and returns the tasks made of them."""
    plans = [piece for piece in material.pieces if piece.source == "plan"]
    material.entries, known, unseen = lexicon.hold_out(material.entries)
    mixed = np.random.default_rng(3).permutation(np.array(material.contexts, dtype=object))
    away = set(mixed[:300])
    tasks = [
        dev.lexicon_task("known entry", known, plans),
        dev.lexicon_task("unseen entry", unseen, plans),
        dev.question_task("cmrc", [q for q in material.asked if q.context in away], material.contexts),
        dev.lead_task("lead", plans, AWAY),
        dev.question_task("written", [q for q in material.written if dev.away(q)], contexts_of(material.written)),
    ]
    material.written = [question for question in material.written if not dev.away(question)]
    material.asked = [question for question in material.asked if question.context not in away]
    material.pieces = [piece for piece in material.pieces if piece.title not in AWAY]
    return tasks


def contexts_of(questions: list[texts.Question]) -> list[str]:
    return sorted({question.context for question in questions})


def _tokenizer(material: Material, size: int) -> Tokenizer:
    written = [piece.text for piece in material.pieces] + [question.text for question in material.asked]
    everyday = [text for entry in material.entries for text in _phrases(entry)]
    everyday += [question.text for question in material.written]
    counted = vocabulary.word_counts(written + material.contexts)
    spoken = vocabulary.word_counts(everyday)
    return vocabulary.tokenizer(vocabulary.choose(counted, spoken, size))


def _running_text(material: Material) -> list[str]:
    """The texts whose tokens are counted together; an entry counts as a text, three times, as it is dense."""
    entries = ["。".join(_phrases(entry)) for entry in material.entries for _ in range(3)]
    written = [f"{question.text}\n{question.context}" for question in material.written]
    return [piece.with_heading for piece in material.pieces] + material.contexts + entries + written


def _phrases(entry: Entry) -> tuple[str, ...]:
    return (entry.term, *entry.same, *entry.official, *entry.said)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("PLANSEEK_SHARED", "../shared")))
    parser.add_argument("--out", type=Path, default=None, help="folder to write; index/embedders/bundled")
    parser.add_argument("--dev", action="store_true", help="hold questions out and print measures on them")
    parser.add_argument("--without-lexicon", action="store_true", help="train on no pair of the lexicon, to see what it gives")
    parser.add_argument("--tokens", type=int, default=30_000)
    parser.add_argument("--dimension", type=int, default=256)
    parser.add_argument("--steps", type=int, default=1300)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--shares", type=float, nargs=3, default=(1.0, 1.0, 0.5), help="whole, clause, late in the loss")
    parser.add_argument("--seed", type=int, default=11)
    # One thread adds in one order, so that a seed gives one model; more are not much faster.
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    if not (options.shared / "training").is_dir():
        parser.error(f"训练数据不在「{options.shared}」：请设置 PLANSEEK_SHARED 或 --shared 指向数据文件夹。")
    if options.out is None:
        if options.dev:
            # A model that was scored has not seen all entries: it must not ship by accident.
            options.out = Path("build") / "dev-model"
        else:
            options.out = BUNDLED
    return options


if __name__ == "__main__":
    main()
