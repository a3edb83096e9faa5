"""What a set of manifests says, asked as the cluster would: which pods a selector finds, which keys a Secret
has, which flags a program gets. Nothing here judges; rules.py does."""

import dataclasses
import re

OURS = {"gateway", "plan-service", "referral-service", "notification-service", "ip-migrate", "ip-backup"}


@dataclasses.dataclass
class Pod:
    """A pod template, wherever it stands."""
    owner: str      # "Deployment/gateway"
    kind: str
    name: str
    labels: dict
    spec: dict

    def containers(self):
        return [*self.spec.get("initContainers", []), *self.spec.get("containers", [])]


@dataclasses.dataclass
class Program:
    """A container of one of our own images, with the flags it gets from arguments and environment."""
    pod: Pod
    container: dict
    binary: str
    flags: dict          # name -> value, what the program will see
    unresolved: list     # "$(X)" that no environment defines
    strangers: list      # arguments that are no flags

    def __str__(self):
        return f"{self.pod.owner}, container {self.container['name']}"


def matches(selector, labels):
    """Whether a label selector (matchLabels and matchExpressions) finds these labels."""
    if any(labels.get(k) != v for k, v in (selector.get("matchLabels") or {}).items()):
        return False
    for term in selector.get("matchExpressions") or []:
        has = labels.get(term["key"])
        found = {"In": has in term.get("values", []), "NotIn": has not in term.get("values", []),
                 "Exists": has is not None, "DoesNotExist": has is None}[term["operator"]]
        if not found:
            return False
    return True


class Manifests:
    """`objects` is what kustomize builds for an overlay, `site` what the installation brings (k8s/make-site)."""

    def __init__(self, objects, site, flags_of):
        self.objects = objects
        self.site = site
        self.flags_of = flags_of  # binary -> set of flag names that its --help lists
        self.pods = [pod for item in objects for pod in self._pods_of(item)]

    def all(self, kind):
        return [item for item in self.objects if item["kind"] == kind]

    def find(self, kind, name):
        return next((item for item in [*self.objects, *self.site]
                     if item["kind"] == kind and item["metadata"]["name"] == name), None)

    @staticmethod
    def _pods_of(item):
        spec = item.get("spec") or {}
        if item["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if item["kind"] in ("Deployment", "StatefulSet", "Job", "CronJob", "DaemonSet"):
            template = spec["template"]
            yield Pod(f"{item['kind']}/{item['metadata']['name']}", item["kind"], item["metadata"]["name"],
                      template["metadata"].get("labels", {}), template["spec"])
        if item["kind"] == "MariaDB":  # the operator's pods
            yield Pod(f"MariaDB/{item['metadata']['name']}", "MariaDB", item["metadata"]["name"],
                      {"app.kubernetes.io/instance": item["metadata"]["name"]}, {"containers": []})

    def pods_with(self, selector):
        return [pod for pod in self.pods if matches(selector, pod.labels)]

    def keys_of(self, kind, name):
        """The file names in a Secret or ConfigMap; None when nobody makes it."""
        item = self.find(kind, name)
        if item:
            return {*(item.get("data") or {}), *(item.get("stringData") or {}), *(item.get("binaryData") or {})}
        if kind == "Secret":
            if any(c["spec"]["secretName"] == name for c in self.all("Certificate")):
                return {"tls.crt", "tls.key", "ca.crt"}
            if any(f"{db['metadata']['name']}-ca-bundle" == name for db in self.all("MariaDB")):
                return {"ca.crt"}
        return None

    def environment(self, container):
        values = {}
        for source in container.get("envFrom", []):
            item = self.find("ConfigMap", source.get("configMapRef", {}).get("name", ""))
            values.update((item or {}).get("data") or {})
        values.update({e["name"]: e.get("value", "") for e in container.get("env", [])})
        return values

    def programs(self):
        for pod in self.pods:
            for container in pod.containers():
                binary = container.get("image", "").rsplit("/", 1)[-1].split(":")[0].split("@")[0]
                if binary in OURS:
                    yield self._program(pod, container, binary)

    def _program(self, pod, container, binary):
        environment = self.environment(container)
        known = self.flags_of.get(binary, set())
        # Servers read each flag from the environment too; the tools do not.
        flags = {} if binary in ("ip-migrate", "ip-backup") else {
            name.removeprefix("IP_").lower(): value for name, value in environment.items()
            if name.startswith("IP_") and name.removeprefix("IP_").lower() in known and value}
        unresolved, strangers = [], []
        for argument in container.get("args", []):
            def resolve(match):
                if match.group(1) not in environment:
                    unresolved.append(match.group(0))
                return environment.get(match.group(1), "")
            argument = re.sub(r"\$\((\w+)\)", resolve, argument)
            if not argument.startswith("--"):
                strangers.append(argument)
                continue
            name, _, value = argument[2:].partition("=")
            flags[name] = value
        return Program(pod, container, binary, flags, unresolved, strangers)

    def file_exists(self, program, path):
        """Why a mounted file is not there, or ''. Paths of the image are not looked at."""
        mounts = [m for m in program.container.get("volumeMounts", []) if path.startswith(m["mountPath"] + "/")]
        if not mounts:
            return "" if path.startswith("/usr/") else "no volume is mounted there"
        mount = max(mounts, key=lambda m: len(m["mountPath"]))
        volume = next((v for v in program.pod.spec.get("volumes", []) if v["name"] == mount["name"]), {})
        key = path.removeprefix(mount["mountPath"] + "/")
        source = volume.get("secret") or volume.get("configMap") or {}
        kind = "Secret" if "secret" in volume else "ConfigMap"
        name = source.get("secretName") or source.get("name")
        if not name:
            return "the volume holds no files of ours"
        if "items" in source:
            return "" if key in {item["path"] for item in source["items"]} else f"{kind} {name} is mounted without it"
        keys = self.keys_of(kind, name)
        return "" if keys and key in keys else f"{kind} {name} has no key {key}"

    # Network.

    def service_of(self, host):
        """(pods, {port: target}) behind a host name, or None when there is no such Service."""
        item = self.find("Service", host)
        if item:
            pods = self.pods_with({"matchLabels": item["spec"]["selector"]})
            return pods, {p["port"]: p.get("targetPort", p["port"]) for p in item["spec"]["ports"]}
        for pod in self.pods:
            if pod.kind == "MariaDB" and host in (pod.name, f"{pod.name}-primary", f"{pod.name}-secondary"):
                return [pod], {3306: 3306}
        return None

    @staticmethod
    def port_number(pod, target):
        if isinstance(target, int):
            return target
        return next((p["containerPort"] for c in pod.containers() for p in c.get("ports", [])
                     if p.get("name") == target), None)

    def allowed(self, direction, pod, other, port):
        """Whether the policies let `pod` send to (egress) or receive from (ingress) `other` on `port`."""
        side = {"egress": "to", "ingress": "from"}[direction]
        for policy in self.all("NetworkPolicy"):
            if not matches(policy["spec"]["podSelector"], pod.labels):
                continue
            for rule in policy["spec"].get(direction, []):
                ports = [p.get("port") for p in rule.get("ports", [])]
                peers = [p["podSelector"] for p in rule.get(side, []) if "podSelector" in p and "namespaceSelector" not in p]
                if port in ports and any(matches(peer, other.labels) for peer in peers):
                    return True
        return False
