"""Turns moto's objects into bytes and back, with those that pickle itself can't take: locks, keys, certificates."""

import io
import pickle
import threading
from functools import singledispatch
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from moto.s3.utils import _VersionedKeyStore as VersionedKeys  # pyright: ignore[reportPrivateUsage]

type_of_lock = type(threading.Lock())
type_of_recursive_lock = type(threading.RLock())


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any, /) -> Any:
        return reduced(obj)


def dumps(content: Any) -> bytes:
    """`content` as bytes that a later process of the same moto can read."""
    out = io.BytesIO()
    _Pickler(out, protocol=pickle.HIGHEST_PROTOCOL).dump(content)
    return out.getvalue()


def loads(content: bytes) -> Any:
    """What `dumps` was given. Only for files that this server has written: a pickle can run anything."""
    return pickle.loads(content)  # noqa: S301 (our own file)


@singledispatch
def reduced(_: Any) -> Any:
    """How an object is made again, or NotImplemented for those that pickle knows how to take."""
    return NotImplemented


@reduced.register(type_of_lock)
def _(_: Any) -> Any:
    return threading.Lock, ()


@reduced.register(type_of_recursive_lock)
def _(_: Any) -> Any:
    return threading.RLock, ()


@reduced.register(rsa.RSAPrivateKey)
@reduced.register(ec.EllipticCurvePrivateKey)
@reduced.register(ed25519.Ed25519PrivateKey)
def _(private: Any) -> Any:
    form = serialization.PrivateFormat.PKCS8
    text = private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return private_key, (text,)


@reduced.register(x509.Certificate)
def _(signed: x509.Certificate) -> Any:
    return certificate, (signed.public_bytes(serialization.Encoding.PEM),)


@reduced.register(VersionedKeys)
def _(keys: Any) -> Any:
    # Its items() gives the newest versions alone.
    return VersionedKeys, (), {key: keys.getlist(key) for key in keys}, None, None, versioned_keys


def versioned_keys(keys: Any, versions: dict[str, list[Any]]) -> None:
    """Give a bucket's keys the versions that a snapshot holds."""
    for key, one in versions.items():
        keys.setlist(key, one)


def private_key(text: bytes) -> Any:
    """The private key that a snapshot holds."""
    return serialization.load_pem_private_key(text, password=None)


def certificate(text: bytes) -> Any:
    """The certificate that a snapshot holds."""
    return x509.load_pem_x509_certificate(text)
