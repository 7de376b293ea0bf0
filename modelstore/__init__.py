"""The contract of a published model, which pods, tool and programs share: manifest, vocabulary, store, catalog."""
