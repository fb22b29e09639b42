"""One folder for the reports of a session, whichever worker writes them."""

import pytest

from tests.report.pages import Shared


@pytest.fixture(scope="session", autouse=True)
def reports(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
    """Beside the workers' own folders, or in the only one."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "reports"
    folder.mkdir(exist_ok=True)
    Shared.folder = folder
