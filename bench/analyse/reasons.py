"""
The closed list of reasons to doubt, with the limits that fire them.

A window is never void for being slow: every reason looks at something other
than the number that is measured. Sources of the limits: the machine's noise
as measured, and what other tools of this field found to be harmless.
"""

from bench.model.warning import Reason, Scope


GENERATOR_SHARE = 0.85
"""Of its core; above it the generator may be what was measured."""
CEILING_SHARE = 0.85
"""Of the calibrated ceiling; above it the generator may be what was measured."""
OFFERED_SHARE = 0.99
"""Of the requests due in an open loop that must have been answered."""
LATE_SHARE = 0.01
"""Of the sends of an open loop that the generator may send more than 5 ms late."""
IDLE_SHARE = 0.01
"""Of one core, that all servers together may use while another is visited..."""
IDLE_SHARE_EACH = 0.0025
"""...or this for each of them, if that is more: an event loop that rests looks at
the clock some ten times a second, which was seen to take 0.17 % of a core."""


def idle_limit(servers: int) -> float:
    """Of one core: how much the servers of a round may use together while one of them is visited."""
    return max(IDLE_SHARE, (servers - 1) * IDLE_SHARE_EACH)


FLOOR_RATIO = 1.3
"""How far the best bare server must be ahead of a target for that to be the limit."""
CONNECTIONS_APART = 0.1
"""Connections opened for each request: how far two targets may differ."""
COUNTING_SHARE = 0.5
"""Of a trial's windows, below which its round has no value for that cell."""
VOID_SHARE = 0.1
"""Of the windows that may be void before the run decides nothing."""
FEWEST_ROUNDS = 6
"""Below this a verdict would rest on luck."""
TWIN_P = 0.01
"""Holm-adjusted; a sound run falls below it once in a hundred."""
STEAL_SHARE = 0.05
"""Of the processors' time, over a visit."""
STEAL_WINDOWS = 0.2
"""Of the windows with so much steal before the reader is told."""
FOREIGN_SHARE = 0.1
"""Of the time of the server's cores, that went to nobody of this run."""
WAIT_SHARE = 0.1
"""Of a window, that the generator stood ready and did not run."""
SWAPPED_PAGES = 256
"""In a window, out or in: a megabyte. Fewer are what any system moves about."""
FREQUENCY_APART = 0.05
"""Of the highest: how far the windows' frequencies may lie apart."""
LITTLE = 0.05
"""How far clients and throughput x mean latency may differ, beside what the window's edges cut off."""
DRIFT = 0.02
"""Change during a round that a warm server does not show."""
GROWTH = 0.1
"""Of its memory, that a server may gain from the first cycle to the last, if it gains in each;
warm servers were seen to gain up to 2 %, in one step."""
DRIFT_P = 0.01
"""Holm-adjusted over all cells."""


GENERATOR = Reason(
    "generator",
    "The load generator was near its own limit",
    Scope.THROUGHPUT,
    "Give the generator a core of its own, or compare CPU time per request, which stands.",
)
CEILING = Reason(
    "ceiling",
    "The rate is near what the generator could send when it was calibrated",
    Scope.THROUGHPUT,
    "Give the generator more or faster cores, or calibrate again on a quieter machine (bench calibrate).",
)
UNCALIBRATED = Reason(
    "uncalibrated",
    "This machine's generator was not shown to be right",
    Scope.NOTE,
    "Run bench calibrate once; it takes some minutes and is shown in every later report.",
)
FLOOR = Reason(
    "floor",
    "The bare server is hardly faster",
    Scope.THROUGHPUT,
    "Give generator and server cores of their own; until then the throughput ratio is a lower bound.",
)
ERRORS = Reason(
    "errors",
    "Wrong or failed answers",
    Scope.WINDOW,
    "Play the contract against the target (bench check) and read its log in the run folder.",
)
SILENT = Reason(
    "silent",
    "Not one answer in the whole window",
    Scope.WINDOW,
    "Look into the logs of the target and of the database in the run folder, which may have stood still; where one answer takes longer than a window, or the server replaces its workers (--max-requests), make windows longer (--measure-s).",
)
WORKER = Reason(
    "worker",
    "A load worker was lost",
    Scope.WINDOW,
    "Read logs/generator.log in the run folder, which also names a word to go that came too late, or look at the machine of that worker; the windows after it went on without it or with another.",
)
OFFERED = Reason(
    "offered",
    "The offered rate was not reached",
    Scope.WINDOW,
    "Offer less than the target's capacity, or more connections.",
)
LATE = Reason(
    "late",
    "Requests were sent late",
    Scope.WINDOW,
    "Give the generator a core of its own, or offer less.",
)
BUSY = Reason(
    "busy",
    "The generator was too busy to time answers",
    Scope.WINDOW,
    "Offer less in the open loop, or give the generator a core of its own.",
)
COUNT = Reason(
    "count",
    "The generator's record and Locust's statistics disagree",
    Scope.WINDOW,
    "This is a fault of the harness: please report it with the run folder.",
)
CONNECTIONS = Reason(
    "connections",
    "Connections per request differ",
    Scope.WINDOW,
    "Compare servers that both keep connections alive; a new connection for each request measures connecting.",
)
IDLE = Reason(
    "idle",
    "Servers worked while another was visited",
    Scope.WINDOW,
    "Look for background work in the server named most often; the others must rest.",
)
THROTTLED = Reason(
    "throttled",
    "The processor quota stopped the server",
    Scope.WINDOW,
    "Run without a CPU quota, or with one that is a whole number of cores.",
)
HOT = Reason(
    "hot",
    "Heat slowed the server's processor down",
    Scope.WINDOW,
    "Cool the machine, or set a lower fixed frequency for the whole run.",
)
SWAP = Reason(
    "swap",
    "Memory went to swap and back",
    Scope.WINDOW,
    "Close what fills the memory, or measure fewer targets at once.",
)
LITTLE_LAW = Reason(
    "little",
    "Clients, throughput and latency contradict each other",
    Scope.WINDOW,
    "Clients must equal throughput x mean latency: this is a fault of the harness, please report it with the run folder.",
)
RESTARTED = Reason(
    "restarted",
    "The server closed its connections and paused",
    Scope.NOTE,
    "Throughput counts the pause, response times lack the requests that waited at a window's end. A server that replaces its workers (--max-requests) does so; longer windows (--measure-s) hold whole pauses.",
)
FOREIGN = Reason(
    "foreign",
    "Somebody else used the server's core",
    Scope.SPEED,
    "Find it (top, sorted by CPU), end it and measure again; CPU time per request moves, too, as caches are shared.",
)
WAITED = Reason(
    "waited",
    "The generator had to wait for its core",
    Scope.NOTE,
    "Close what else runs here, or give the generator a core of its own; until then response times hold its waiting too.",
)
FREQUENCY = Reason(
    "frequency",
    "The processor changed its speed",
    Scope.NOTE,
    "Set the governor to performance; windows of seconds in random order keep ratios fair meanwhile.",
)
VOID = Reason(
    "void",
    "Too many windows are void",
    Scope.RUN,
    "Remove the causes listed beside this and measure again.",
)
ROUNDS = Reason(
    "rounds",
    "Too few rounds",
    Scope.RUN,
    f"Measure at least {FEWEST_ROUNDS} rounds: the quick profile does.",
)
TWIN = Reason(
    "twin",
    "A target differs from itself",
    Scope.RUN,
    "Close what else runs on this machine and measure again; if it stays, report it.",
)
MACHINE = Reason(
    "machine",
    "The machine changed during the run",
    Scope.RUN,
    "Find what changed (cores, memory, governor, kernel), keep it still, and start a new run.",
)
AFRESH = Reason(
    "afresh",
    "Servers were not started afresh",
    Scope.RUN,
    "Ratios and intervals are of the processes that stood there; for a verdict on what they run, let the harness start it: --engine local or compose.",
)
RESUMED = Reason(
    "resumed",
    "A round was interrupted and continued",
    Scope.NOTE,
    "Its servers were started twice and some of its pairs are far apart in time, which widens intervals; a run without interruption is better to quote.",
)
STOPPED = Reason(
    "stopped",
    "The run was broken off",
    Scope.NOTE,
    "Mend the cause; bench run --resume goes on with what is missing, and measures again only what was under way.",
)
LOOKS = Reason(
    "looks",
    "The run ended between two planned looks",
    Scope.NOTE,
    "Let the run go on to its next look (bench run --resume).",
)
DATABASE = Reason(
    "database",
    "More database connections than the others may use",
    Scope.NOTE,
    "Set the pool of that target to the number that all targets have.",
)
STEAL = Reason(
    "steal",
    "The hypervisor took processor time away",
    Scope.NOTE,
    "Absolute numbers moved; ratios were paired within seconds. A quieter machine narrows them.",
)
PYTHON = Reason(
    "python",
    "The targets’ Python was not configured for profile-guided optimisation",
    Scope.NOTE,
    "All targets ran on it, so ratios are fair; an optimised build is faster for everybody. A distribution’s Python may be optimised without saying so.",
)
CORES = Reason(
    "cores",
    "Server, load or database shared cores",
    Scope.NOTE,
    "With four physical cores or more of its own nothing has to share; CPU time per request suffers least.",
)
WARMING = Reason(
    "warming",
    "A server was still changing during the round",
    Scope.NOTE,
    "Raise the number of warm-up requests, for all targets alike.",
)
GROWING = Reason(
    "growing",
    "A server’s memory grew all the time",
    Scope.NOTE,
    "Look for what it keeps (a leak, a cache without bound): its memory is that of so many requests, and more of them would need more.",
)
FAILED = Reason(
    "failed",
    "A target failed in some rounds",
    Scope.NOTE,
    "Its pairs are missing from those rounds; the message and the log are in the run folder.",
)

REASONS = (
    *(TWIN, MACHINE, AFRESH, ROUNDS, VOID, GENERATOR, CEILING, FOREIGN, FLOOR),
    *(
        ERRORS,
        SILENT,
        OFFERED,
        WORKER,
        LATE,
        BUSY,
        COUNT,
        LITTLE_LAW,
        RESTARTED,
        CONNECTIONS,
        IDLE,
    ),
    *(THROTTLED, HOT, SWAP, STOPPED, FAILED, WARMING, GROWING, RESUMED, LOOKS),
    *(DATABASE, WAITED, FREQUENCY, STEAL, PYTHON, CORES, UNCALIBRATED),
)
"""In the order in which a reader should meet them."""
