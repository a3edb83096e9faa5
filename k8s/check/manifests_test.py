"""The overlays keep all rules, and each kind of mistake is found."""

import copy
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from k8s.check import rules, sources  # noqa: E402
from k8s.check.model import Manifests  # noqa: E402


@pytest.fixture(scope="session")
def facts(tmp_path_factory):
    return {"flags": sources.flags(), "protos": sources.protos(), "site": sources.site(tmp_path_factory.mktemp("site")),
            **{name: sources.build(sources.ROOT / "k8s/overlays" / name) for name in ("dev", "prod")}}


def problems(facts, objects, overlay="prod", schema=True):
    found = rules.problems(Manifests(objects, facts["site"], facts["flags"]), facts["protos"], overlay == "prod")
    return found + (sources.schema_problems(objects) if schema else [])


@pytest.mark.parametrize("overlay", ["dev", "prod"])
def test_the_overlays_are_right(facts, overlay):
    assert problems(facts, facts[overlay], overlay) == []


# What a hurried hand does, and a word of the sentence that must come back.
PLANTED = {}


def mistake(word):
    def keep(change):
        PLANTED[change.__name__] = (change, word)
        return change
    return keep


def deployment(find, name):
    return find("Deployment", name)["spec"]["template"]["spec"]


def main(find, name):
    return deployment(find, name)["containers"][0]


def set_argument(container, name, value):
    container["args"] = [a for a in container["args"] if not a.startswith(f"--{name}=")] + [f"--{name}={value}"]


@mistake("there is no such field")
def misspelt_field(find):
    main(find, "gateway")["imagePullPolcy"] = "Always"


@mistake("there is no such field")
def misspelt_field_of_a_route(find):
    find("HTTPRoute", "web")["spec"]["rules"][0]["timeout"] = {"request": "10s"}


@mistake("there is no such field")
def misspelt_field_of_the_database(find):
    find("MariaDB", "ip-db")["spec"]["replica"] = 3


@mistake('type {"type":"integer"}')
def word_for_a_number(find):
    find("Deployment", "gateway")["spec"]["revisionHistoryLimit"] = "three"


@mistake("required")
def missing_field(find):
    del find("HorizontalPodAutoscaler", "gateway")["spec"]["maxReplicas"]


@mistake("is not served")
def old_api_version(find):
    find("HorizontalPodAutoscaler", "gateway")["apiVersion"] = "autoscaling/v2beta2"


@mistake("has no kind HTTPRoutes")
def misspelt_kind(find):
    find("HTTPRoute", "web")["kind"] = "HTTPRoutes"


@mistake("not pinned")
def latest_image(find):
    main(find, "gateway")["image"] = "registry.example/individuell-plan/gateway:latest"


@mistake("may run as root")
def runs_as_root(find):
    deployment(find, "plan-service")["securityContext"]["runAsUser"] = 0


@mistake("not restricted: readOnlyRootFilesystem")
def writable_root(find):
    main(find, "plan-service")["securityContext"]["readOnlyRootFilesystem"] = False


@mistake("seccomp")
def no_seccomp(find):
    del deployment(find, "gateway")["securityContext"]["seccompProfile"]


@mistake("token for the Kubernetes API")
def api_token(find):
    del deployment(find, "gateway")["automountServiceAccountToken"]


@mistake("does not enforce the restricted")
def open_namespace(find):
    find("Namespace", "individuell-plan")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = "baseline"


@mistake("a limit of memory")
def no_memory_limit(find):
    del main(find, "gateway")["resources"]["limits"]


@mistake("readinessProbe is missing")
def no_readiness(find):
    del main(find, "gateway")["readinessProbe"]


@mistake("does not open")
def probe_of_a_closed_port(find):
    main(find, "plan-service")["livenessProbe"]["grpc"]["port"] = 7201


@mistake("probes ask")
def probe_through_tls(find):
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        main(find, "plan-service")[probe]["grpc"]["port"] = 7101


@mistake("no proto defines")
def probe_of_an_unknown_service(find):
    main(find, "plan-service")["readinessProbe"]["grpc"]["service"] = "individuellplan.plan.v1.PlanServices"


@mistake("has no flag --reference_files")
def misspelt_flag(find):
    set_argument(main(find, "plan-service"), "reference_files", "/run/reference/reference.json")


@mistake("no program has a flag for IP_DB_HOSTS")
def misspelt_setting(find):
    settings(find)["IP_DB_HOSTS"] = "elsewhere"


@mistake("has no key documents.keys")
def file_that_no_secret_has(find):
    set_argument(main(find, "plan-service"), "document_keys_file", "/run/keys/documents.keys")


@mistake("no volume is mounted")
def file_that_is_not_mounted(find):
    del main(find, "gateway")["volumeMounts"][0]


@mistake("there is no Secret plan-services")
def missing_secret(find):
    deployment(find, "plan-service")["volumes"][0]["secret"]["secretName"] = "plan-services"


@mistake("must have mode 0440")
def secret_for_everybody(find):
    del deployment(find, "plan-service")["volumes"][0]["secret"]["defaultMode"]


@mistake("is not among the container's ports")
def port_that_is_not_opened(find):
    set_argument(main(find, "plan-service"), "listen", "0.0.0.0:7109")


@mistake("has no port rpc")
def service_without_its_port(find):
    find("Service", "plan-service")["spec"]["ports"][0]["targetPort"] = "rpc"


@mistake("its selector finds no pod")
def selector_that_finds_nobody(find):
    find("PodDisruptionBudget", "gateway")["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] = "gate"


@mistake("there is no Deployment plan")
def scaler_of_nothing(find):
    find("HorizontalPodAutoscaler", "plan-service")["spec"]["scaleTargetRef"]["name"] = "plan"


@mistake("no Service answers there")
def address_of_nobody(find):
    set_argument(main(find, "referral-service"), "plan_service", "dns:///plan-service:7102")


@mistake("no NetworkPolicy lets it call plan-service")
def edge_that_egress_forbids(find):
    find("NetworkPolicy", "referral-service")["spec"]["egress"].pop(0)


@mistake("no NetworkPolicy lets gateway in on 7103")
def edge_that_ingress_forbids(find):
    find("NetworkPolicy", "notification-service")["spec"]["ingress"][0]["from"].pop()


@mistake("lets notification-service call gateway, which it never does")
def needless_hole(find):
    find("NetworkPolicy", "notification-service")["spec"]["egress"].append({
        "to": [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "gateway"}}}], "ports": [{"port": 8080}]})


@mistake("lets everybody in")
def open_to_everybody(find):
    del find("NetworkPolicy", "gateway")["spec"]["ingress"][0]["from"]


@mistake("denies by default")
def nothing_denied(find):
    find("NetworkPolicy", "default-deny")["spec"]["policyTypes"] = ["Ingress"]


@mistake("into the environment")
def secret_in_the_environment(find):
    main(find, "gateway")["env"] = [{"name": "CLIENT_SECRET", "valueFrom": {
        "secretKeyRef": {"name": "gateway", "key": "oidc-client-secret"}}}]


@mistake("looks like a secret")
def password_in_a_config_map(find):
    settings(find)["IP_SMTP_PASSWORD"] = "hunter2"


@mistake("to drain")
def killed_before_it_has_drained(find):
    deployment(find, "gateway")["terminationGracePeriodSeconds"] = 10


@mistake("must be headless")
def one_replica_gets_all(find):
    del find("Service", "plan-service")["spec"]["clusterIP"]


@mistake("before the new one is ready")
def rolls_with_a_gap(find):
    find("Deployment", "gateway")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] = 1


@mistake("which no proto defines")
def peer_rule_for_an_unknown_rpc(find):
    set_argument(main(find, "notification-service"), "peer_rpcs",
                 "gateway=individuellplan.notification.v1.NotificationService/ListNotification")


@mistake("does not let notification-service in")
def peer_rule_forgets_a_caller(find):
    set_argument(main(find, "referral-service"), "peer_rpcs", "gateway=*")


@mistake("does not wait for the migration of ip_plan")
def starts_before_the_migration(find):
    del deployment(find, "plan-service")["initContainers"]


@mistake("no migration makes ip_plan")
def schema_that_nobody_migrates(find):
    job = find("Job", "migrate")["spec"]["template"]["spec"]
    job["containers"] = [c for c in job["containers"] if c["name"] != "plan-service"]


@mistake("no Service gateway with port 9090")
def route_to_nowhere(find):
    find("HTTPRoute", "web")["spec"]["rules"][0]["backendRefs"][0]["port"] = 9090


@mistake("there is no listener")
def route_of_no_listener(find):
    find("GRPCRoute", "grpc")["spec"]["parentRefs"][0]["sectionName"] = "http"


@mistake("has a port metricz")
def monitor_of_no_port(find):
    find("ServiceMonitor", "individuell-plan")["spec"]["endpoints"][0]["port"] = "metricz"


@mistake("IP_ENV must be prod")
def development_in_production(find):
    settings(find)["IP_ENV"] = "dev"


@mistake("IP_DB_ALLOW_PLAINTEXT must be false")
def database_in_the_clear(find):
    settings(find)["IP_DB_ALLOW_PLAINTEXT"] = "true"


@mistake("three nodes of Galera")
def two_nodes(find):
    find("MariaDB", "ip-db")["spec"]["replicas"] = 2


def settings(find):
    return find("ConfigMap", None)["data"]


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found(facts, name):
    objects = copy.deepcopy(facts["prod"])

    def find(kind, wanted):
        return next(item for item in objects if item["kind"] == kind and (
            item["metadata"]["name"] == wanted or (wanted is None and "IP_ENV" in item.get("data", {}))))

    change, word = PLANTED[name]
    change(find)
    found = problems(facts, objects, schema=any(w in word for w in ("field", "type", "required", "kind")))
    assert any(word in text for text in found), f"{name} went unseen; found: {found}"


def test_the_compose_file_names_flags_and_services_that_exist(facts):
    services = sources.compose()["services"]
    for name, service in services.items():
        program = service["image"].rsplit("/", 1)[-1]
        if program not in facts["flags"]:
            continue
        assert service["build"]["args"]["PROGRAM"] == program
        flags = [argument[2:].partition("=") for argument in service["command"]]
        assert {flag for flag, _, _ in flags} <= facts["flags"][program], name
        settings = {key.removeprefix("IP_").lower() for key in service.get("environment", {})}
        assert settings <= facts["flags"][program], name
        for flag, _, value in flags:
            if value.startswith("dns:///"):
                target, port = value.removeprefix("dns:///").split(":")
                assert f"--listen=0.0.0.0:{port}" in services[target]["command"], f"{name}: {flag}"
        for needed in service.get("depends_on", {}):
            assert needed in services
