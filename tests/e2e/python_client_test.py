"""The example client in Python, generated from the protos alone, through the gateway."""

import os
import subprocess
import sys

from tests.e2e.conftest import ROOT


def test_a_generated_client_sends_a_notice(suite, tmp_path):
    subprocess.run([ROOT / "clients/python/generate", tmp_path], check=True)
    secret = (suite.folder / "idp/fjordvik-journal.secret").read_text().strip()
    command = [sys.executable, ROOT / "clients/python/send_notice.py", f"--secret={secret}",
               "--gateway", suite.gateway_address, "--issuer", suite.helseid_url]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=30)
    assert done.returncode == 0, done.stderr
    assert "is SUBMITTED; an answer is due by" in done.stdout


def test_it_explains_what_was_wrong(suite, tmp_path):
    subprocess.run([ROOT / "clients/python/generate", tmp_path], check=True)
    secret = (suite.folder / "idp/fjordvik-journal.secret").read_text().strip()
    done = subprocess.run(
        [sys.executable, ROOT / "clients/python/send_notice.py", f"--secret={secret}", "--gateway",
         suite.gateway_address, "--issuer", suite.helseid_url, "--national_id", "12345678901"],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tmp_path)}, timeout=30)
    assert done.returncode == 1
    assert "INVALID_ARGUMENT" in done.stderr and "NATIONAL_ID_INVALID" in done.stderr
    assert "12345678901" not in done.stderr
