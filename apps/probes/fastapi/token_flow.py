"""The OAuth 2.0 password flow by the framework's own helpers."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm


app = FastAPI()
bearer = OAuth2PasswordBearer(tokenUrl="token")
TOKENS = {"token-of-ada": "ada"}


@app.post("/token")
async def token(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
) -> dict[str, str]:
    if (form.username, form.password) != ("ada", "engine"):
        raise HTTPException(400, "wrong name or password")
    return {"access_token": "token-of-ada", "token_type": "bearer"}


@app.get("/me")
async def me(token: Annotated[str, Depends(bearer)]) -> dict[str, str]:
    if token not in TOKENS:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return {"user": TOKENS[token]}


@app.get("/healthz")
async def healthz() -> dict[str, bool]:
    return {"ok": True}
