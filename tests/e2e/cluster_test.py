"""The short form of tests/fault/cluster_kills.py: one replica of each kind and one database node die under load."""

import os
import shutil
import tempfile

import pytest

from tests.fault.cluster_kills import run
from tools.suite.cluster import ClusterSuite
from tools.suite.suite import Ports


@pytest.mark.skipif(os.geteuid() != 0, reason="Galera's nodes run as the user mysql, which only root can arrange")
def test_nothing_acknowledged_is_lost_when_replicas_and_a_database_node_die():
    folder = tempfile.mkdtemp(prefix="ip-cluster-")
    os.chmod(folder, 0o755)  # the user mysql must come in
    suite = ClusterSuite(folder, Ports.free(), print)
    try:
        suite.start()
        figures, _ = run(suite, clients=2, pause=1, only=["plan-service", "referral-service-2", "gateway-2", "database-1"],
                         say=print)
    finally:
        suite.stop()
        shutil.rmtree(folder, ignore_errors=True)
    assert figures["expected"] > 0 and figures["lost"] == 0, figures
