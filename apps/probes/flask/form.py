"""A form that changes something for whoever is logged in; nothing beside the defaults."""

from flask import Flask, request, session


app = Flask(__name__)
app.secret_key = "a key for a probe that lives for seconds"
balance = {"euros": 100}


@app.get("/login")
def login() -> str:
    session["user"] = "ada"
    return "welcome"


@app.post("/transfer")
def transfer() -> tuple[str, int]:
    if session.get("user") != "ada":
        return "who are you?", 401
    balance["euros"] -= int(request.form["euros"])
    return "sent", 200


@app.get("/balance")
def show() -> str:
    return str(balance["euros"])


@app.get("/healthz")
def healthz() -> str:
    return "ok"
