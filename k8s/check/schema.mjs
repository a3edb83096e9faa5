// Reads Kubernetes objects (a JSON array) from standard input and prints, as a JSON array of strings, what the
// schemas of their kinds say against them: wrong types and values, missing fields, and fields that do not exist.
//
// The schemas come as compiled validators, which let unknown fields pass. A validator reads each field that it
// knows, so the objects are shown to it through proxies that note what is read: what was never read does not exist.
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const modules = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const packages = {
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'cert-manager.io': '@kubernetes-models/cert-manager',
};

async function validatorOf({apiVersion, kind}) {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  const name = packages[group] ?? 'kubernetes-models';
  const file = join(modules, name, apiVersion, `${kind}.js`);
  if (!existsSync(file)) return null;
  const [, schema] = /_schemas\/(\w+)\.js"/.exec(readFileSync(file, 'utf8'));
  return (await import(join(modules, name, '_schemas', `${schema}.js`))).validate;
}

/** What `object` looks like, noting in `seen` which keys of which object are read. */
function watched(object, seen) {
  if (object === null || typeof object !== 'object') return object;
  const keys = new Set();
  seen.set(object, keys);
  return new Proxy(object, {
    get(target, key) {
      keys.add(key);
      const value = target[key];
      if (value === null || typeof value !== 'object') return value;
      children.get(target)?.has(key) || (children.get(target) ?? children.set(target, new Map()).get(target)).set(key, watched(value, seen));
      return children.get(target).get(key);
    },
  });
}
const children = new WeakMap();

function unread(object, seen, path) {
  if (object === null || typeof object !== 'object') return [];
  return Object.entries(object).flatMap(([key, value]) => {
    if (!Array.isArray(object) && !seen.get(object)?.has(key)) return [`${path}/${key}: there is no such field`];
    return unread(value, seen, `${path}/${key}`);
  });
}

// The custom resources of mariadb-operator have no package: the fields that we use, and their types, as its
// reference (v1alpha1) has them.
const leaf = type => (value, path) => typeof value === type ? [] : [`${path}: must be a ${type}`];
const shape = fields => (value, path) => typeof value !== 'object' ? [`${path}: must be an object`]
  : Object.entries(value).flatMap(([key, v]) => fields[key] ? fields[key](v, `${path}/${key}`)
    : [`${path}/${key}: there is no such field (or add it to schema.mjs after reading the operator's reference)`]);
const any = () => [];
const text = leaf('string'), number = leaf('number'), yes = leaf('boolean');
const mariadb = {
  MariaDB: shape({apiVersion: text, kind: text, metadata: any, spec: shape({
    image: text, rootPasswordSecretKeyRef: shape({name: text, key: text, generate: yes}), replicas: number,
    galera: shape({
      enabled: yes, primary: shape({podIndex: number, automaticFailover: yes}), sst: text, replicaThreads: number,
      providerOptions: any, recovery: shape({enabled: yes, minClusterSize: any})}),
    tls: shape({enabled: yes, required: yes}), storage: shape({size: text, storageClassName: text}), myCnf: text,
    resources: any, podSecurityContext: any, affinity: shape({antiAffinityEnabled: yes}),
    podDisruptionBudget: shape({maxUnavailable: any}), updateStrategy: shape({type: text}),
    metrics: shape({enabled: yes})})}),
};

const problems = [];
for (const object of JSON.parse(readFileSync(0, 'utf8'))) {
  const name = `${object.kind}/${object.metadata?.name}`;
  if (object.apiVersion?.startsWith('k8s.mariadb.com/')) {
    const check = mariadb[object.kind];
    problems.push(...(check ? check(object, '') : [': this kind is not known here']).map(p => `${name}${p}`));
    continue;
  }
  const validate = await validatorOf(object);
  if (validate === null) {
    problems.push(`${name}: ${object.apiVersion} has no kind ${object.kind}`);
    continue;
  }
  const seen = new Map();
  if (!validate(watched(object, seen))) {
    problems.push(...validate.errors.map(e => `${name}${e.instancePath}: ${e.keyword} ${JSON.stringify(e.params)}`));
  }
  problems.push(...unread(object, seen, name));
}
console.log(JSON.stringify(problems));
