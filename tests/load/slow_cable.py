"""
A cable between two network namespaces that takes its time and loses packets.

`python -m tests.load.slow_cable` holds both ends as TUN devices and carries
each packet over after the delay, but for those that chance drops. The kernel
need not know how to make a way slow (netem), as many kernels do not.
"""

import fcntl
import json
import math
import os
import random
import selectors
import struct
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field


# linux/if_tun.h: TUNSETIFF; a device of the network layer, packets as they are.
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
PACKET_BYTES = 65_535


@dataclass(frozen=True, slots=True)
class End:
    """One end: the namespace, the device's name there, its address."""

    space: str
    device: str
    address: str


@dataclass
class Direction:
    """What is on its way from one end to the other; in order, since all take the same time."""

    into: int
    under_way: deque[tuple[float, bytes]] = field(default_factory=deque)
    carried: int = 0
    lost: int = 0

    def take(self, packet: bytes, arrives: float, is_lost: bool) -> None:
        """One more packet, or one that never arrives."""
        if is_lost:
            self.lost += 1
        else:
            self.under_way.append((arrives, packet))

    def deliver(self, now: float) -> float:
        """Hand over what is due; seconds until the next one, infinite if there is none."""
        while self.under_way and self.under_way[0][0] <= now:
            os.write(self.into, self.under_way.popleft()[1])
            self.carried += 1
        return self.under_way[0][0] - now if self.under_way else math.inf


def plugged(end: End) -> int:
    """The file of a new device, which is then moved to its namespace and gets its address."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    asked = struct.pack("16sH22x", end.device.encode(), IFF_TUN | IFF_NO_PI)
    fcntl.ioctl(device, TUNSETIFF, asked)
    there = ["ip", "-n", end.space]
    for words in (
        ["ip", "link", "set", end.device, "netns", end.space],
        [*there, "address", "add", end.address, "dev", end.device],
        [*there, "link", "set", end.device, "up"],
    ):
        subprocess.run(words, check=True, capture_output=True, text=True)
    return device


def carry(ends: tuple[int, int], delay_s: float, loss: float, until: float) -> None:
    """Carry packets both ways until standard input closes, or the time is over; then tell how many."""
    chance = random.Random(1)
    ways = {ends[0]: Direction(ends[1]), ends[1]: Direction(ends[0])}
    with selectors.DefaultSelector() as selector:
        for file in (*ends, sys.stdin.fileno()):
            selector.register(file, selectors.EVENT_READ)
        while (now := time.monotonic()) < until:
            wait_s = min(1.0, *(way.deliver(now) for way in ways.values()))
            ready = [key.fd for key, _ in selector.select(wait_s)]
            if sys.stdin.fileno() in ready:
                break
            for file in ready:
                packet = os.read(file, PACKET_BYTES)
                arrives = time.monotonic() + delay_s
                ways[file].take(packet, arrives, chance.random() < loss)
    counts = [{"carried": way.carried, "lost": way.lost} for way in ways.values()]
    json.dump(counts, sys.stdout)


def main() -> None:
    """One cable: its ends, its delay and its loss as JSON in the arguments; at most five minutes."""
    asked = json.loads(sys.argv[1])
    first, second = (plugged(End(**end)) for end in asked["ends"])
    sys.stdout.write("plugged\n")
    sys.stdout.flush()
    carry((first, second), asked["delay_s"], asked["loss"], time.monotonic() + 300)


if __name__ == "__main__":
    main()
