"""A certificate, a signer, and somebody else's signature."""

from collections.abc import Callable
from io import BytesIO

import c2pa
import pytest

from app.services.provenance.signer import ManifestSigner
from tests.support.certificates import Certificate, make_certificate


@pytest.fixture(scope="session")
def certificate() -> Certificate:
    return make_certificate()


@pytest.fixture(scope="session")
def signer(certificate: Certificate) -> ManifestSigner:
    return ManifestSigner(certificate.pem, certificate.key, version="0.2.0")


@pytest.fixture(scope="session")
def sign(certificate: Certificate) -> Callable[..., bytes]:
    """Sign as a model's service does, with the library alone."""

    def signed(data: bytes, form: str, note: str = "") -> bytes:
        created = {
            "action": "c2pa.created",
            "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/"
            "trainedAlgorithmicMedia",
        }
        manifest = {
            "claim_generator_info": [{"name": "A model's service"}],
            "assertions": [
                {"label": "c2pa.actions.v2", "data": {"actions": [created]}},
                {"label": "com.example.note", "data": {"note": note}},
            ],
        }
        info = c2pa.C2paSignerInfo("es256", certificate.pem, certificate.key, None)
        settings = c2pa.Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}})
        context = c2pa.Context(settings, c2pa.Signer.from_info(info))
        out = BytesIO()
        with c2pa.Builder(manifest, context) as builder:
            builder.sign(f"image/{form}", BytesIO(data), out)
        return out.getvalue()

    return signed
