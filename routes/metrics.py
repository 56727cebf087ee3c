"""The figures of the service for Prometheus: requests, what was refused, what is in the corpus, jobs, memory. Of a request it knows
the route's template, never the path or the question."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from contextlib import closing

from fastapi import APIRouter, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from corpus.errors import PlanSeekError
from desk.jobs import Jobs
from desk.watch import Watch
from retriever.service import Service
from routes.limits import Turns

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2.5, 5, 10, 30, 60, 300)


class Meters:
    """What is counted of one application; each has its own."""

    def __init__(self) -> None:
        # The times at which counters were made would double the page and tell nothing.
        disable_created_metrics()
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter("planseek_requests", "Requests answered", ["method", "route", "status"], registry=self.registry)
        self.seconds = Histogram(
            "planseek_request_seconds", "Seconds from a request to the end of its answer", ["method", "route"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._refused = Counter(
            "planseek_refused", "Requests turned away: rate (429), full (503), size (413, 408)", ["kind", "why"], registry=self.registry
        )

    def refused(self, kind: str, why: str) -> None:
        self._refused.labels(kind, why).inc()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)

    def page(self) -> bytes:
        """All figures in Prometheus's text format."""
        return generate_latest(self.registry)


class State(Collector):
    """What is read when it is asked for: turns, jobs, corpus, index."""

    def __init__(self, served: Service, watch: Watch, jobs: Jobs, turns: Mapping[str, Turns]) -> None:
        self._served, self._watch, self._jobs, self._turns = served, watch, jobs, turns
        self._counted: tuple[tuple[str | None, str | None], int, int] | None = None

    def describe(self) -> Iterable[Metric]:
        """Nothing: to register these figures is no time to open the corpus."""
        return ()

    def collect(self) -> Iterable[Metric]:
        under_way = GaugeMetricFamily("planseek_under_way", "Requests under way", labels=["kind"])
        waiting = GaugeMetricFamily("planseek_waiting", "Requests that wait for their turn", labels=["kind"])
        for name, turns in self._turns.items():
            under_way.add_metric([name], turns.under_way)
            waiting.add_metric([name], turns.waiting)
        jobs = GaugeMetricFamily("planseek_jobs", "Jobs in the background", labels=["kind", "state"])
        for (kind, state), number in Tally((job.kind, job.state) for job in self._jobs.recent()).items():
            jobs.add_metric([kind, state], number)
        yield from (under_way, waiting, jobs)
        yield GaugeMetricFamily("planseek_index_damages", "Damages found in the index", len(self._watch.damages))
        try:
            documents, passages = self._counts()
        except PlanSeekError:
            # No corpus to count: readiness says why.
            return
        yield GaugeMetricFamily("planseek_documents", "Documents in the corpus", documents)
        yield GaugeMetricFamily("planseek_passages", "Passages in the corpus", passages)

    def _counts(self) -> tuple[int, int]:
        """Documents and passages, counted anew where the corpus has changed. Raises PlanSeekError."""
        with closing(self._served.store()) as store:
            state = store.meta("generation"), store.meta("changes")
            if self._counted is None or self._counted[0] != state:
                self._counted = state, len(store.documents(with_text=False)), sum(store.passage_counts().values())
            return self._counted[1:]


def routes(meters: Meters) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["服务"])

    @router.get("/metrics", summary="运行指标（Prometheus 文本格式）", response_class=Response)
    def metrics() -> Response:
        return Response(meters.page(), media_type=CONTENT_TYPE_LATEST)

    return router
