"""Certificates for signing images, and the signatures of others."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key, both PEM."""

    pem: bytes
    key: bytes


def make_certificate(
    key: Key | None = None,
    *,
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ended: bool = False,
) -> Certificate:
    """Make a certificate that is its own authority.

    Args:
        key: A key of any kind; without one, a new one of P-256.
        usage: What the certificate is for; e-mail is one of those that C2PA accepts.
        ended: Whether it was valid yesterday only.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Emberpeak"),
            x509.NameAttribute(NameOID.COMMON_NAME, "test"),
        ]
    )
    signing = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    start = datetime.now(UTC) - timedelta(days=2 if ended else 1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1 if ended else 3))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(signing, critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256())
    )
    return Certificate(
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def sign_as_service(data: bytes, form: str, note: str = "") -> bytes:
    """Sign a file as a model's service does, with the library alone."""
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
    certificate = make_certificate()
    info = c2pa.C2paSignerInfo("es256", certificate.pem, certificate.key, None)
    settings = c2pa.Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}})
    signed = BytesIO()
    with c2pa.Builder(manifest, c2pa.Context(settings, c2pa.Signer.from_info(info))) as builder:
        builder.sign(f"image/{form}", BytesIO(data), signed)
    return signed.getvalue()
