"""What a release hands to others (scripts/release-artifacts): enough to build on without this repository, and the same
bytes each time."""

import json
import subprocess
import sys
import tarfile

import pytest

from tests.e2e.conftest import ROOT

from google.protobuf import descriptor_pb2


@pytest.fixture(scope="module")
def release():
    def make():
        subprocess.run([ROOT / "scripts/release-artifacts", "1.2.3"], check=True, stdout=subprocess.DEVNULL)
        return (ROOT / "build/artifacts/SHA256SUMS").read_text()
    first = make()
    assert make() == first, "the same commit gave other bytes"
    return ROOT / "build/artifacts"


def test_the_descriptor_set_holds_the_contract_with_its_comments(release):
    files = descriptor_pb2.FileDescriptorSet.FromString((release / "individuellplan-1.2.3.binpb").read_bytes()).file
    services = {f"{file.package}.{service.name}" for file in files for service in file.service}
    assert {"individuellplan.plan.v1.PlanService", "individuellplan.referral.v1.ReferralService",
            "individuellplan.notification.v1.NotificationService"} <= services
    names = {file.name for file in files}
    assert all(needed in names for file in files for needed in file.dependency)
    assert any(place.leading_comments for file in files for place in file.source_code_info.location)


def test_a_client_is_made_of_the_protos_bundle_alone(release, tmp_path):
    with tarfile.open(release / "individuellplan-1.2.3-protos.tar.gz") as bundle:
        bundle.extractall(tmp_path)
    protos = sorted(str(file.relative_to(root)) for root in (tmp_path / "protos", tmp_path / "third_party")
                    for file in root.rglob("*.proto"))
    (tmp_path / "client").mkdir()
    subprocess.run(["protoc", "-I", "protos", "-I", "third_party", "--python_out=client", *protos], cwd=tmp_path,
                   check=True)
    program = "from individuellplan.plan.v1 import plan_service_pb2; print(plan_service_pb2.GetPlanRequest(name='plans/x'))"
    made = subprocess.run([sys.executable, "-c", program], cwd=tmp_path / "client", text=True, capture_output=True)
    assert made.stdout == 'name: "plans/x"\n\n', made.stderr


def test_the_reference_is_among_it(release):
    with tarfile.open(release / "individuellplan-1.2.3-reference.tar.gz") as bundle:
        description = json.load(bundle.extractfile("docs/openapi.json"))
        page = bundle.extractfile("docs/reference.html").read().decode()
        names = set(bundle.getnames())
    assert description["openapi"].startswith("3.1")
    assert any(path.endswith("PlanService/GetPlan") for path in description["paths"]) and "GetPlan" in page
    assert {"docs/api.md", "docs/errors.md", "docs/versioning.md", "docs/fhir.md", "docs/events.md"} <= names
