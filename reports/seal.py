"""A PAdES seal in a statement's PDF: any PDF reader then shows who sealed it. Needs the extra `seal`."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import BinaryIO

from asn1crypto import keys, pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from reports.sealing import STAMP_ENDING, Sealing
from reports.timestamp import HttpTimeStamper, time_stamp
from store.errors import InputError, P2IError
from store.whole_file import write_whole

FIELD = "P2I"


def seal_files(pdfs: list[Path], manifest: Path | None, sealing: Sealing) -> list[Path]:
    """Seals PDFs in place, then has the manifest dated, as far as configured; returns the file of the time stamp.

    PDFs are sealed before the manifest that names them is written, so this is called twice: with the PDFs, then with
    the manifest alone.
    """
    try:
        if sealing.key is not None:
            for file in pdfs:
                content = sealed(file.read_bytes(), sealing)
                write_whole(file, partial(_put, content))
        if manifest is None or sealing.timestamp_url is None:
            return []
        stamp = manifest.with_name(f"{manifest.name}{STAMP_ENDING}")
        write_whole(stamp, partial(_put, time_stamp(manifest.read_bytes(), sealing.timestamp_url)))
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}") from error
    return [stamp]


def _put(content: bytes, stream: BinaryIO) -> None:
    stream.write(content)


def sealed(pdf: bytes, sealing: Sealing) -> bytes:
    """The PDF with an invisible seal of profile PAdES B-B, with a time stamping server B-T (ETSI EN 319 142-1).

    It is appended: the bytes of the PDF before stay, and so does the statement attached. It forbids every later change.
    What was PDF/A-3a stays so: an object begins on a line of its own (ISO 19005-3, 6.1.9), the first of ours as well.
    """
    whole_lines = pdf if pdf.endswith((b"\n", b"\r")) else pdf + b"\n"
    stamper = None if sealing.timestamp_url is None else HttpTimeStamper(sealing.timestamp_url)
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(whole_lines))
        signers.sign_pdf(writer, meta, _signer(sealing), timestamper=stamper, output=out)
    except (PdfError, SigningError) as error:
        raise P2IError(f"seal: {error}") from error
    return out.getvalue()


def _signer(sealing: Sealing) -> signers.SimpleSigner:
    assert sealing.key is not None
    assert sealing.certificate is not None
    (certificate,) = _certificates(sealing.certificate)[:1] or [None]
    if certificate is None:
        raise InputError(f"{sealing.certificate}: holds no certificate in PEM")
    chain = [] if sealing.chain is None else _certificates(sealing.chain)
    store = SimpleCertificateStore.from_certs(chain)  # type: ignore[no-untyped-call]
    return signers.SimpleSigner(certificate, _private(sealing.key), store)


def _private(path: Path) -> keys.PrivateKeyInfo:
    if path.stat().st_mode & 0o077:
        raise InputError(f"{path}: others can read it; make it 0600, and have the certificate revoked if they did")
    try:
        name, _, content = pem.unarmor(path.read_bytes())
        if name != "PRIVATE KEY":
            raise ValueError(name)
        return keys.PrivateKeyInfo.load(content)
    except ValueError:
        raise InputError(f"{path}: is not a private key in PEM (PKCS #8) without a password") from None


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        found = [x509.Certificate.load(content) for _, _, content in pem.unarmor(path.read_bytes(), multiple=True)]
    except ValueError:
        found = []
    return found
