"""What tool and programs share of images: their names, the registries that hold them, and their signatures."""
