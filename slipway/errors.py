"""What the release tool refuses. Every message is one line that names the field, the value and the remedy."""


class SlipwayError(Exception):
    """Something was not done; the program ends with `exit_code`."""

    exit_code = 1


class Refused(SlipwayError):
    """The model or the version was judged, and is not good enough or not allowed."""


class BadInput(SlipwayError):
    """A file, an option or a value could not be read as what it should be."""

    exit_code = 2
