"""The rules that the suite's manifests keep, beyond what schemas know. `problems(manifests, protos)` says each
breach in one sentence that names the object."""

import re

from k8s.check.model import matches

# What Kubernetes 1.31 to 1.35 and the operators serve; the schemas know versions that are long gone.
SERVED = {"v1", "apps/v1", "batch/v1", "autoscaling/v2", "policy/v1", "networking.k8s.io/v1",
          "gateway.networking.k8s.io/v1", "monitoring.coreos.com/v1", "cert-manager.io/v1", "k8s.mariadb.com/v1alpha1"}
CLOSED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
_ADDRESS = re.compile(r"^(?:dns:///|smtps?://|imaps?://)?([a-z0-9.-]+):(\d+)$")


def problems(manifests, protos, production):
    """`protos` maps "package.Service" to its methods."""
    found = []
    for rule in (versions, images, restricted, resources, probes, flags, files, ports, references, routes, edges,
                 no_holes, secrets, stopping, availability, peers, schemas):
        found += [f"{text} [{rule.__name__}]" for text in rule(manifests, protos)]
    if production:
        found += [f"{text} [production_settings]" for text in production_settings(manifests)]
    return sorted(set(found))


def versions(m, _):
    for item in m.objects:
        if item["apiVersion"] not in SERVED:
            yield f"{item['kind']}/{item['metadata']['name']}: {item['apiVersion']} is not served"


def images(m, _):
    for pod in m.pods:
        for container in pod.containers():
            image = container.get("image", "")
            tag = image.rsplit("/", 1)[-1].partition(":")[2]
            if "@sha256:" not in image and tag in ("", "latest"):
                yield f"{pod.owner}: image {image} is not pinned to a version"


def restricted(m, _):
    for pod in m.pods:
        if pod.kind == "MariaDB":
            continue
        context = pod.spec.get("securityContext", {})
        if not context.get("runAsNonRoot") or context.get("runAsUser") == 0:
            yield f"{pod.owner}: may run as root"
        if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{pod.owner}: has no seccomp profile"
        if pod.spec.get("automountServiceAccountToken") is not False:
            yield f"{pod.owner}: gets a token for the Kubernetes API"
        for field in ("hostNetwork", "hostPID", "hostIPC"):
            if pod.spec.get(field):
                yield f"{pod.owner}: {field}"
        for volume in pod.spec.get("volumes", []):
            if "hostPath" in volume:
                yield f"{pod.owner}: mounts a path of the node"
        for container in pod.containers():
            own = container.get("securityContext", {})
            wrong = [key for key, value in CLOSED.items() if own.get(key) != value]
            if wrong or own.get("privileged"):
                yield f"{pod.owner}, container {container['name']}: not restricted: {', '.join(wrong) or 'privileged'}"
    namespace = next(iter(m.all("Namespace")), {"metadata": {}})
    if namespace["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
        yield "Namespace: does not enforce the restricted pod standard"


def resources(m, _):
    for pod in m.pods:
        for container in pod.containers():
            have = container.get("resources", {})
            if {"cpu", "memory"} - set(have.get("requests", {})) or "memory" not in have.get("limits", {}):
                yield f"{pod.owner}, container {container['name']}: needs requests for cpu and memory and a limit of memory"
            if "cpu" in have.get("limits", {}):
                yield f"{pod.owner}, container {container['name']}: a cpu limit stalls calls; use requests"


def probes(m, protos):
    for pod in m.pods:
        if pod.kind not in ("Deployment", "StatefulSet"):
            continue
        for container in pod.spec["containers"]:
            named = {p.get("name"): p["containerPort"] for p in container.get("ports", [])}
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                how = container.get(probe)
                where = f"{pod.owner}: {probe}"
                if how is None:
                    yield f"{where} is missing"
                    continue
                port = next((how[k].get("port") for k in ("grpc", "httpGet", "tcpSocket") if k in how), None)
                if port is not None and port not in named and port not in named.values():
                    yield f"{where} asks port {port}, which the container does not open"
                service = how.get("grpc", {}).get("service")
                if service and service not in protos:
                    yield f"{where} asks for {service}, which no proto defines"
            for program in m.programs():
                if program.container is container and "health_address" in program.flags:
                    port = int(program.flags["health_address"].rsplit(":", 1)[1])
                    asked = {container.get(p, {}).get("grpc", {}).get("port", port)
                             for p in ("startupProbe", "livenessProbe", "readinessProbe")}
                    if "grpc" in container.get("readinessProbe", {}) and asked != {port}:
                        yield f"{pod.owner}: probes ask {sorted(asked)}, but health is served on {port}"


def flags(m, _):
    for program in m.programs():
        known = m.flags_of[program.binary]
        for name in program.flags:
            if name not in known:
                yield f"{program}: {program.binary} has no flag --{name}"
        for argument in program.unresolved:
            yield f"{program}: nothing defines {argument}"
        allowed = {"backup", "restore", "test"} if program.binary == "ip-backup" else set()
        for argument in set(program.strangers) - allowed:
            yield f"{program}: {argument} is no flag"
    names = {name for binary in m.flags_of for name in m.flags_of[binary]}
    for item in m.all("ConfigMap"):
        for key in item.get("data") or {}:
            if key.startswith("IP_") and key.removeprefix("IP_").lower() not in names:
                yield f"ConfigMap/{item['metadata']['name']}: no program has a flag for {key}"


def files(m, _):
    for program in m.programs():
        for name, value in program.flags.items():
            if value.startswith("/run/"):
                why = m.file_exists(program, value)
                if why:
                    yield f"{program}: --{name}={value}: {why}"


def ports(m, _):
    for program in m.programs():
        opened = {p["containerPort"] for p in program.container.get("ports", [])}
        for flag in ("listen", "health_address", "metrics_address"):
            value = program.flags.get(flag, "")
            gateway_health = program.binary == "gateway" and flag == "health_address"
            if value and not gateway_health and int(value.rsplit(":", 1)[1]) not in opened:
                yield f"{program}: --{flag}={value} is not among the container's ports"
    for service in m.all("Service"):
        for pod in m.pods_with({"matchLabels": service["spec"]["selector"]}):
            for port in service["spec"]["ports"]:
                number = m.port_number(pod, port.get("targetPort", port["port"]))
                if number is None or (pod.containers() and number not in {
                        p["containerPort"] for c in pod.containers() for p in c.get("ports", [])}):
                    yield f"Service/{service['metadata']['name']}: {pod.owner} has no port {port.get('targetPort')}"


def references(m, _):
    for pod in m.pods:
        mounted = {v["name"] for v in pod.spec.get("volumes", [])}
        for container in pod.containers():
            for mount in container.get("volumeMounts", []):
                claims = {t["metadata"]["name"] for item in m.all("StatefulSet")
                          if item["metadata"]["name"] == pod.name for t in item["spec"].get("volumeClaimTemplates", [])}
                if mount["name"] not in mounted | claims:
                    yield f"{pod.owner}: volume {mount['name']} is not defined"
            for source in container.get("envFrom", []):
                name = source.get("configMapRef", {}).get("name")
                if name and m.find("ConfigMap", name) is None:
                    yield f"{pod.owner}: there is no ConfigMap {name}"
        for volume in pod.spec.get("volumes", []):
            for field, kind, key in (("secret", "Secret", "secretName"), ("configMap", "ConfigMap", "name")):
                if field in volume:
                    keys = m.keys_of(kind, volume[field][key])
                    if keys is None:
                        yield f"{pod.owner}: there is no {kind} {volume[field][key]}"
                    for item in volume[field].get("items", []):
                        if keys is not None and item["key"] not in keys:
                            yield f"{pod.owner}: {kind} {volume[field][key]} has no key {item['key']}"
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            if claim and m.find("PersistentVolumeClaim", claim) is None:
                yield f"{pod.owner}: there is no PersistentVolumeClaim {claim}"
    for kind, selector in (("Service", lambda s: {"matchLabels": s["selector"]}),
                           ("PodDisruptionBudget", lambda s: s["selector"]),
                           ("NetworkPolicy", lambda s: s["podSelector"])):
        for item in m.all(kind):
            if not m.pods_with(selector(item["spec"])):
                yield f"{kind}/{item['metadata']['name']}: its selector finds no pod"
    for item in m.all("Deployment"):
        if not matches(item["spec"]["selector"], item["spec"]["template"]["metadata"]["labels"]):
            yield f"Deployment/{item['metadata']['name']}: its selector does not find its own pods"
    for item in m.all("HorizontalPodAutoscaler"):
        target = item["spec"]["scaleTargetRef"]
        if m.find(target["kind"], target["name"]) is None:
            yield f"HorizontalPodAutoscaler/{item['metadata']['name']}: there is no {target['kind']} {target['name']}"
    for item in m.all("Certificate"):
        issuer = item["spec"]["issuerRef"]
        if m.find(issuer.get("kind", "Issuer"), issuer["name"]) is None:
            yield f"Certificate/{item['metadata']['name']}: there is no issuer {issuer['name']}"
    for item in m.all("ServiceMonitor"):
        services = [s for s in m.all("Service") if matches(item["spec"]["selector"], s["metadata"].get("labels", {}))]
        for endpoint in item["spec"]["endpoints"]:
            if not any(endpoint["port"] == p["name"] for s in services for p in s["spec"]["ports"]):
                yield f"ServiceMonitor/{item['metadata']['name']}: no Service it finds has a port {endpoint['port']}"


def routes(m, protos):
    for item in [*m.all("HTTPRoute"), *m.all("GRPCRoute")]:
        name = f"{item['kind']}/{item['metadata']['name']}"
        for parent in item["spec"]["parentRefs"]:
            gateway = m.find("Gateway", parent["name"])
            listeners = {lis["name"]: lis for lis in gateway["spec"]["listeners"]} if gateway else {}
            if parent.get("sectionName") not in listeners:
                yield f"{name}: there is no listener {parent.get('sectionName')} of Gateway {parent['name']}"
            elif listeners[parent["sectionName"]].get("hostname") not in item["spec"]["hostnames"]:
                yield f"{name}: its host names are not the listener's"
        for rule in item["spec"]["rules"]:
            for backend in rule["backendRefs"]:
                service = m.find("Service", backend["name"])
                if service is None or backend["port"] not in {p["port"] for p in service["spec"]["ports"]}:
                    yield f"{name}: there is no Service {backend['name']} with port {backend['port']}"
            for match in rule.get("matches", []):
                service = match.get("method", {}).get("service")
                if service and service not in protos and not service.startswith("grpc."):
                    yield f"{name}: no proto defines {service}"


def _sends(m):
    """(program, host, port) of each address inside the namespace that a program is told to call."""
    for program in m.programs():
        called = dict(program.flags)
        environment = m.environment(program.container)
        if program.binary == "ip-backup" and "backup" in program.strangers:
            called["db_host"] = environment.get("IP_DB_HOST", "")
        if "db_host" in called:
            port = called.pop("db_port", "") or environment.get("IP_DB_PORT", "3306")
            yield program, called.pop("db_host"), int(port)
        for name, value in called.items():
            address = _ADDRESS.match(value)
            if address and name not in ("listen", "health_address", "metrics_address") and "." not in address.group(1):
                yield program, address.group(1), int(address.group(2))


def edges(m, _):
    """Each call finds a Service, a port, and policies at both ends that let it through."""
    for program, host, port in _sends(m):
        service = m.service_of(host)
        if service is None or port not in service[1]:
            yield f"{program}: calls {host}:{port}, and no Service answers there"
            continue
        for target in service[0]:
            number = m.port_number(target, service[1][port])
            if not m.allowed("egress", program.pod, target, number):
                yield f"{program}: no NetworkPolicy lets it call {host}:{port}"
            if not m.allowed("ingress", target, program.pod, number):
                yield f"{target.owner}: no NetworkPolicy lets {program.pod.name} in on {number}"


def no_holes(m, _):
    """Everything is denied by default, no rule is open to everybody, and each rule between our pods is used."""
    policies = m.all("NetworkPolicy")
    if not any(p["spec"]["podSelector"] == {} and set(p["spec"]["policyTypes"]) == {"Ingress", "Egress"}
               and not p["spec"].get("ingress") and not p["spec"].get("egress") for p in policies):
        yield "there is no NetworkPolicy that denies by default"
    used = set()
    for program, host, port in _sends(m):
        for target in (m.service_of(host) or ([], {}))[0]:
            used.add((program.pod.name, target.labels.get("app.kubernetes.io/instance") or target.name))
    for policy in policies:
        name = f"NetworkPolicy/{policy['metadata']['name']}"
        for rule in policy["spec"].get("ingress", []):
            if not rule.get("from"):
                yield f"{name}: lets everybody in"
        for rule in policy["spec"].get("egress", []):
            for peer in rule.get("to", []):
                if "podSelector" not in peer or "namespaceSelector" in peer:
                    continue
                for sender in m.pods_with(policy["spec"]["podSelector"]):
                    for target in m.pods_with(peer["podSelector"]):
                        instance = target.labels.get("app.kubernetes.io/instance") or target.name
                        if (sender.name, instance) not in used and target.labels != sender.labels:
                            yield f"{name}: lets {sender.name} call {target.name}, which it never does"


def secrets(m, _):
    word = re.compile(r"PASSWORD|SECRET|TOKEN|PRIVATE", re.I)
    for item in m.all("Secret"):
        yield f"Secret/{item['metadata']['name']}: secrets belong to the installation (k8s/make-site)"
    for item in m.all("ConfigMap"):
        for key, value in (item.get("data") or {}).items():
            if word.search(key) and not key.endswith("_FILE") or "PRIVATE KEY" in str(value):
                yield f"ConfigMap/{item['metadata']['name']}: {key} looks like a secret"
    for pod in m.pods:
        for container in pod.containers():
            for entry in container.get("env", []):
                if "secretKeyRef" in entry.get("valueFrom", {}) or (word.search(entry["name"]) and not entry["name"].endswith("_FILE")):
                    yield f"{pod.owner}: {entry['name']} puts a secret into the environment; mount it as a file"
        for volume in pod.spec.get("volumes", []):
            if "secret" in volume and volume["secret"].get("defaultMode") != 0o440:
                yield f"{pod.owner}: secret volume {volume['name']} must have mode 0440 (programs refuse others)"


def stopping(m, _):
    for program in m.programs():
        if program.pod.kind == "Deployment" and "listen" in program.flags:
            need = int(program.flags.get("detection_seconds", 5)) + int(program.flags.get("drain_seconds", 10)) + 5
            grace = program.pod.spec.get("terminationGracePeriodSeconds", 30)
            if grace <= need:
                yield f"{program}: is killed after {grace} s but needs {need} s to drain"


def availability(m, _):
    ours = [p.name for p in m.pods if any(q.pod is p and "listen" in q.flags for q in m.programs())]
    for name in ours:
        labels = next(p.labels for p in m.pods if p.name == name)
        budgets = [b for b in m.all("PodDisruptionBudget") if matches(b["spec"]["selector"], labels)]
        if len(budgets) != 1 or budgets[0]["spec"].get("maxUnavailable") != 1:
            yield f"Deployment/{name}: needs one PodDisruptionBudget with maxUnavailable 1"
        if not any(h["spec"]["scaleTargetRef"]["name"] == name for h in m.all("HorizontalPodAutoscaler")):
            yield f"Deployment/{name}: has no HorizontalPodAutoscaler"
        service = m.find("Service", name)
        if service is None or service["spec"].get("clusterIP") != "None":
            yield f"Service/{name}: must be headless, or all calls go to one replica"
        deployment = m.find("Deployment", name)
        if not deployment["spec"]["template"]["spec"].get("topologySpreadConstraints"):
            yield f"Deployment/{name}: does not spread over nodes and zones"
        if deployment["spec"].get("strategy", {}).get("rollingUpdate", {}).get("maxUnavailable") != 0:
            yield f"Deployment/{name}: takes a replica away before the new one is ready"


def peers(m, protos):
    sends = {(program.pod.name, host) for program, host, _ in _sends(m)}
    for program in m.programs():
        for rule in filter(None, program.flags.get("peer_rpcs", "").split(";")):
            peer, _, rpcs = rule.strip().partition("=")
            if (peer, program.pod.name) not in sends:
                yield f"{program}: --peer_rpcs names {peer}, which does not call it"
            for rpc in rpcs.split(","):
                service, _, method = rpc.partition("/")
                if rpc != "*" and (service not in protos or (method and method not in protos[service])):
                    yield f"{program}: --peer_rpcs names {rpc}, which no proto defines"
        if "listen" in program.flags and program.binary != "gateway":
            for sender, host in sends:
                if host == program.pod.name and f"{sender}=" not in program.flags.get("peer_rpcs", ""):
                    yield f"{program}: --peer_rpcs does not let {sender} in"


def schemas(m, _):
    """Who stores has its schema migrated, waits for it, and logs in as the user that the migration makes."""
    migrated = {p.flags.get("schema"): p.flags for p in m.programs() if p.binary == "ip-migrate" and p.pod.kind == "Job"}
    for program in m.programs():
        schema = program.flags.get("db_name")
        if not schema:
            continue
        job = migrated.get(schema)
        if job is None or job.get("app_user") != program.flags.get("db_user"):
            yield f"{program}: no migration makes {schema} with user {program.flags.get('db_user')}"
        waits = [c for c in program.pod.spec.get("initContainers", []) if f"--schema={schema}" in c.get("args", [])
                 and "--check" in c["args"]]
        if not waits:
            yield f"{program}: does not wait for the migration of {schema}"
        elif job and f"--dir={job.get('dir')}" not in waits[0]["args"]:
            yield f"{program}: waits for other migrations than the job applies"


def production_settings(m):
    settings = next((c["data"] for c in m.all("ConfigMap") if "IP_ENV" in (c.get("data") or {})), {})
    if settings.get("IP_ENV") != "prod":
        yield "ConfigMap/settings: IP_ENV must be prod"
    for key in ("IP_DB_ALLOW_PLAINTEXT", "IP_REFLECTION"):
        if settings.get(key) != "false":
            yield f"ConfigMap/settings: {key} must be false"
    for key in ("IP_DB_SSL_CA", "IP_TLS_CLIENT_CA_FILE", "IP_TLS_SERVER_CA_FILE"):
        if not settings.get(key):
            yield f"ConfigMap/settings: {key} must be set"
    for item in m.all("HorizontalPodAutoscaler"):
        if item["spec"]["minReplicas"] < 2:
            yield f"HorizontalPodAutoscaler/{item['metadata']['name']}: one replica is none while it restarts"
    for item in m.all("MariaDB"):
        if item["spec"]["replicas"] < 3 or not item["spec"]["galera"]["enabled"] or not item["spec"]["tls"]["required"]:
            yield f"MariaDB/{item['metadata']['name']}: needs three nodes of Galera and TLS for everybody"
