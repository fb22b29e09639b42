"""Another extent than a profile's own: fewer or more rounds, clients, seconds."""

from dataclasses import dataclass, replace

from bench.model.plan import Profile


@dataclass(frozen=True, slots=True)
class Extent:
    """What was asked for instead of a profile's; None: as the profile has it."""

    rounds: int | None = None  # the most; its looks before that stay
    clients: int | None = None
    measure_s: float | None = None  # of every headline window, warm-up apart


AS_THE_PROFILE = Extent()


def with_extent(profile: Profile, asked: Extent) -> Profile:
    """
    The profile with that extent; its experiments and open loops keep their own.

    Verdicts are withheld where it is below the profile's own: its first look,
    its clients or its windows are what they need.
    """
    looks = profile.looks
    if asked.rounds is not None:
        looks = (*(n for n in looks if n < asked.rounds), asked.rounds)
    clients = asked.clients if asked.clients is not None else profile.clients
    measure_s = asked.measure_s if asked.measure_s is not None else profile.measure_s
    less = {
        "rounds": looks[-1] < profile.looks[0],
        "clients": clients < profile.clients,
        "measure_s": measure_s < profile.measure_s,
    }
    below = tuple(name for name, is_less in less.items() if is_less)
    return replace(
        profile,
        looks=looks,
        clients=clients,
        measure_s=measure_s,
        verdicts=profile.verdicts and not below,
        below=below if profile.verdicts else (),
    )
