"""Every workload, by kind of work; light imports only, since the generator loads them."""

from collections.abc import Mapping
from types import MappingProxyType

from bench.errors import unknown
from bench.model.workload import Workload
from bench.workloads.database import DB_LIST, DB_MANY, DB_READ, DB_WRITE
from bench.workloads.html_page import HTML
from bench.workloads.mix import MIX
from bench.workloads.predict import PREDICT, PREDICT_HEAVY
from bench.workloads.small import HELLO, JSON, WAIT
from bench.workloads.validating import LARGE, NESTED, VALIDATE


_ALL = (
    *(HELLO, JSON, VALIDATE, DB_READ, DB_MANY, DB_LIST, DB_WRITE),
    *(HTML, PREDICT, PREDICT_HEAVY, NESTED, LARGE, MIX, WAIT),
)
WORKLOADS: Mapping[str, Workload] = MappingProxyType({work.name: work for work in _ALL})


def workload(name: str) -> Workload:
    """The workload of that name; UsageError with the nearest one if there is none."""
    if name not in WORKLOADS:
        raise unknown("workload", name, list(WORKLOADS))
    return WORKLOADS[name]
