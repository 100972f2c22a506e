"""A page under load: eight clients in a closed loop, beside an empty page with the same middleware."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

from django.utils.translation import gettext as _

from indicators.bench.client import Load, ask, closed_loop, request_bytes
from indicators.bench.registry import Broken, Measure
from indicators.bench.site import EMPTY, logged_in, running_server
from ipdash.accounts.models import User

CLIENTS = 8
SECONDS = 2.0
ROUNDS = 5
P95_SECONDS = 0.150
CHANGED_PER_SECOND = 60
SEEN_RATIO = 0.3
UNCHANGED_RATIO = 0.6


def page_bench(
    path: str, user: User, *, change: Callable[[], object] | None = None, rounds: int = ROUNDS, seconds: float = SECONDS
) -> Iterator[Measure]:
    """The page at `path` for this user, in the three states that performance.md asks about.

    *changed*: `change()` is called before every request and must make the page's data new, committed and at a cost of
    milliseconds; without it this state is not measured. *seen*: asked for again, the data unchanged.
    *not modified*: with `If-None-Match`. Rounds alternate between the states and the empty page.
    """
    with running_server() as port, logged_in(user) as headers:
        first = ask(port, request_bytes(path, headers))
        if first.status != 200:
            raise Broken(f"{path} answers {first.status} ({first.headers.get('location', '')})")
        etag = first.headers.get("etag", "")
        states: dict[str, tuple[bytes, int, Callable[[], object] | None]] = {
            "empty": (request_bytes(EMPTY, headers), 200, None),
            "seen": (request_bytes(path, headers), 200, None),
        }
        if etag:
            states["unchanged"] = (request_bytes(path, {**headers, "If-None-Match": etag}), 304, None)
        if change is not None:
            states["changed"] = (request_bytes(path, headers), 200, change)
        loads = _loads(port, states, rounds, seconds)
    yield Measure(_("页面大小"), first.length / 1000, "kB")
    yield from _measures(loads, has_etag=bool(etag))


def _loads(
    port: int, states: dict[str, tuple[bytes, int, Callable[[], object] | None]], rounds: int, seconds: float
) -> dict[str, list[Load]]:
    loads: dict[str, list[Load]] = {name: [] for name in states}
    for turn in range(-1, rounds):  # the first turn warms both processes and does not count
        for name, (request, status, before) in states.items():
            if name == "unchanged" and "changed" in states:
                # The page has changed since its ETag was given.
                etag = ask(port, states["seen"][0]).headers.get("etag", "")
                request = _with_etag(request, etag)  # noqa: PLW2901
            load = closed_loop(port, request, status=status, clients=CLIENTS, seconds=seconds, before=before)
            if turn >= 0:
                loads[name].append(load)
    return loads


def _with_etag(request: bytes, etag: str) -> bytes:
    head, _old = request.split(b"If-None-Match: ", 1)
    return head + b"If-None-Match: " + etag.encode() + b"\r\n\r\n"


def _measures(loads: dict[str, list[Load]], *, has_etag: bool) -> Iterator[Measure]:
    rate = {name: median(load.per_second for load in each) for name, each in loads.items()}
    p50 = {name: median(load.percentile(0.5) for load in each) for name, each in loads.items()}
    p95 = {name: median(load.percentile(0.95) for load in each) for name, each in loads.items()}
    unit = _("次/秒")
    if "changed" in loads:
        yield Measure(_("数据有变：95%的请求用时"), p95["changed"], most=P95_SECONDS)
        yield Measure(_("数据有变：中位用时"), p50["changed"])
        yield Measure(_("数据有变：吞吐"), rate["changed"], unit, rate["empty"], least=CHANGED_PER_SECOND)
    yield Measure(_("看过、数据未变：吞吐"), rate["seen"], unit, rate["empty"], least_ratio=SEEN_RATIO)
    yield Measure(_("看过、数据未变：95%的请求用时"), p95["seen"])
    if has_etag:
        yield Measure(_("带 If-None-Match：吞吐"), rate["unchanged"], unit, rate["empty"], least_ratio=UNCHANGED_RATIO)
    else:
        yield Measure(
            _("带 If-None-Match：吞吐"), 0, unit, rate["empty"], least_ratio=UNCHANGED_RATIO, note=_("页面没有 ETag")
        )
