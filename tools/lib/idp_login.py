"""Logging in and out at the local identity provider without a browser."""

import html.parser
import http.cookiejar
import urllib.parse

import requests


def browser():
    """A session that also sends Secure cookies over http, as browsers do on the local machine."""
    session = requests.Session()
    session.cookies.set_policy(
        http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
    )
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
