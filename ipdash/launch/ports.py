"""Which address to listen on, and under which names it is reached."""

from __future__ import annotations

import errno
import ipaddress
import socket

from ipdash.launch.errors import LaunchError

TRIES = 100


def is_loopback(host: str) -> bool:
    """Reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_everywhere(host: str) -> bool:
    return host in {"0.0.0.0", "::", "[::]"}  # noqa: S104  it is recognised here, not listened on


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next one that is free. Raises LaunchError where none is, or the address is not ours."""
    for port in range(wanted, min(wanted + TRIES, 65536)):
        if _is_free(host, port):
            return port
    raise LaunchError(f"从 {wanted} 起的 {TRIES} 个端口都被占用。请用 --port 指定另一个端口。")


def _is_free(host: str, port: int) -> bool:
    try:
        family, _, _, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise LaunchError(f"无法识别的地址 {host}。请用 --host 指定本机的地址，例如 127.0.0.1。") from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server itself does: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError:
            raise LaunchError(
                f"没有使用端口 {port} 的权限（1024 以下的端口只有管理员能用）。请用 --port 指定另一个端口。"
            ) from None
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise LaunchError(f"地址 {host} 不是本机的地址。请用 --host 指定本机的地址。") from None
            return False
        probe.listen()
    return True


def names(host: str) -> list[str]:
    """The names under which a server on this host is asked for: ALLOWED_HOSTS where none are given."""
    found = ["localhost", "127.0.0.1", "[::1]"]
    if is_everywhere(host):
        name = socket.gethostname()
        try:
            addresses = [str(item[4][0]) for item in socket.getaddrinfo(name, None)]
        except socket.gaierror:
            addresses = []
        found += [name, *addresses]
    else:
        found.append(host)
    return list(dict.fromkeys(f"[{item}]" if ":" in item and not item.startswith("[") else item for item in found))


def address(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    shown = "127.0.0.1" if is_everywhere(host) else host
    shown = f"[{shown}]" if ":" in shown and not shown.startswith("[") else shown
    return f"http://{shown}:{port}/"
