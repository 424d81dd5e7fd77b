"""Signs image files: a C2PA manifest says who made a file, and proves it."""

import threading
from io import BytesIO
from typing import Any

import c2pa
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import load_pem_x509_certificates
from PIL import Image

from app.domain import SourceType
from app.errors import AppError
from app.services.provenance.containers import media_type_of, metadata_in
from app.services.provenance.mark import SOURCE_TYPES, TOOL

log = structlog.get_logger()

_WEBP = "image/webp"
# Left alone the library adds a thumbnail of up to 0.6 MB, and may ask servers elsewhere.
# ``c2pa.load_settings`` has no effect on a builder with a context of its own.
_SETTINGS = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"ocsp_fetch": False, "remote_manifest_fetch": False},
}
_CURVES = {
    256: c2pa.C2paSigningAlg.ES256,
    384: c2pa.C2paSigningAlg.ES384,
    521: c2pa.C2paSigningAlg.ES512,
}


class CertificateError(AppError):
    """The certificate and the key cannot sign."""


class ManifestSigner:
    """Signs WebP files; may be used by several threads.

    Args:
        certificate: The certificate, and those between it and its authority, as PEM.
        key: Its private key as PEM, without a password; its kind decides the algorithm.
        version: The program's version, which each manifest tells.

    Raises:
        CertificateError: When the two cannot sign.
    """

    def __init__(self, certificate: bytes, key: bytes, *, version: str) -> None:
        self._generator = [{"name": TOOL, "version": version}]
        self._lock = threading.Lock()
        try:
            info = _signer_info(certificate, key)
            settings = c2pa.Settings.from_dict(_SETTINGS)
            self._context = c2pa.Context(settings, c2pa.Signer.from_info(info))
            signed = self._signed(_one_pixel(), "algorithmicMedia", None)
            with c2pa.Reader(_WEBP, BytesIO(signed)) as reader:
                state, results = reader.get_validation_state(), reader.get_validation_results()
        except (c2pa.C2paError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise CertificateError(f"C2PA_CERTIFICATE and C2PA_KEY cannot sign: {error}") from error
        if state not in {"Valid", "Trusted"}:
            failures = (results or {}).get("activeManifest", {}).get("failure", [])
            reasons = ", ".join(failure["explanation"] for failure in failures)
            raise CertificateError(
                f"Nobody would accept a signature by C2PA_CERTIFICATE: {reasons}"
            )

    def sign(self, webp: bytes, source_type: SourceType, original: bytes = b"") -> bytes:
        """Add a signed manifest; any later change of the file makes it invalid.

        A file that cannot be signed stays as it is: the image may be paid for.

        Args:
            webp: The file, marked already.
            source_type: What made the image.
            original: The file that it was encoded from. If it has a manifest, that becomes the
                parent of the new one.
        """
        parent = BytesIO(original), media_type_of(original)
        try:
            return self._signed(
                webp, source_type, parent if metadata_in(original).manifest else None
            )
        except Exception as error:  # noqa: BLE001 - whatever the library raises
            log.warning("an image could not be signed", reason=str(error))
            return webp

    def _signed(
        self, webp: bytes, source_type: SourceType, parent: tuple[BytesIO, str] | None
    ) -> bytes:
        made = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPES + source_type}
        actions = {"label": "c2pa.actions.v2", "data": {"actions": [made]}}
        manifest: dict[str, Any] = {"claim_generator_info": self._generator}
        if parent is None:
            manifest["assertions"] = [actions]
        signed = BytesIO()
        with self._lock, c2pa.Builder(manifest, self._context) as builder:
            if parent is not None:
                data, media_type = parent
                builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
                ingredient = {"title": "the model's answer", "relationship": "parentOf"}
                builder.add_ingredient(ingredient, media_type, data)
            builder.sign(_WEBP, BytesIO(webp), signed)
        return signed.getvalue()


def _signer_info(certificate: bytes, key: bytes) -> c2pa.C2paSignerInfo:
    private = load_pem_private_key(key, password=None)
    if load_pem_x509_certificates(certificate)[0].public_key() != private.public_key():
        raise ValueError("the key belongs to another certificate")
    # The type hints say str; only bytes are accepted (c2pa-python 0.38.1).
    return c2pa.C2paSignerInfo(
        _algorithm_of(private),
        certificate,
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        None,
    )


def _algorithm_of(key: object) -> c2pa.C2paSigningAlg:
    """The algorithm that C2PA names for a kind of key."""
    if isinstance(key, Ed25519PrivateKey):
        return c2pa.C2paSigningAlg.ED25519
    if isinstance(key, RSAPrivateKey):
        return c2pa.C2paSigningAlg.PS256
    if isinstance(key, EllipticCurvePrivateKey) and key.key_size in _CURVES:
        return _CURVES[key.key_size]
    raise ValueError("the key is neither of P-256, P-384 or P-521, nor RSA, nor Ed25519")


def _one_pixel() -> bytes:
    file = BytesIO()
    Image.new("RGB", (1, 1)).save(file, "WEBP")
    return file.getvalue()
