"""Run pytest with every network but loopback cut off: ``python -m tests.offline [arguments]``.

On Linux the process moves into a network namespace of its own, where only loopback exists; what it
starts (kernels, servers, a browser) is in there with it. Elsewhere the tests run with the network
as it is, and the summary says so.
"""

import ctypes
import os
import socket
import struct
import sys
from pathlib import Path

_VARIABLE = "NETWORK_IN_TESTS"  # how the outcome reaches the tests
CUT = "cut off but for loopback"
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1


def cut_network():
    """Leave this process and its children with loopback alone.

    Raises
    ------
    OSError
        Where the system has no network namespaces, or refuses one.
    """
    if not sys.platform.startswith("linux"):
        raise OSError(f"{sys.platform} has no network namespaces")
    user, group = os.getuid(), os.getgid()
    _unshare(_CLONE_NEWNET if user == 0 else _CLONE_NEWNET | _CLONE_NEWUSER)
    if user != 0:  # in a user namespace of one's own one stays who one is
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    import fcntl

    with socket.socket() as any_socket:  # loopback starts switched off
        request = struct.pack("16sH", b"lo", _IFF_UP).ljust(40, b"\0")
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)


def _unshare(flags):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        number = ctypes.get_errno()
        raise OSError(number, f"a network namespace was refused: {os.strerror(number)}")


def state():
    """Whether the network is cut off, or why not."""
    return os.environ.get(_VARIABLE, "not cut off: pytest was not started by tests.offline")


def main():
    """Cut the network where that is possible, then run pytest."""
    try:
        cut_network()
        os.environ[_VARIABLE] = CUT
    except OSError as error:
        os.environ[_VARIABLE] = f"not cut off: {error}"
    import pytest

    return pytest.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
