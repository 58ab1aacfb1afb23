"""Free TCP ports on 127.0.0.1."""
import random
import socket

# Below the ports the kernel gives to outgoing connections (32768 and up on Linux): nobody takes one between our looking and
# the server's start. At random, because tests run in several processes at once.
FIRST, LAST = 12000, 32000

_given = set()


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count):
    """Distinct ports nobody listens on, and that this process has not handed out before."""
    found = []
    while len(found) < count:
        port = random.SystemRandom().randrange(FIRST, LAST)
        if port not in _given and is_free(port):
            _given.add(port)
            found.append(port)
    return found


def free_port():
    return free_ports(1)[0]


def answers(port, host="127.0.0.1"):
    """True when somebody accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False
