"""From a trained model to a published version: validated in a child process, then written, its manifest last."""
