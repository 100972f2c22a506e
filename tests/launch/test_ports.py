from __future__ import annotations

import socket

import pytest

from ipdash.launch import ports
from ipdash.launch.errors import LaunchError


def test_a_free_port_is_taken_as_wanted_and_a_taken_one_gives_the_next() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert ports.free_port("127.0.0.1", taken) > taken
    assert ports.free_port("127.0.0.1", taken) == taken


def test_an_address_that_is_not_of_this_machine_is_refused_in_words() -> None:
    with pytest.raises(LaunchError, match="不是本机的地址"):
        ports.free_port("192.0.2.1", 8000)
    with pytest.raises(LaunchError, match="无法识别的地址"):
        ports.free_port("no such host", 8000)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]"])
def test_loopback_addresses_are_known(host: str) -> None:
    assert ports.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "example.org", "127.0.0.1.example.org"])
def test_everything_else_counts_as_reached_from_outside(host: str) -> None:
    assert not ports.is_loopback(host)


def test_a_server_is_reached_under_its_own_address_and_the_local_names() -> None:
    assert ports.names("10.1.2.3") == ["localhost", "127.0.0.1", "[::1]", "10.1.2.3"]
    assert socket.gethostname() in ports.names("0.0.0.0")
    assert "*" not in ports.names("0.0.0.0")


def test_the_printed_address_can_be_opened() -> None:
    assert ports.address("127.0.0.1", 8000) == "http://127.0.0.1:8000/"
    assert ports.address("0.0.0.0", 8000) == "http://127.0.0.1:8000/"
    assert ports.address("::1", 8000) == "http://[::1]:8000/"
