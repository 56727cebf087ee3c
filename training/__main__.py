"""`python -m training`: trains the bundled model from the shared texts and writes it; with --dev it scores instead."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch

from training import cooccurrence, dev, export, lexicon, network, pairs, texts, vocabulary

# Plans that --dev keeps out of training, so that their lead phrases are new to the model.
AWAY = frozenset(
    {"江苏省2026年政府工作报告", "湖北省2026年政府工作报告", "陕西省2026年政府工作报告", "国家第七个五年计划"}
)
BUNDLED = Path(__file__).parent.parent / "index" / "embedders" / "bundled"


def main() -> None:
    options = _options()
    began = time.monotonic()

    def say(message: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {message}", file=sys.stderr, flush=True)  # noqa: T201

    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    plans = texts.plan_pieces(options.shared)
    pieces = [
        *plans,
        *texts.office_pieces(options.shared),
        *texts.law_pieces(options.shared),
        *texts.news_pieces(options.shared),
    ]
    asked = texts.questions(options.shared)
    entries = lexicon.read()
    contexts = sorted({question.context for question in asked})
    tasks: list[dev.Task] = []
    if options.dev:
        entries, known, unseen = lexicon.hold_out(entries)
        away = set(np.random.default_rng(3).permutation(np.array(contexts, dtype=object))[:300])
        tasks = [
            dev.lexicon_task("known entry", known, plans),
            dev.lexicon_task("unseen entry", unseen, plans),
            dev.question_task("cmrc", [q for q in asked if q.context in away], contexts),
            dev.lead_task("lead", plans, AWAY),
        ]
        asked = [q for q in asked if q.context not in away]
        pieces = [piece for piece in pieces if piece.title not in AWAY]
        say(", ".join(f"{task.name}: {len(task.questions)} questions" for task in tasks))
    say(f"{len(pieces)} pieces, {len(asked)} questions, {len(entries)} entries")

    spoken = [text for e in entries for text in (e.term, *e.official, *e.everyday, *e.questions)]
    counted = vocabulary.word_counts([p.text for p in pieces] + [q.text for q in asked] + contexts)
    chosen = vocabulary.choose(counted, vocabulary.word_counts(spoken), options.tokens)
    tokenizer = vocabulary.tokenizer(chosen)
    tokens = [tokenizer.id_to_token(at) or "" for at in range(tokenizer.get_vocab_size())]
    say(f"vocabulary of {len(tokens)} tokens")

    shown = lexicon.find(entries, pieces)
    say(f"{sum(bool(found) for found in shown.best)} entries have passages")
    drawn = pairs.Pairs(tokenizer, pieces, asked, entries, shown, np.random.default_rng(options.seed))
    together = pairs.Bags(
        tokenizer,
        [p.with_heading for p in pieces]
        + contexts
        + ["。".join((e.term, *e.official, *e.everyday, *e.questions)) for e in entries for _ in range(3)],
    )
    frequency = np.bincount(together.flat, minlength=len(tokens)).astype(np.float64)
    say(f"{len(together.flat)} tokens of text")
    vectors = cooccurrence.first_vectors(
        together.flat, together.starts[:-1], len(tokens), options.dimension, seed=options.seed
    )
    vectors = network.spelled(tokens, vectors, frequency)
    say("first vectors")

    table = network.Table(tokens, vectors, network.rarity(frequency))
    if options.dev:
        _report(tasks, tokenizer, table, options)
    network.train(table, drawn.draw, options.steps, options.batch, options.rate, say)
    rows = table.rows().detach().numpy()
    if options.dev:
        _report(tasks, tokenizer, table, options)
    size = export.write(options.out, tokenizer, rows)
    say(f"{options.out}: {size / 1e6:.2f} MB")


def _report(tasks: list[dev.Task], tokenizer: object, table: network.Table, options: argparse.Namespace) -> None:
    rows = table.rows().detach().numpy()
    for task in tasks:
        print(json.dumps({"task": task.name, **dev.measure(task, tokenizer, rows)}), flush=True)  # type: ignore[arg-type]  # noqa: T201


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("PLANSEEK_SHARED", "../shared")))
    parser.add_argument("--out", type=Path, default=None, help="folder to write; index/embedders/bundled")
    parser.add_argument("--dev", action="store_true", help="hold questions out and print measures on them")
    parser.add_argument("--tokens", type=int, default=26_000)
    parser.add_argument("--dimension", type=int, default=256)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.out is None:
        if options.dev:
            # A model that was scored has not seen all entries: it must not ship by accident.
            options.out = Path(".planseek") / "dev-model"
        else:
            options.out = BUNDLED
    return options


if __name__ == "__main__":
    main()
