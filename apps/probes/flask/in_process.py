"""Requests as JSON on stdin, replies as JSON on stdout, through the test client."""

import json
import sys

from app import app


client = app.test_client()
replies = []
for one in json.load(sys.stdin):
    kind = {"content_type": one["content_type"]} if one["content_type"] else {}
    reply = client.open(one["path"], method=one["method"], data=one["body"], **kind)
    replies.append(
        {
            "status": reply.status_code,
            "content_type": reply.headers.get("Content-Type", ""),
            "body": reply.get_data(as_text=True),
        }
    )
json.dump(replies, sys.stdout)
