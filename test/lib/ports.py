"""Free TCP ports on 127.0.0.1."""
import socket

_given = set()


def free_ports(count):
    """Distinct ports nobody listens on, and that this process has not handed out before."""
    held, found = [], []
    try:
        while len(found) < count:
            probe = socket.socket()
            held.append(probe)  # held until all are found, so that the kernel does not offer one twice
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            if port not in _given:
                _given.add(port)
                found.append(port)
    finally:
        for probe in held:
            probe.close()
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
