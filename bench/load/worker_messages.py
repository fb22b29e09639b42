"""What master and workers say to each other: custom messages in Locust's own protocol."""

JOIN, JOINED = "bench_join", "bench_joined"
"""A worker shows who it is; the master shows the same, or says why not."""

ASK, ANSWER = "bench_ask", "bench_answer"
"""The master asks one thing of one worker; the answer has the number of the question."""
