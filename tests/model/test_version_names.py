"""Names of versions that were asked for: what is put together is taken apart again."""

import pytest

from bench.model.version_names import taken_apart, version_name


@pytest.mark.parametrize(
    ("own", "asked", "installed"),
    [
        ("3.1.3", {}, {"Flask": "3.1.3"}),
        ("3.1.3", {"gunicorn": "26.2.0"}, {"gunicorn": "26.2.0"}),
        ("0.165.0", {"pydantic": "2.11.10", "uvicorn": "0.40.0"}, {"pydantic": "2.11.10", "uvicorn": "0.40.0"}),
        ("git-1a2b3c4", {"werkzeug": "git-5d6e7f8"}, {"Werkzeug": "3.2.0.dev0"}),
        ("3.1.3", {"werkzeug": "url"}, {"Werkzeug": "3.2.0.dev0"}),
        ("3.1.3", {"flask-sqlalchemy": "3.1.1"}, {"Flask_SQLAlchemy": "3.1.1", "sqlalchemy": "3.1.1"}),
    ],
)  # fmt: skip
def test_a_name_is_taken_apart(
    own: str, asked: dict[str, str], installed: dict[str, str]
) -> None:
    """However a distribution writes its own name."""
    everything = {**installed, "python-dotenv": "1.2.4"}
    assert taken_apart(version_name(own, asked), everything) == (own, asked)


def test_a_local_release_is_found_though_its_sign_cannot_be_in_a_name() -> None:
    """1.0+cu12 becomes 1.0-cu12."""
    name = version_name("3.1.3", {"lib": "1.0+cu12"})
    assert name == "3.1.3-lib-1.0-cu12"
    assert taken_apart(name, {"lib": "1.0+cu12"}) == ("3.1.3", {"lib": "1.0-cu12"})


@pytest.mark.parametrize(
    "installed", [{}, {"lib-core": "2.1"}, {"lib": "2.10"}, {"core-lib": "2.10"}]
)
def test_a_package_is_not_another_whose_name_begins_alike(
    installed: dict[str, str],
) -> None:
    """2.1 is not 2.10, lib is not lib-core, and nothing is known without an environment."""
    name = "1.0-lib-core-2.10"
    assert taken_apart(name, installed) == (name, {})
