"""Where it runs: read from /proc, /sys and the interpreter. Linux."""

import contextlib
import hashlib
import os
import platform
import resource
import shutil
import sysconfig
from collections.abc import Callable, Mapping
from math import log2
from pathlib import Path
from time import thread_time_ns

import psutil

from bench.child_environment import MEASURED
from bench.model.run import Machine


_GIB = 2**30
_FLAGS = ("avx2", "avx512f", "amx_tile", "aes", "sha_ni", "constant_tsc", "rdtscp")
_CPUS = Path("/sys/devices/system/cpu")
# As it was when the harness began: an engine pins the harness to a part of them.
# Where there is no such call, nothing is measured, but pages are read and made.
_AVAILABLE = (
    tuple(sorted(os.sched_getaffinity(0)))
    if hasattr(os, "sched_getaffinity")
    else tuple(range(os.cpu_count() or 1))
)
_IDENTITY = (
    *("vendor_id", "cpu family", "model", "stepping"),
    *("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision"),
)
"""Of /proc/cpuinfo, on x86 and on ARM."""
_STEAL_FIELD = 8  # of the "cpu" line of /proc/stat, see proc_stat(5)


def inspect_machine() -> Machine:
    """What is known of this machine now; unknown things are None, or missing from `details`."""
    cpu = _first_cpu()
    groups = siblings()
    facts = {
        "cpu": cpu_name(cpu),
        "cpu_identity": cpu_identity(cpu),
        "microcode": cpu.get("microcode", ""),
        "nominal_mhz": nominal_mhz(cpu) or "",
        "cores": str(len(available_cores())),
        "threads_per_core": str(max((len(group) for group in groups), default=1)),
        "memory_gib": str(round(psutil.virtual_memory().total / _GIB)),
        "kernel": ".".join(platform.release().split(".")[:2]),
        "hypervisor": _hypervisor(cpu) or "",
        "governor": text_of(_CPUS / "cpu0/cpufreq/scaling_governor") or "",
        "python": platform.python_version(),
        "python_optimised": str(python_optimised()),
    }
    text = "\n".join(f"{name}={value}" for name, value in sorted(facts.items()))
    return Machine(
        cpu_model=facts["cpu"],
        cores=int(facts["cores"]),
        threads_per_core=int(facts["threads_per_core"]),
        memory_bytes=psutil.virtual_memory().total,
        kernel=f"{platform.system()} {platform.release()}",
        hypervisor=facts["hypervisor"] or None,
        governor=facts["governor"] or None,
        python=facts["python"],
        python_optimised=python_optimised(),
        container_engine=None,  # an engine that uses one says so itself
        cgroup=cgroup_version(text_of(Path("/proc/self/mountinfo")) or ""),
        load_average=os.getloadavg()[0],
        fingerprint=hashlib.sha256(text.encode()).hexdigest()[:12],
        details=_details(cpu),
    )


def cpu_name(cpu: Mapping[str, str]) -> str:
    """What people call it; on ARM, where the kernel knows no name, implementer and part."""
    if name := cpu.get("model name"):
        return name
    if part := cpu.get("CPU part"):
        return f"{platform.machine()}, implementer {cpu.get('CPU implementer', '?')}, part {part}"
    return platform.processor() or platform.machine()


def cpu_identity(cpu: Mapping[str, str]) -> str:
    """The numbers by which processors of one name differ."""
    return " ".join(cpu[name] for name in _IDENTITY if name in cpu)


def nominal_mhz(cpu: Mapping[str, str]) -> str | None:
    """
    The frequency that the processor is sold with, in MHz; None if unknown.

    The momentary one changes with every look, but where a hypervisor states
    one number.
    """
    stated = text_of(_CPUS / "cpu0/cpufreq/base_frequency")
    stated = stated or text_of(_CPUS / "cpu0/cpufreq/cpuinfo_max_freq")
    if stated:
        return str(int(stated) // 1000)
    if "hypervisor" in cpu.get("flags", "").split() and "cpu MHz" in cpu:
        return str(round(float(cpu["cpu MHz"])))
    return None


def available_cores() -> tuple[int, ...]:
    """The processors that this process could use when it began."""
    return _AVAILABLE


def steal_s() -> float | None:
    """Seconds that the hypervisor has kept from all processors since boot; None if unknown."""
    fields = (text_of(Path("/proc/stat")) or "").split("\n", 1)[0].split()
    if len(fields) <= _STEAL_FIELD:
        return None
    return int(fields[_STEAL_FIELD]) / os.sysconf("SC_CLK_TCK")


def siblings() -> tuple[tuple[int, ...], ...]:
    """Groups of processors that are threads of one physical core; () if unknown."""
    groups = set[tuple[int, ...]]()
    for cpu in available_cores():
        text = text_of(_CPUS / f"cpu{cpu}/topology/thread_siblings_list")
        if text:
            groups.add(parse_cpu_list(text))
    return tuple(sorted(groups))


def parse_cpu_list(text: str) -> tuple[int, ...]:
    """The kernel's short form, "0,4-6", as numbers."""
    cpus: list[int] = []
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        if first:
            cpus.extend(range(int(first), int(last or first) + 1))
    return tuple(cpus)


def python_optimised() -> bool:
    """Whether this interpreter was built with profile-guided optimisation."""
    return "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))


def cgroup_version(mountinfo: str) -> str | None:
    """v1, v2 or hybrid, from the mounts that a process sees (proc_pid_mountinfo(5))."""
    kinds = set[str]()
    for line in mountinfo.splitlines():
        kinds.add(line.partition(" - ")[2].split(" ")[0])
    named = {(True, False): "v1", (False, True): "v2", (True, True): "hybrid"}
    return named.get(("cgroup" in kinds, "cgroup2" in kinds))


def _first_cpu() -> Mapping[str, str]:
    """The first block of /proc/cpuinfo."""
    block = (text_of(Path("/proc/cpuinfo")) or "").split("\n\n", 1)[0]
    pairs = (line.partition(":") for line in block.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _hypervisor(cpu: Mapping[str, str]) -> str | None:
    """What the firmware says it is, where the processor admits to being virtual."""
    if "hypervisor" not in cpu.get("flags", "").split():
        return None
    kind = text_of(Path("/sys/hypervisor/type"))
    product = text_of(Path("/sys/class/dmi/id/product_name"))
    vendor = text_of(Path("/sys/class/dmi/id/sys_vendor"))
    return kind or " ".join(part for part in (vendor, product) if part) or "unknown"


def _inside_container() -> str:
    for mark, engine in (("/.dockerenv", "docker"), ("/run/.containerenv", "podman")):
        if Path(mark).exists():
            return engine
    return ""


def _details(cpu: Mapping[str, str]) -> dict[str, str]:
    flags = set(cpu.get("flags", "").split())
    swap = psutil.swap_memory()
    details = {
        "architecture": platform.machine(),
        "flags": " ".join(flag for flag in _FLAGS if flag in flags),
        "inside_container": _inside_container(),
        "smt": text_of(_CPUS / "smt/control") or "",
        "cpu_identity": cpu_identity(cpu),
        "frequency_mhz": cpu.get("cpu MHz", ""),
        "nominal_mhz": nominal_mhz(cpu) or "",
        "frequency_driver": text_of(_CPUS / "cpu0/cpufreq/scaling_driver") or "",
        "turbo": _turbo(),
        "microcode": cpu.get("microcode", ""),
        "swap": f"{swap.used} of {swap.total} bytes used",
        "memory_available_bytes": str(psutil.virtual_memory().available),
        "transparent_hugepages": _chosen("/sys/kernel/mm/transparent_hugepage/enabled"),
        "mitigations": mitigations(),
        "steal_s_since_boot": str(steal_s()),
        "load_average": " ".join(f"{value:.2f}" for value in os.getloadavg()),
        "shared_memory_free_bytes": _free("/dev/shm"),
        **_handed_down(),
        "python_build": " ".join(platform.python_build()),
        "python_compiler": platform.python_compiler(),
    }
    for kind in ("cpu", "memory", "io"):
        details[f"pressure_{kind}"] = pressure(kind) or ""
    return {name: value for name, value in details.items() if value}


def _handed_down() -> dict[str, str]:
    """What programs that we start have of whoever started us, where it may change how fast they are."""
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    policy = os.sched_getscheduler(0) if hasattr(os, "sched_getscheduler") else 0
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return {
        "nice": str(nice) if nice else "",
        "scheduling_policy": str(policy) if policy else "",
        "open_files_limit": str(files),
        "passed_variables": " ".join(name for name in MEASURED if os.environ.get(name)),
    }


def pressure(kind: str) -> str | None:
    """The kernel's first line on stalls (some ...) of cpu, memory or io; None if it keeps none."""
    text = text_of(Path("/proc/pressure") / kind)
    return text.splitlines()[0] if text else None


def mitigations() -> str:
    """Against which processor faults the kernel works now, by name."""
    files = sorted((_CPUS / "vulnerabilities").glob("*"))
    active = [f.name for f in files if (text_of(f) or "").startswith("Mitigation")]
    return ", ".join(active)


def _turbo() -> str:
    off = text_of(_CPUS / "intel_pstate/no_turbo")
    boost = text_of(_CPUS / "cpufreq/boost")
    if off is not None:
        return "off" if off == "1" else "on"
    return {"0": "off", "1": "on"}.get(boost or "", "")


def _chosen(path: str) -> str:
    """The word in brackets of a kernel file that lists its choices."""
    text = text_of(Path(path)) or ""
    return text.partition("[")[2].partition("]")[0]


def _free(path: str) -> str:
    with contextlib.suppress(OSError):
        return str(shutil.disk_usage(path).free)
    return ""


def text_of(path: Path) -> str | None:
    """What a file of the kernel says; None if it is missing, closed or empty."""
    try:
        return path.read_text().strip() or None
    except OSError:
        return None


WINDOW_NS = 4_000_000
WINDOWS = 60
"""A quarter of a second of CPU time in all."""
ROUNDS = 500
"""Steps of one piece of work: some tens of microseconds."""


def speed_class(clock: Callable[[], int] = thread_time_ns) -> int:
    """
    How fast a core is, as a coarse class; comparable under one build of Python only. `clock` in ns.

    Virtual machines of one name may differ by a factor of two, and nothing that
    they say of themselves tells them apart. So a fixed piece of work is counted in
    short windows of the thread's own CPU time, and the fastest window decides: what
    disturbs only makes windows slower. A class is a factor of 1.41, many times what
    repetitions differ by, so half the speed is two classes.
    """
    return round(2 * log2(max(_rate(clock) for _ in range(WINDOWS)) * ROUNDS * 1e9))


def _rate(clock: Callable[[], int]) -> float:
    """Pieces of work per ns in one window."""
    begun, done = clock(), 0
    while (spent := clock() - begun) < WINDOW_NS:
        _work()
        done += 1
    return done / spent if done else 1 / WINDOW_NS


def _work() -> int:
    value = 1
    for _ in range(ROUNDS):
        value = (value * 1_103_515_245 + 12_345) & 0x7FFFFFFF
    return value
