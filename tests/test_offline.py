"""The tests run without a network: neither they nor what they start can reach out."""

import errno
import socket
import subprocess
import sys

import pytest
from jupyter_client.manager import start_new_kernel

from tests.offline import CUT, state

# 192.0.2.1 is reserved for documentation (RFC 5737); no machine has it.
REACH_OUT = """
import socket
try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)
    print("reached")
except OSError as error:
    print(error.errno)
"""


@pytest.fixture(autouse=True)
def network():
    if state() != CUT:
        pytest.skip(f"NOT TESTED: the network is {state()}")


def test_a_process_cannot_reach_out():
    done = subprocess.run(
        [sys.executable, "-c", REACH_OUT], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == str(errno.ENETUNREACH), done


def test_names_are_not_resolved():
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.org", 80)


def test_a_kernel_works_and_cannot_reach_out():
    manager, client = start_new_kernel()
    try:
        printed = []
        client.execute_interactive(
            REACH_OUT,
            timeout=60,
            output_hook=lambda m: printed.append(m["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "".join(printed).strip() == str(errno.ENETUNREACH)


def test_loopback_is_there():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname(), timeout=5):
            pass
