"""Requests as JSON on stdin, replies as JSON on stdout, through the test client."""

import json
import sys

from fastapi.testclient import TestClient

from app import app


replies = []
with TestClient(app) as client:
    for one in json.load(sys.stdin):
        kind = {"content-type": one["content_type"]} if one["content_type"] else {}
        reply = client.request(
            one["method"], one["path"], content=one["body"], headers=kind
        )
        replies.append(
            {
                "status": reply.status_code,
                "content_type": reply.headers.get("content-type", ""),
                "body": reply.text,
            }
        )
json.dump(replies, sys.stdout)
