"""One real suite for all end-to-end tests: every program, a private database, free ports."""

import contextlib
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.suite.suite import Ports, Suite  # noqa: E402


@contextlib.contextmanager
def running_suite(folder):
    suite = Suite(folder, Ports.free(), print)
    try:
        suite.start()
        yield suite
    finally:
        suite.stop()


def gateway_of(suite):
    from tools.lib.ipclient import Gateway
    from tools.lib.persons import Persons

    return Gateway(suite.gateway_address, Persons(suite.persons_file), helseid=suite.helseid_url,
                   secrets=suite.folder / "idp")


@pytest.fixture(scope="session")
def suite(tmp_path_factory):
    with running_suite(tmp_path_factory.mktemp("suite")) as suite:
        yield suite


@pytest.fixture(scope="session")
def gateway(suite):
    return gateway_of(suite)


def pytest_collection_modifyitems(items):
    """What needs the demo municipality comes last: the others count mails and queues of their own."""
    items.sort(key=lambda item: "demo" in item.fixturenames)


@pytest.fixture(scope="session")
def demo(suite):
    """The demo municipality is loaded."""
    from tools.seed import seed

    assert seed.main([f"--gateway={suite.gateway_address}", f"--helseid={suite.helseid_url}",
                      f"--secrets={suite.folder / 'idp'}", f"--clock={suite.clock_file}"]) == 0
