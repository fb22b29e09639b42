"""What of the user's shell reaches a child."""

from bench.child_environment import NETWORK, child_environment


SHELL = {
    "PATH": "/usr/bin",
    "HOME": "/home/reader",
    "LANG": "",
    "HTTPS_PROXY": "http://proxy.invalid:8080",
    "PYTHONPATH": "/elsewhere",
    "UV_SYSTEM_PYTHON": "1",
}


def test_only_what_is_named_passes() -> None:
    """Names outside the lists and empty variables stay behind; own values go first."""
    assert child_environment(SHELL) == {"PATH": "/usr/bin", "HOME": "/home/reader"}
    assert child_environment(SHELL, NETWORK, HOME="/tmp", MARK="1") == {
        "PATH": "/usr/bin",
        "HOME": "/tmp",
        "HTTPS_PROXY": "http://proxy.invalid:8080",
        "MARK": "1",
    }


def test_a_child_has_a_path_in_any_case() -> None:
    """Without PATH in the shell it is the system's default one."""
    assert child_environment({}).keys() == {"PATH"}
