"""Every workload, one file each; light imports only, since the generator loads them."""

from collections.abc import Mapping
from types import MappingProxyType

from bench.errors import unknown
from bench.model.workload import Workload
from bench.workloads import (
    db_list,
    db_many,
    db_read,
    db_write,
    hello,
    html_page,
    json_message,
    large,
    nested,
    predict,
    predict_heavy,
    validate,
    wait,
)


WORKLOADS: Mapping[str, Workload] = MappingProxyType(
    {
        module.WORKLOAD.name: module.WORKLOAD
        for module in (
            hello,
            json_message,
            validate,
            db_read,
            db_many,
            db_list,
            db_write,
            html_page,
            predict,
            predict_heavy,
            nested,
            large,
            wait,
        )
    }
)


def workload(name: str) -> Workload:
    """The workload of that name; UsageError with the nearest one if there is none."""
    try:
        return WORKLOADS[name]
    except KeyError:
        raise unknown("workload", name, list(WORKLOADS)) from None
