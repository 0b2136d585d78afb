"""The key pair under which an installation signs copies of case files: Ed25519 (RFC 8032), kept in the var folder.

Whoever has the public key can check a copy, anywhere and without us; only the private one, which never leaves, signs.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.errors import Refusal

if TYPE_CHECKING:  # eight megabytes, for who signs or checks
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE: Final = "signing_key.pem"
EARLIER: Final = "signing_keys"  # folder of public keys that signed before, *.pem


class KeyUnreadable(Refusal):
    """A key file that holds no Ed25519 key."""

    sentence = (
        "{file} holds no Ed25519 key. Put the key of this installation back, "
        "or move the file away for a new one."
    )
    status = 500


@dataclass(frozen=True, slots=True)
class Seal:
    """A public key, as it is shown and compared."""

    raw: bytes  # 32 bytes

    @property
    def id(self) -> str:
        """Its fingerprint: sixteen hexadecimal digits of the sha256 of the 32 bytes."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @property
    def pem(self) -> str:
        """As OpenSSL reads it."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Whether the signature over exactly these bytes is of this key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, content)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """The private key at work."""

    key: "Ed25519PrivateKey"

    @property
    def seal(self) -> Seal:
        """The public half."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return Seal(self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, content: bytes) -> bytes:
        """64 bytes."""
        return self.key.sign(content)


def kept_signer(folder: Path) -> Signer:
    """The signer of this installation; made by whoever comes first, read by everyone else. Raises KeyUnreadable."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )

    path = folder / PRIVATE
    if not path.exists():
        made = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        part = folder / f"{PRIVATE}.{os.getpid()}.part"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(made)
            written.flush()
            os.fsync(written.fileno())
        try:
            os.link(part, path)  # whole or not at all, and only by the first of two
        except FileExistsError:
            pass
        finally:
            part.unlink()
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyUnreadable(file=path) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnreadable(file=path)
    return Signer(key)


def known_seals(folder: Path) -> tuple[Seal, ...]:
    """The public keys that are this installation's: of the present one and of those before. Raises KeyUnreadable."""
    earlier = sorted((folder / EARLIER).glob("*.pem"))
    return (kept_signer(folder).seal, *(read_seal(path) for path in earlier))


def read_seal(path: Path) -> Seal:
    """A public key out of a PEM file; KeyUnreadable."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_public_key,
    )

    try:
        key = load_pem_public_key(path.read_bytes())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyUnreadable(file=path) from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnreadable(file=path)
    return Seal(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def signed_by(content: bytes, signature: bytes, seals: Iterable[Seal]) -> Seal | None:
    """Which of these keys signed it; None when none did."""
    return next((seal for seal in seals if seal.has_signed(content, signature)), None)
