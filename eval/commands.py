"""`planseek eval`: run systems on a judged set, compare runs, write a report. Each a few lines over the package."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

import settings as configuration
from corpus.errors import PlanSeekError
from corpus.store import Store
from terminal import AsJson, Home, print_json, progress, say

evaluation = typer.Typer(no_args_is_help=True, help="评测：在判定过的题集上比较检索系统。")

SetName = Annotated[str, typer.Option("--set", help="评测集名称，如 plans、sample")]
Beir = Annotated[Path | None, typer.Option("--beir", help="改用一个 BEIR 格式的文件夹")]
Systems = Annotated[
    str, typer.Option("--systems", help="逗号分隔：rank-bm25,first-words,bm25,bm25+lexicon,dense,fused,hybrid；默认全部")
]
Split = Annotated[str, typer.Option("--split", help="dev、test 或 all")]


@evaluation.command("run")
def eval_run(
    name: SetName = "plans", beir: Beir = None, systems: Systems = "", split: Split = "all",
    save: Annotated[Path | None, typer.Option("--save", help="把逐题结果存到这个文件，供 compare、report 使用")] = None,
    config: Annotated[Path | None, typer.Option("--config", help="用这个配置文件（同 planseek.toml）另建索引来评测，如换向量模型")] = None,
    home: Home = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """在一个评测集上运行检索系统，给出各项指标。"""
    from eval import saved
    from eval.run import run
    from eval.table import table

    with progress() as shown:
        settings = configuration.load(home, config)
        report = run(settings, name, beir, systems, split, shown, details=save is not None, fresh=config is not None)
    if save is not None:
        saved.save(report, save)
    if as_json:
        print_json({key: value for key, value in report.items() if key not in ("details", "kinds")})
        return
    for line in table(report):
        say(line)
    if save is not None:
        say(f"逐题结果已存到 {save}。")


@evaluation.command("compare")
def eval_compare(
    first: Annotated[Path, typer.Argument(metavar="甲.json", help="eval run --save 存下的结果")],
    second: Annotated[Path | None, typer.Argument(metavar="乙.json", help="不写则比较甲里的两个系统")] = None,
    first_system: Annotated[str | None, typer.Option("--first", help="甲的系统，默认 hybrid（只给一个文件时 bm25）")] = None,
    second_system: Annotated[str | None, typer.Option("--second", help="乙的系统，默认 hybrid")] = None,
    changed: Annotated[int, typer.Option("--changed", help="列出变化最大的多少题")] = 10,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """比较两次运行：差值、95% 区间、配对置换检验、胜负与变化的题。"""
    from eval import saved
    from eval.compare import differences
    from eval.report import compared

    one = saved.load(first)
    two = saved.load(second) if second else one
    if one["set"] != two["set"]:
        raise PlanSeekError(f"两次运行的评测集不同：{one['set']} 与 {two['set']}。请用同一个评测集的结果来比较。")
    a, before = saved.values(one, first_system or (None if second else "bm25"), str(first))
    b, after = saved.values(two, second_system, str(second or first))
    rows = differences(before, after, one["kinds"])
    if as_json:
        print_json({"first": a, "second": b, "comparisons": [row.as_row() for row in rows]})
        return
    for line in compared(rows, a, b, changed):
        say(line)


@evaluation.command("report")
def eval_report(
    run: Annotated[Path, typer.Argument(metavar="结果.json", help="eval run --save 存下的结果")],
    out: Annotated[Path, typer.Option("-o", "--output", help="写到这个文件：.html 或 .md")],
    home: Home = None,
) -> None:
    """把一次运行写成一页报告：表、图、没答好的题。"""
    from eval import report, saved
    from eval.ground import documents_of
    from eval.questions import read_set, sets_in

    found = saved.load(run)
    if out.suffix == ".md":
        content = report.markdown(found)
    elif out.suffix == ".html":
        settings = configuration.load(home)
        questions = read_set(found["set"], found["split"], sets_in(found["set"], settings.home))
        content = report.html(found, questions.questions, documents_of(questions, settings))
    else:
        raise PlanSeekError(f"报告的扩展名「{out.suffix}」不认识，可用 .html 或 .md。")
    try:
        out.write_text(content, "utf-8")
    except OSError as error:
        raise PlanSeekError(f"无法写入 {out}（{error.strerror or error}）。请换一个位置。") from error
    say(f"报告已写到 {out}。")


@evaluation.command("convert")
def eval_convert(
    to: Annotated[str, typer.Option("--to", help="beir、trec，或 set（转回评测集）")],
    out: Annotated[Path, typer.Option("-o", "--output", help="写到这个文件夹，不覆盖；评测集写到 数据文件夹/sets/名称 就能用 --set")],
    name: Annotated[str | None, typer.Option("--set", help="要转换的评测集，如 plans、sample")] = None,
    source: Annotated[Path | None, typer.Option("--from", help="或：一个 BEIR 文件夹、TREC 文件夹、qrels 文件")] = None,
    run: Annotated[Path | None, typer.Option("--run", help="eval run --save 存下的结果，转成 TREC 的 run 文件")] = None,
    split: Split = "all", home: Home = None,
) -> None:  # fmt: skip
    """评测集与保存的结果同 BEIR、TREC 的文件互相转换。"""
    from eval import convert

    files, what = convert.convert(configuration.load(home), to, name, source, run, split)
    convert.write(files, out)
    say(f"{what}；已写到 {out}：{'、'.join(files)}。")


@evaluation.command("add")
def eval_add(
    file: Annotated[Path, typer.Argument(metavar="文件", help="问题表（.xlsx、.csv），或评判页存下的 .json")],
    name: Annotated[str, typer.Option("--set", help="加到这个评测集（存在数据文件夹的 sets 里）")] = "mine",
    home: Home = None,
) -> None:
    """把自己的问题或评判加进评测集；问题表的表头：问题、文件、原文、类别、等级。"""
    from eval import judging, own
    from eval.questions import rows_of

    settings = configuration.load(home)
    folder = settings.home / "sets" / name
    known = rows_of(name, settings.home)
    if file.suffix.lower() == ".json":
        rows = judging.merged(known, own.read_json(file), file.name)
        told = "已并入评判"
    else:
        with closing(Store(settings.home / "corpus.sqlite")) as store:
            made = own.questions_of(own.read_sheet(file), store.documents())
        rows = own.together(known, made)
        told = f"已加入 {len(made)} 题"
    own.write_set(folder, rows)
    say(f"{told}；评测集「{name}」现有 {len(rows)} 题。运行：planseek eval run --set {name}")


@evaluation.command("judge")
def eval_judge(
    out: Annotated[Path, typer.Option("-o", "--output", help="评判页写到这个 .html 文件")],
    name: SetName = "plans", split: Split = "all", systems: Systems = "rank-bm25,bm25,dense,hybrid",
    depth: Annotated[int, typer.Option("--depth", help="每个系统取前多少段", min=1, max=100)] = 10, home: Home = None,
) -> None:  # fmt: skip
    """把各系统返回的段落汇总成一页，打乱来源，用键盘逐段评判；结果用 eval add 并入评测集。"""
    from eval import judging
    from eval.ground import laid_out
    from eval.pool import pooled
    from eval.questions import read_set, sets_in
    from eval.systems import chosen

    settings = configuration.load(home)
    questions = read_set(name, split, sets_in(name, settings.home))
    with laid_out(questions, settings) as ground:
        if ground.corpus is None:
            raise PlanSeekError("这个评测集没有可评判的文档。请换一个评测集。")
        pool = pooled(questions.questions, ground, chosen(systems), depth, depth)
        passages = {passage.id: passage for passage in ground.corpus.passages}
        content = judging.page(name, pool, ground.corpus.documents, passages)
    try:
        out.write_text(content, "utf-8")
    except OSError as error:
        raise PlanSeekError(f"无法写入 {out}（{error.strerror or error}）。请换一个位置。") from error
    say(f"评判页已写到 {out}，用浏览器打开即可（不联网）。存下的评判用 planseek eval add 并入。")
