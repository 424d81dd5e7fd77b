"""A certificate and a signer."""

import pytest

from app.services.provenance.signer import ManifestSigner
from tests.support.certificates import Certificate, make_certificate


@pytest.fixture(scope="session")
def certificate() -> Certificate:
    return make_certificate()


@pytest.fixture(scope="session")
def signer(certificate: Certificate) -> ManifestSigner:
    return ManifestSigner(certificate.pem, certificate.key, version="1")
