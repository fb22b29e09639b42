"""What a calibration means for a run that is about to begin."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.errors import EnvironmentFailure
from bench.model.calibration import Calibration
from bench.model.plan import Plan


OLD = timedelta(days=30)
"""After that the machine may be another one under the same name."""


def remarks(calibration: Calibration | None, now: datetime) -> Iterator[str]:
    """What a person should know before the run, a line each; nothing where all is well."""
    if calibration is None:
        yield "this machine was never calibrated: `bench calibrate` takes some minutes, and the page will say what the generator can do here"
        return
    age = now - datetime.fromisoformat(calibration.created_at).astimezone(UTC)
    if age < timedelta(0):
        yield f"the last calibration is of {calibration.created_at[:10]}, which is still to come: the clock of this machine was set; bench calibrate"
    if age > OLD:
        yield f"the last calibration is {age.days} days old: bench calibrate"
    if calibration.untold:
        yield "the last calibration could not tell everything, as the machine was busy: bench calibrate when it is quieter"
    for proof in calibration.failed:
        yield f"the calibration of {calibration.created_at[:10]} failed on: {proof.title} {proof.measured} (limit: {proof.limit})"


def refuse_beyond(calibration: Calibration | None, plan: Plan) -> None:
    """EnvironmentFailure where the plan wants a rate that the generator does not reach here."""
    if calibration is None or calibration.open_ceiling_rps is None:
        return
    wanted = [cell.load.rate_rps or 0.0 for cell in plan.cells]
    highest = max(wanted, default=0.0)
    # One process was calibrated; workers on cores of their own add up.
    ceiling = calibration.open_ceiling_rps * plan.senders
    if highest > ceiling:
        raise EnvironmentFailure(
            f"the plan wants {highest:,.0f} requests/s in an open loop; the generator "
            f"kept {ceiling:,.0f} here on {calibration.created_at[:10]}",
            "lower rates_rps in the profile, use a machine with more cores, or calibrate again: bench calibrate",
        )
