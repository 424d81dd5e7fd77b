"""Signatures, checked by the library that others check them with."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import c2pa
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from PIL import Image

from app.services.provenance.signer import CertificateError, ManifestSigner
from tests.support.certificates import Certificate, Key, make_certificate, sign_as_service

TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# Bytes that a signature may cost in a file, without a parent and with one.
MOST, MOST_WITH_PARENT = 5120, 9216


def picture(form: str = "WEBP") -> bytes:
    file = BytesIO()
    Image.radial_gradient("L").resize((336, 189)).convert("RGB").save(file, form)
    return file.getvalue()


def checked(data: bytes, form: str = "webp") -> tuple[str, dict[str, Any]]:
    with c2pa.Reader(f"image/{form}", BytesIO(data)) as reader:
        state, active = reader.get_validation_state(), reader.get_active_manifest()
    assert state is not None
    assert active is not None
    return state, active


def test_signs_what_was_made_here(signer: ManifestSigner) -> None:
    plain = picture()
    signed = signer.sign(plain, "algorithmicMedia")
    state, manifest = checked(signed)
    assert state == "Valid"
    assert manifest["claim_generator_info"][0]["name"] == "Emberpeak"
    (actions,) = manifest["assertions"]
    assert actions["data"]["actions"] == [
        {"action": "c2pa.created", "digitalSourceType": f"{TYPES}algorithmicMedia"}
    ]
    assert len(signed) - len(plain) <= MOST


def test_names_a_signed_original_as_parent(signer: ManifestSigner) -> None:
    plain, original = picture(), sign_as_service(picture("PNG"), "png")
    signed = signer.sign(plain, "trainedAlgorithmicMedia", original)
    state, manifest = checked(signed)
    assert state == "Valid"
    (parent,) = manifest["ingredients"]
    assert parent["relationship"] == "parentOf"
    assert parent["active_manifest"] == checked(original, "png")[1]["label"]
    assert len(signed) - len(plain) <= MOST_WITH_PARENT


def test_shows_a_change(signer: ManifestSigner) -> None:
    signed = signer.sign(picture(), "algorithmicMedia")
    at = signed.index(b"VP8 ") + 100
    state, _ = checked(signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :])
    assert state == "Invalid"


def test_serves_several_threads(signer: ManifestSigner) -> None:
    with ThreadPoolExecutor(4) as threads:
        files = list(threads.map(lambda _: signer.sign(picture(), "algorithmicMedia"), range(12)))
    assert {checked(file)[0] for file in files} == {"Valid"}


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["P-384", "P-521", "Ed25519", "RSA"],
)
def test_takes_each_usual_kind_of_key(key: Key) -> None:
    certificate = make_certificate(key)
    signer = ManifestSigner(certificate.pem, certificate.key, version="1")
    assert checked(signer.sign(picture(), "algorithmicMedia"))[0] == "Valid"


class TestRefuses:
    @pytest.mark.parametrize("key", [b"", b"no key", make_certificate().key])
    def test_key_that_does_not_fit(self, key: bytes, certificate: Certificate) -> None:
        with pytest.raises(CertificateError, match="C2PA_KEY cannot sign"):
            ManifestSigner(certificate.pem, key, version="1")

    @pytest.mark.parametrize(
        "certificate",
        [
            make_certificate(usage=ExtendedKeyUsageOID.SERVER_AUTH),
            make_certificate(ended=True),
            make_certificate(ec.generate_private_key(ec.SECP256K1())),
        ],
        ids=["for servers", "out of date", "of another curve"],
    )
    def test_certificate_that_readers_refuse(self, certificate: Certificate) -> None:
        with pytest.raises(CertificateError, match="C2PA_CERTIFICATE"):
            ManifestSigner(certificate.pem, certificate.key, version="1")
