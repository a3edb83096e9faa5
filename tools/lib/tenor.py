"""Synthetic national identity numbers in the manner of Skatteetaten's Tenor: month + 80.

The same numbers as ip::auth::MakeSynthetic (lib/auth/national_id.h) makes.
"""

import datetime

_WEIGHTS_1 = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_WEIGHTS_2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def _check_digit(digits, weights):
    return -sum(d * w for d, w in zip(digits, weights)) % 11


def tenor_number(year, month, day, serial=0):
    """The serial-th (from 0) number of a person born that day.

    Every day has at least 300; years 1900-2039. Raises ValueError for anything else.
    """
    datetime.date(year, month, day)
    if not 1900 <= year <= 2039 or serial < 0:
        raise ValueError("tenor_number: year 1900-2039 and a serial from 0 to 299")
    first = 0 if year < 2000 else 500
    for individual in range(first, first + 500):
        digits = [int(c) for c in f"{day:02}{month + 80:02}{year % 100:02}{individual:03}"]
        digits.append(_check_digit(digits, _WEIGHTS_1))
        digits.append(_check_digit(digits, _WEIGHTS_2))
        if 10 in digits:
            continue
        if serial == 0:
            return "".join(map(str, digits))
        serial -= 1
    raise ValueError("tenor_number: year 1900-2039 and a serial from 0 to 299")
