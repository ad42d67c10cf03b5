"""The hub's commands, run as a person runs them: beside a server, and against a real socket."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hub.serve import is_loopback

PROGRAM = [sys.executable, "-c", "from caseworker.cli import main; main()"]
NYC = """Unique Key,Created Date,Agency,Complaint Type,Descriptor,Status
16000001,02/01/2010 10:00:00 AM,NYPD,Noise,Loud Music,Open
16000002,02/01/2010 11:00:00 AM,DSNY,Dirty Conditions,Trash,Open
16000003,not a date,DSNY,Dirty Conditions,Trash,Open
"""


class Seat:
    """A home of its own, and the program run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "CASEWORKER_HOME": str(folder / "home"),
            "CASEWORKER_PASSPHRASE": "a passphrase",
            "LANGUAGE": "en",
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PROGRAM, *words],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def ask(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def serving(self, *words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
        process = subprocess.Popen(
            [*PROGRAM, "hub", "serve", "--port", "0", *words],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        assert process.stderr
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.terminate()
            process.communicate(timeout=30)


@pytest.fixture
def seat(tmp_path: Path) -> Seat:
    (tmp_path / "orders.csv").write_text(NYC, encoding="utf-8")
    return Seat(tmp_path)


def a_certificate(folder: Path) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that signs itself, and its key: two files in `folder`."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(secret, hashes.SHA256())
    )
    certificate, key = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    key.write_bytes(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(certificate), str(key)


def call(url: str, body: Any = None, token: str = "") -> Any:
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"}
        | ({"Authorization": f"Bearer {token}"} if token else {}),
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_orders_are_loaded_and_a_worker_enrolled_beside_a_running_hub(seat: Seat) -> None:
    with seat.serving() as (url, process):
        assert url.startswith("http://127.0.0.1:")
        assert call(f"{url}/v1/health")["status"] == "ok"
        loaded = seat.ask("hub", "load", "orders.csv", "--unit", "heping")
        assert loaded["read"] == loaded["added"] + len(loaded["refused"]) == 3
        assert [row["row"] for row in loaded["refused"]] == [4]
        again = seat.ask("hub", "load", "orders.csv", "--unit", "heping")
        assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 2)
        added = seat.ask("hub", "worker", "add", "李敏", "--unit", "heping", "--role", "office")
        assert added.keys() == {"worker", "code"}
        assert added["worker"] == "李敏"
        enrolled = call(f"{url}/v1/enrolments", {"code": added["code"], "device": "d"})
        page = call(f"{url}/v1/feed", token=enrolled["token"])
        assert [one["type"] for one in page["changes"]] == ["taxonomy", "order", "order"]
        revoked = seat.ask("hub", "worker", "revoke", "李敏", "--unit", "heping")
        assert revoked == {"worker": "李敏", "revoked": 1}
        with pytest.raises(urllib.error.HTTPError) as refused:
            call(f"{url}/v1/me", token=enrolled["token"])
        refused.value.close()
        assert refused.value.code == 401
        process.send_signal(signal.SIGTERM)
        rest, complaints = process.communicate(timeout=30)
        assert (process.returncode, rest, complaints) == (0, "", "")


def test_with_a_certificate_the_hub_speaks_tls_alone(seat: Seat) -> None:
    certificate, key = a_certificate(seat.folder)
    words = ("--host", "127.0.0.1", "--tls-cert", certificate, "--tls-key", key)
    with seat.serving(*words) as (url, _process):
        assert url.startswith("https://127.0.0.1:")
        trusted = ssl.create_default_context(cafile=certificate)
        with urllib.request.urlopen(f"{url}/v1/health", context=trusted, timeout=20) as answer:
            assert json.load(answer)["status"] == "ok"
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            call(f"http{url.removeprefix('https')}/v1/health")


def test_an_interrupt_stops_the_hub_cleanly(seat: Seat) -> None:
    with seat.serving() as (url, process):
        assert url
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 0


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("serve", "--host", "0.0.0.0"), "--tls-cert"),
        (("serve", "--tls-cert", "cert.pem"), "--tls-key"),
        (("serve", "--tls-cert", "cert.pem", "--tls-key", "key.pem"), "certificate"),
        (("load", "orders.csv"), "--unit"),
        (("load", "nowhere.csv", "--unit", "heping"), "nowhere.csv"),
        (("load", "orders.csv", "--unit", "a//b"), "heping/xingfuli"),
        (("load", "orders.csv", "--unit", "x", "--store", "nope://y"), "nope://y"),
        (("worker", "add", " ", "--unit", "heping", "--role", "lead"), "name"),
        (("worker", "revoke", "nobody", "--unit", "heping"), "unit"),
        (("decide", "0000", "--grant", "--text", "属实"), "id"),
    ],
)
def test_what_goes_wrong_is_one_line_that_says_what_to_do(
    seat: Seat, words: tuple[str, ...], hint: str
) -> None:
    done = seat.run("hub", *words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert hint in done.stderr


@pytest.mark.parametrize(
    "store",
    [
        "postgresql+psycopg://hub:geheim-Q7@127.0.0.1:1/hub",
        "postgresql+psycopg://127.0.0.1:1/hub?user=hub&password=geheim-Q7",
        "postgresql+psycopg://127.0.0.1:1/hub?sslpassword=geheim-Q7",
    ],
)
@pytest.mark.parametrize(
    "words", [("serve",), ("restored",), ("worker", "revoke", "李敏", "--unit", "heping")]
)
def test_a_password_on_the_command_line_is_refused_and_not_repeated(
    seat: Seat, words: tuple[str, ...], store: str
) -> None:
    done = seat.run("hub", *words, "--store", store)
    assert (done.returncode, done.stdout) == (1, "")
    assert "PGPASSFILE" in done.stderr
    assert "geheim" not in done.stderr


def test_a_store_without_a_password_in_its_address_is_tried(seat: Seat) -> None:
    done = seat.run("hub", "restored", "--store", "postgresql+psycopg://hub:@127.0.0.1:1/hub")
    assert done.returncode == 1
    assert "127.0.0.1" in done.stderr


def test_a_port_that_is_taken_is_one_line(seat: Seat) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = seat.run("hub", "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "another program" in done.stderr


@pytest.mark.parametrize(
    "words",
    [("decide", "x", "--text", "y"), ("worker", "add", "x"), ("serve", "--port", "many"), ("x",)],
)
def test_wrong_usage_is_told_apart(seat: Seat, words: tuple[str, ...]) -> None:
    assert seat.run("hub", *words).returncode == 2


def test_only_this_machine_is_loopback() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "hub.example", ""))
