"""A conversation: requests one after the other, cookies kept, each answer checked."""

import http.client
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie

from bench.model.exchange import Reply
from bench.model.probe import Send
from bench.run.http_client import connected
from bench.run.probe_session import ObservedRequests, ProbeSession


class Visitor:
    """Sends like a browser that honours nothing: every cookie goes back, everywhere."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._cookies: dict[str, str] = {}
        self.cookie_words: list[str] = []  # the Set-Cookie headers as they came

    def send(self, request: Send, taken: Mapping[str, str]) -> Reply:
        """The reply to one request; OSError or HTTPException when there is none."""
        body = filled(request.body, taken).encode() if request.body else None
        headers = {n: filled(v, taken) for n, v in request.headers.items()}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self._cookies.items())
        with connected(self._host, self._port) as connection:
            path = filled(request.path, taken)
            connection.request(request.method, path, body, headers)
            return self._read(connection.getresponse())

    def _read(self, response: http.client.HTTPResponse) -> Reply:
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookie_words.append(line)
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, response.read(), headers)


def conversation(stand: ProbeSession) -> ObservedRequests:
    """Send all, stop at nothing: a later answer may show what an earlier one did."""
    visitor = Visitor(stand.host, stand.port)
    taken: dict[str, str] = {}
    faults, evidence, told = [], [], []
    for request in stand.case.sends:
        reply = visitor.send(request, taken)
        fault = wrong(request, reply, taken)
        faults += [f"{request.why}: {fault}"] if fault else []
        told.append(f"{request.why}: {reply.status}")
        mark = "as asked" if fault is None else "NOT as asked"
        evidence.append(
            f"{request.why}: {request.method} {request.path} {reply.status}, {mark}"
        )
    cookies = dict.fromkeys(map(cookie_rules, visitor.cookie_words))
    evidence += [f"cookie {words}" for words in cookies]
    sent = f"{len(stand.case.sends)} requests: " + "; ".join(
        f"{one.method} {one.path}" for one in stand.case.sends
    )
    back = "; ".join(faults) or f"every answer as asked ({', '.join(told)})"
    return ObservedRequests(not faults, sent, back, tuple(evidence))


def wrong(request: Send, reply: Reply, taken: dict[str, str]) -> str | None:
    """What is wrong with a reply, or None; what it hands on is put into `taken`."""
    text = reply.body.decode(errors="replace")
    if reply.status not in request.status:
        asked = " or ".join(map(str, request.status))
        return f"status {reply.status}, not {asked}"
    # White space in JSON differs between libraries and says nothing.
    dense = re.sub(r"\s", "", text)
    for part in request.contains:
        if part not in text and re.sub(r"\s", "", part) not in dense:
            return f"its body does not hold {part!r}"
    for part in request.lacks:
        if part in text:
            return f"its body holds {part!r}"
    for name, pattern in request.take.items():
        found = re.search(pattern, text)
        if found is None:
            return f"its body holds no {name}"
        taken[name] = found[1]
    return None


def filled(text: str, taken: Mapping[str, str]) -> str:
    """What earlier answers handed out, where its {name} stands."""
    for name, value in taken.items():
        text = text.replace("{" + name + "}", value)
    return text


def cookie_rules(line: str) -> str:
    """A Set-Cookie header without the value: its name and its rules."""
    first, *rules = [part.strip() for part in line.split(";")]
    kept = [
        rule for rule in rules if rule.lower().split("=")[0] not in {"expires", "path"}
    ]
    return "; ".join([first.partition("=")[0], *kept])
