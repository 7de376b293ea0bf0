"""Signs a published version, once: its signature is put beside it and never changes either."""

from modelstore import signature
from modelstore.catalog import Entry
from modelstore.keys import PrivateKey
from modelstore.store import Store
from modelstore.store_errors import ObjectExists


def sign(store: Store, entry: Entry, key: PrivateKey) -> bool:
    """Sign a version, unless it is signed with this key.

    Returns:
        Whether it was signed now.

    Raises:
        SignatureRefused: it is signed with another key, or is another one.
        StoreError: the store can't be read or written.
    """
    path = f"{entry.manifest.name}/{entry.manifest.version}/{signature.SIGNATURE}"
    try:
        store.create(path, signature.sign(entry, key))
    except ObjectExists:  # ours of before, or of a run beside this one
        signature.check(entry, signature.fetch(store, entry), key.public)
        return False
    return True
