"""A port for a program that must be told one."""

import errno
import random
import socket

# Below those that systems hand out to whoever asks for any: another test would get it meanwhile.
_PORTS = range(10_000, 32_768)


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens, and which nobody gets who asks for any."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
