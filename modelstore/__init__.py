"""What pods, tool and programs share of models: manifest, vocabulary, store, catalog, and the ledger of releases."""
