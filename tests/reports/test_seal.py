"""The PDF's seal and the manifest's time stamp, with an authority and a time stamping server of this machine."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("pyhanko", reason="needs the extra seal")

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from p2i.verify_command import main
from reports.key_folder import signing_key
from reports.manifest import write_manifest
from reports.pdf_attachment import attachments
from reports.seal import seal_files, sealed
from reports.sealing import Sealing, sealing_of
from reports.timestamp import Unreachable, time_stamp
from store.errors import InputError
from tests.p2i.statement_files import ISSUED, Issued, issue

NOW = datetime.now(UTC)
OPENSSL = shutil.which("openssl")


class Authority:
    """A root certificate, and what it certifies."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root of the test")])
        self.root = self._certify("root", self.name, self.key, is_root=True)

    def certify(self, name: str, *, is_for_time: bool = False) -> tuple[Path, Path]:
        """A key and its certificate, as files."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._certify(name, subject, key, is_for_time=is_for_time)
        path = self.folder / f"{name}.key"
        path.touch(0o600)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return path, certificate

    def _certify(
        self,
        file: str,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        is_root: bool = False,
        is_for_time: bool = False,
    ) -> Path:
        uses = dict.fromkeys(
            ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
        )
        made = (
            x509.CertificateBuilder(self.name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(True, not is_root, key_cert_sign=is_root, crl_sign=is_root, **uses), critical=True
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if is_for_time:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        path = self.folder / f"{file}.pem"
        path.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        return path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def time_server(authority: Authority) -> Iterator[str]:
    """OpenSSL's time stamping authority behind HTTP; its URL."""
    if OPENSSL is None:
        pytest.skip("openssl is not installed")
    key, certificate = authority.certify("time", is_for_time=True)
    (authority.folder / "serial").write_text("01\n")
    settings = authority.folder / "tsa.conf"
    settings.write_text(
        f"[tsa]\ndefault_tsa = one\n[one]\nserial = {authority.folder}/serial\nsigner_cert = {certificate}\n"
        f"signer_key = {key}\ncerts = {authority.root}\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\n"
        "digests = sha256\nordering = no\ntsa_name = no\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n"
    )

    class Stamp(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked, given = authority.folder / "asked.tsq", authority.folder / "given.tsr"
            asked.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            command = [
                str(OPENSSL),
                "ts",
                "-reply",
                "-config",
                str(settings),
                "-queryfile",
                str(asked),
                "-out",
                str(given),
            ]
            subprocess.run(command, check=True, capture_output=True, timeout=30)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(given.read_bytes())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Stamp) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join(10)


@pytest.fixture
def issued(tmp_path: Path) -> Issued:
    return issue(tmp_path)


def judged(pdf: bytes, authority: Authority) -> tuple[bool, bool, datetime | None]:
    """Whether the seal is of these bytes, whether the root vouches for it, and the server's time in it."""
    root = load_cert_from_pemder(str(authority.root))  # type: ignore[no-untyped-call]
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    (found,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    status = validate_pdf_signature(found, context, context)
    stamp = status.timestamp_validity
    return status.intact and status.valid, status.bottom_line, None if stamp is None else stamp.timestamp


def test_a_sealed_pdf_says_who_sealed_it_and_when(authority: Authority, time_server: str, issued: Issued) -> None:
    pdf = issued.json.with_suffix(".pdf")
    before = pdf.read_bytes()
    sealing = Sealing(*authority.certify("sealer"), authority.root, time_server)
    assert seal_files([pdf], None, sealing) == []
    after = pdf.read_bytes()
    assert after.startswith(before), "what was drawn stays, byte for byte"
    assert list(attachments(after)) == [issued.json.read_bytes()]
    is_intact, is_trusted, stamped_at = judged(after, authority)
    assert is_intact
    assert is_trusted
    assert stamped_at is not None
    assert abs(stamped_at - datetime.now(UTC)) < timedelta(minutes=5)
    at = before.rindex(b"/Producer") if b"/Producer" in before else len(before) // 2
    changed = after[:at] + bytes([after[at] ^ 1]) + after[at + 1 :]
    assert not judged(changed, authority)[0]


def test_what_a_seal_adds_keeps_the_rules_of_pdf_a(authority: Authority, issued: Issued) -> None:
    """Clauses of ISO 19005-3 that a seal can break: objects on lines of their own (6.1.9), what a permission may not
    name (6.1.12), a field that is printed (6.3.2). A validator found the first broken."""
    before = issued.json.with_suffix(".pdf").read_bytes()
    after = sealed(before, Sealing(*authority.certify("kept"), None, None))
    added = after[len(before) :]
    for found in re.finditer(rb"\b\d+ \d+ obj\b|\bendobj\b", added):
        assert found.start() > 0, "on the line of the last end of file"
        assert added[found.start() - 1 : found.start()] in (b"\n", b"\r")
        assert added[found.end() : found.end() + 1] in (b"\n", b"\r")
    assert b"/DigestMethod" not in added
    assert b"/DigestValue" not in added
    (flags,) = re.findall(rb"/Subtype /Widget\n.*?/F (\d+)", added, re.DOTALL) or [b"0"]
    assert int(flags) & 0b100111 == 0b100, "printed, neither hidden nor invisible"


def test_a_manifest_names_the_sealed_bytes(authority: Authority, issued: Issued) -> None:
    """In the order of issuing: sealed, then named. The same PDF without its seal is another file."""
    files = [file for file in issued.folder.iterdir() if file != issued.manifest]
    (pdf,) = [file for file in files if file.suffix == ".pdf"]
    before = pdf.read_bytes()
    seal_files([pdf], None, Sealing(*authority.certify("ordered"), None, None))
    manifest = write_manifest(issued.folder, issued.made, files, signing_key(issued.keys, ISSUED))
    assert main([str(manifest), "--keys", str(issued.ring)]) == 0
    pdf.write_bytes(before)
    assert main([str(manifest), "--keys", str(issued.ring)]) == 1


def test_without_a_time_server_it_is_sealed_all_the_same(authority: Authority, issued: Issued) -> None:
    pdf = sealed(issued.json.with_suffix(".pdf").read_bytes(), Sealing(*authority.certify("plain"), None, None))
    assert judged(pdf, authority) == (True, True, None)


def test_openssl_verifies_the_time_stamp_of_a_manifest(authority: Authority, time_server: str, issued: Issued) -> None:
    (stamp,) = seal_files([], issued.manifest, Sealing(None, None, None, time_server))
    assert stamp.name == f"{issued.manifest.name}.tsr"
    command: list[str] = [
        str(OPENSSL),
        "ts",
        "-verify",
        "-data",
        issued.manifest.name,
        "-in",
        stamp.name,
        "-CAfile",
        str(authority.root),
    ]
    done = subprocess.run(command, cwd=issued.folder, capture_output=True, text=True, timeout=30, check=False)
    assert "Verification: OK" in done.stdout + done.stderr
    issued.manifest.write_bytes(issued.manifest.read_bytes() + b" ")
    done = subprocess.run(command, cwd=issued.folder, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1


def test_a_server_that_is_not_there(issued: Issued) -> None:
    with pytest.raises(Unreachable) as caught:
        time_stamp(issued.manifest.read_bytes(), "http://127.0.0.1:9/")
    assert not caught.value.permanent


def test_keys_that_are_none(authority: Authority, issued: Issued) -> None:
    key, certificate = authority.certify("careless")
    pdf = issued.json.with_suffix(".pdf").read_bytes()
    with pytest.raises(InputError, match="is not a private key in PEM"):
        sealed(pdf, Sealing(certificate, certificate, None, None)._replace(key=_private_copy(certificate)))
    with pytest.raises(InputError, match="holds no certificate"):
        sealed(pdf, Sealing(key, issued.json, None, None))
    key.chmod(0o644)
    with pytest.raises(InputError, match="others can read it"):
        sealed(pdf, Sealing(key, certificate, None, None))


def _private_copy(file: Path) -> Path:
    copy = file.with_suffix(".copy")
    copy.touch(0o600)
    copy.write_bytes(file.read_bytes())
    return copy


def test_what_is_configured() -> None:
    assert sealing_of({}) is None
    assert sealing_of({"P2I_TIMESTAMP_URL": "http://x"}) == Sealing(None, None, None, "http://x")
    with pytest.raises(InputError, match="one is set without the other"):
        sealing_of({"P2I_SEAL_KEY_FILE": "x"})
