"""The three sites: stand-ins on one machine for machines somewhere else.

A site is a network namespace with one cable to this machine, a process namespace, and a mount namespace whose root
holds the system's libraries, a Python environment and the site's own disk with a copy of `martlet`. It has no route to
anywhere; the firewall lets it reach two ports: the control plane's and its own store's. Where namespaces are not
permitted, a site is a folder.
"""

import os
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

# Sites of one demo; a second demo on the same machine takes the next four networks.
NETWORKS_OF_A_DEMO = 4
LAST_DEMO = 62


def run(*command: str, check: bool = True) -> subprocess.CompletedProcess:
    return subprocess.run(command, check=check, capture_output=True, text=True)


def descendants(process: int) -> list[int]:
    """All processes that descend from one, the nearest first."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            child, rest = stat.read_text().split(" ", 1)
        except OSError:
            continue
        children.setdefault(int(rest.rsplit(")", 1)[1].split()[1]), []).append(int(child))
    found = [process]
    for each in found:
        found += children.get(each, [])
    return found[1:]


def free_port(address: str, wanted: int = 0) -> int:
    """`wanted` when nobody listens there, else any port that is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
                return probe.getsockname()[1]
            except OSError:
                continue
    raise OSError(f"no free port at {address}")


def why_no_namespaces() -> str | None:
    """Why sites cannot be namespaces here; nothing when they can."""
    if os.geteuid() != 0:
        return "not root"
    for tool in ("ip", "iptables", "nsenter", "unshare"):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    probe = run("unshare", "--net", "--mount", "--pid", "--fork", "iptables", "-L", "-n", check=False)
    return probe.stderr.strip().splitlines()[-1] if probe.returncode else None


@dataclass
class Site:
    """One site. `number` counts from 1."""

    name: str
    number: int
    folder: Path
    python: Path
    programs: Path
    worker: subprocess.Popen | None = None
    # How the control plane's side is reached from the site.
    host: str = "127.0.0.1"
    # Where its own store listens, on this machine.
    store_port: int = 0
    isolated: bool = field(default=False, init=False)

    def prepare(self) -> None:
        """Puts the small program on the site's disk."""
        self.folder.mkdir(parents=True)
        shutil.copy2(self.programs / "martlet", self.folder / "martlet")

    def enclose(self, ports: list[int]) -> None:
        """Lets the site reach these ports of this machine and nothing else. A folder cannot be enclosed."""

    def command(self, arguments: list[str]) -> tuple[list[str], dict[str, str]]:
        """The command line and environment that run `martlet` inside the site."""
        path = f"{self.python / 'bin'}:/usr/bin:/bin"
        return [str(self.folder / "martlet"), *arguments], {"PATH": path, "HOME": str(self.folder)}

    def inside(self, path: str) -> str:
        """The site's own name for a file on its disk."""
        return str(self.folder / path)

    def start_worker(self, server: str) -> None:
        """The documented line, and nothing else."""
        line = ["worker", "--server", server, "--join-file", self.inside("join.json")]
        command, environment = self.command(line)
        with open(self.folder / "worker.log", "ab") as log:
            self.worker = subprocess.Popen(
                command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)

    def kill_worker(self) -> None:
        """The power goes: no goodbye."""
        os.kill(self.worker_process(), signal.SIGKILL)
        self.worker.wait()

    def worker_process(self) -> int:
        """The id of the worker's process."""
        assert self.worker
        return self.worker.pid

    def cut(self) -> str:
        """Cuts the site off; returns how. A folder has no cable, so all its processes are stopped."""
        assert self.worker
        self._signal_all(signal.SIGSTOP)
        return "its processes are stopped"

    def restore(self) -> None:
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: int) -> None:
        """To the worker and everything that descends from it."""
        assert self.worker
        for process in [self.worker.pid, *descendants(self.worker.pid)]:
            try:
                os.kill(process, number)
            except ProcessLookupError:
                continue

    def remove(self) -> None:
        """Leaves nothing outside the demo's folder."""


class NetworkTaken(Exception):
    """Another demo on this machine has these networks."""


@dataclass
class NamespaceSite(Site):
    """A site in namespaces of its own. `demo` tells two demos on one machine apart."""

    demo: int = 0
    # Keeps the first process of the namespaces alive, and with it the namespaces.
    keeper: subprocess.Popen | None = None
    first: int = 0

    def __post_init__(self) -> None:
        self.isolated = True
        network = self.demo * NETWORKS_OF_A_DEMO + self.number
        self.host, self.address = f"10.88.{network}.1", f"10.88.{network}.2"
        self.cable, self.chain = f"mrt{self.demo}s{self.number}", f"MARTLET{self.demo}S{self.number}"

    def prepare(self) -> None:
        super().prepare()
        self._copy_libraries()
        self.keeper = subprocess.Popen(
            ["unshare", "--net", "--mount", "--pid", "--kill-child",
             Path(__file__).with_name("site-root"), self.folder, self.python],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=open(self.folder / "site.log", "wb"), text=True,
            start_new_session=True)
        if self.keeper.stdout.readline() != "ready\n":
            raise RuntimeError(f"The site {self.name} could not be made: see {self.folder / 'site.log'}.")
        (self.first,) = descendants(self.keeper.pid)
        self._plug_in()

    def _copy_libraries(self) -> None:
        """A program that was not linked statically brings its libraries along, beside itself."""
        for line in run("ldd", str(self.folder / "martlet")).stdout.splitlines():
            path = line.split("=>")[-1].split("(")[0].strip()
            if path.startswith("/") and not path.startswith(("/lib", "/usr/lib")):
                shutil.copy2(path, self.folder)

    def _plug_in(self) -> None:
        end = str(self.first)
        far_end = ["peer", "name", "eth0", "netns", end]
        plugged = run("ip", "link", "add", self.cable, "type", "veth", *far_end, check=False)
        if plugged.returncode:
            raise NetworkTaken(plugged.stderr)
        run("ip", "address", "add", f"{self.host}/30", "dev", self.cable)
        run("ip", "link", "set", self.cable, "up")
        inside = ["nsenter", "--target", end, "--net", "ip"]
        run(*inside, "address", "add", f"{self.address}/30", "dev", "eth0")
        run(*inside, "link", "set", "lo", "up")
        run(*inside, "link", "set", "eth0", "up")

    def enclose(self, ports: list[int]) -> None:
        """Two ports of this machine, answers to what this machine asks, and nothing else."""
        forget(self.cable, self.chain)
        run("iptables", "-w", "-N", self.chain)
        for port in ports:
            run("iptables", "-w", "-A", self.chain, "-p", "tcp", "-d", self.host, "--dport", str(port), "-j", "ACCEPT")
        run("iptables", "-w", "-A", self.chain, "-p", "tcp", "!", "--syn", "-j", "ACCEPT")
        run("iptables", "-w", "-A", self.chain, "-j", "DROP")
        run("iptables", "-w", "-I", "INPUT", "-i", self.cable, "-j", self.chain)
        run("iptables", "-w", "-I", "FORWARD", "-i", self.cable, "-j", "DROP")

    def command(self, arguments: list[str]) -> tuple[list[str], dict[str, str]]:
        enter = ["nsenter", "--target", str(self.first), "--net", "--mount", "--pid"]
        return [*enter, self.inside("martlet"), *arguments], {"PATH": "/opt/python/bin:/usr/bin:/bin", "HOME": "/site"}

    def worker_process(self) -> int:
        # Entering a process namespace takes a fork: the worker is the child.
        assert self.worker
        return descendants(self.worker.pid)[0]

    def inside(self, path: str) -> str:
        return f"/site/{path}"

    def cut(self) -> str:
        run("ip", "link", "set", self.cable, "down")
        return f"ip link set {self.cable} down"

    def restore(self) -> None:
        run("ip", "link", "set", self.cable, "up")

    def remove(self) -> None:
        if self.keeper:
            self.keeper.kill()
            self.keeper.wait()
        forget(self.cable, self.chain)


def forget(cable: str, chain: str) -> None:
    """Removes what enclosing a site left in the firewall; what is not there is no matter."""
    run("iptables", "-w", "-D", "INPUT", "-i", cable, "-j", chain, check=False)
    run("iptables", "-w", "-D", "FORWARD", "-i", cable, "-j", "DROP", check=False)
    run("iptables", "-w", "-F", chain, check=False)
    run("iptables", "-w", "-X", chain, check=False)


def build(names: list[str], folder: Path, python: Path, programs: Path) -> list[Site]:
    """The sites, on the first networks of this machine that no other demo has."""
    if why_no_namespaces():
        sites = [Site(name, number, folder / name, python, programs) for number, name in enumerate(names, start=1)]
        for site in sites:
            site.prepare()
        return sites
    for demo in range(LAST_DEMO + 1):
        shutil.rmtree(folder, ignore_errors=True)
        sites = [
            NamespaceSite(name, number, folder / name, python, programs, demo=demo)
            for number, name in enumerate(names, start=1)
        ]
        try:
            for site in sites:
                site.prepare()
            return sites
        except NetworkTaken:
            for site in sites:
                if site.keeper:
                    site.keeper.kill()
                    site.keeper.wait()
    raise RuntimeError("All networks from 10.88.1.0 to 10.88.251.0 are taken. Stop a demo.")
