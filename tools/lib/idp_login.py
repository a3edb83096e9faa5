"""Logging in and out at the local identity provider without a browser."""

import html.parser
import urllib.parse

import requests
import requests.cookies


class _LocalJar(requests.cookies.RequestsCookieJar):
    """Secure cookies go over http too, as browsers do on the local machine. (A cookie policy would be
    lost: requests copies the cookies into a jar of its own for each request.)"""

    def set_cookie(self, cookie, *args, **kwargs):
        cookie.secure = False
        return super().set_cookie(cookie, *args, **kwargs)


def browser():
    session = requests.Session()
    session.cookies = _LocalJar()
    return session


def log_in(session, url, login):
    """Follows `url` to "Velg testbruker", chooses `login`, follows back; the last response."""
    page = session.get(url)
    page.raise_for_status()
    if "/interaction/" not in page.url:
        return page  # the provider still knew the person
    answer = session.post(page.url, data={"login": login})
    answer.raise_for_status()
    # Whoever logs in as somebody else is logged out first.
    return confirm_logout(session, answer) if "/logout/confirm" in answer.text else answer


class _Form(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.action, self.fields = "", {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.action = attrs["action"]
        if tag in ("input", "button") and "name" in attrs:
            self.fields[attrs["name"]] = attrs.get("value", "")


def confirm_logout(session, page):
    """Sends the form that the page would send by its script; the last response."""
    form = _Form(page.text)
    answer = session.post(urllib.parse.urljoin(page.url, form.action), data=form.fields)
    answer.raise_for_status()
    return answer
