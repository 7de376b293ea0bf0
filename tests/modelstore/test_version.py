import pytest

from modelstore.version import Level, Version, latest


@pytest.mark.parametrize("text", ["", "1", "1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.0\n", "latest"])
def test_what_is_no_version_is_told_with_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a model version, like '1\.3\.0'"):
        Version.parse(text)


def test_versions_compare_as_numbers() -> None:
    versions = [Version.parse(text) for text in ("1.9.0", "1.10.0", "1.9.9")]
    assert latest(versions) == Version(1, 10, 0)
    assert latest([]) is None
    assert str(Version(1, 10, 0)) == "1.10.0"


@pytest.mark.parametrize(
    ("level", "following"), [(Level.MAJOR, "2.0.0"), (Level.MINOR, "1.3.0"), (Level.PATCH, "1.2.4")]
)
def test_lower_numbers_start_again(level: Level, following: str) -> None:
    assert str(Version(1, 2, 3).next(level)) == following
