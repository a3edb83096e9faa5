import pytest

from tenor import tenor_number


def test_makes_the_same_numbers_as_the_cpp_library():
    # lib/auth/national_id_test.cc expects the same.
    assert tenor_number(1984, 3, 12, 0) == "12838400084"
    assert tenor_number(2001, 12, 31, 5) == "31920150686"
    assert tenor_number(1931, 1, 1, 299) == "01813136283"


def test_gives_three_hundred_different_persons_a_day():
    assert len({tenor_number(2019, 10, 30, serial) for serial in range(300)}) == 300


@pytest.mark.parametrize("wrong", [(1899, 12, 31, 0), (2001, 2, 29, 0), (1950, 1, 1, -1), (1950, 1, 1, 500)])
def test_refuses_what_it_cannot_make(wrong):
    with pytest.raises(ValueError):
        tenor_number(*wrong)
