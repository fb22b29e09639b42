"""Requests as JSON on stdin, replies as JSON on stdout, through the test client."""

import json
import os
import sys

import django
from django.test import Client


os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
client = Client()
replies = []
for one in json.load(sys.stdin):
    reply = client.generic(
        one["method"],
        one["path"],
        one["body"] or "",
        content_type=one["content_type"] or "application/octet-stream",
    )
    replies.append(
        {
            "status": reply.status_code,
            "content_type": reply.headers.get("Content-Type", ""),
            "body": reply.content.decode(),
        }
    )
json.dump(replies, sys.stdout)
