#!/usr/bin/env node
// Starts the two issuers. See README.md.
import { createServer } from 'node:http';
import { randomBytes, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadPersons } from './persons.mjs';

const HELP = `Usage: node main.mjs --persons FILE --data DIR [flags]

Plays ID-porten (citizens) and HelseID (professionals, systems) with test persons.

  --persons FILE           who can log in (format: README.md)
  --data DIR               signing keys and client secrets; made when missing
  --host ADDRESS           address to bind (127.0.0.1)
  --public_host NAME       host name in the issuers' URLs (the bound address)
  --idporten_port PORT     0 (default) takes a free port
  --helseid_port PORT      0 (default) takes a free port
  --redirect_uri URI       where the gateway takes the code; may be given several times
  --post_logout_redirect_uri URI   where a logout ends; may be given several times
  --backchannel_logout_uri URI   where the gateway hears of logouts
  --client_secret_file FILE   the gateway's secret (DIR/individuellplan-gateway.secret); made when missing
  --gateway_key FILE       the gateway's JWK: it then authenticates with private_key_jwt, as HelseID
                           demands, instead of with the secret
  --audience URI           aud of access tokens to the suite's API (urn:individuellplan)

Prints one JSON line when ready. Refuses to run with IP_ENV=prod.
`;

const GATEWAY_CLIENT = 'individuellplan-gateway';

function makeIfMissing(file, make) {
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

const secret = (file) => makeIfMissing(file, () => `${randomBytes(32).toString('base64url')}\n`).trim();

function signingKeys(file, alg) {
  const make = alg === 'ES256'
    ? () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : () => generateKeyPairSync('rsa', { modulusLength: 2048 });
  return JSON.parse(makeIfMissing(file, () => {
    const jwk = make().privateKey.export({ format: 'jwk' });
    return JSON.stringify({ keys: [{ ...jwk, alg, use: 'sig', kid: randomBytes(6).toString('base64url') }] });
  }));
}

function gatewayClient(flags) {
  const client = { client_id: GATEWAY_CLIENT, client_name: 'Individuell plan',
    ...(flags.backchannel_logout_uri && {
      backchannel_logout_uri: flags.backchannel_logout_uri, backchannel_logout_session_required: true }) };
  if (!flags.gateway_key) {
    const file = flags.client_secret_file ?? join(flags.data, `${GATEWAY_CLIENT}.secret`);
    return { ...client, client_secret: secret(file) };
  }
  const { d: _, iss: __, ...jwk } = JSON.parse(readFileSync(flags.gateway_key, 'utf8'));
  return { ...client, token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256', jwks: { keys: [jwk] } };
}

function listen(server, port, host) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.address().port));
  });
}

async function main() {
  const text = (value) => ({ type: 'string', default: value });
  const { values: flags } = parseArgs({ options: {
    help: { type: 'boolean' }, persons: text(), data: text(), host: text('127.0.0.1'),
    public_host: text(), idporten_port: text('0'), helseid_port: text('0'),
    redirect_uri: { type: 'string', multiple: true, default: [] },
    post_logout_redirect_uri: { type: 'string', multiple: true, default: [] },
    backchannel_logout_uri: text(), gateway_key: text(), client_secret_file: text(), audience: text('urn:individuellplan'),
  } });
  if (flags.help) return process.stdout.write(HELP);
  if (process.env.IP_ENV === 'prod') throw new Error('for development only; it does not run with IP_ENV=prod');
  if (!flags.persons || !flags.data) throw new Error('--persons and --data are needed; see --help');

  // Standard output is for the ready line alone; oidc-provider talks while it is loaded.
  console.info = console.warn = console.error;
  const { KINDS, makeProvider } = await import('./provider.mjs');

  mkdirSync(flags.data, { recursive: true, mode: 0o700 });
  const { persons, systems } = loadPersons(flags.persons);
  const ready = { ready: true, client_id: GATEWAY_CLIENT, audience: flags.audience };
  for (const [name, kind] of Object.entries(KINDS)) {
    const server = createServer();
    const port = await listen(server, Number(flags[`${name}_port`]), flags.host);
    const issuer = `http://${flags.public_host ?? flags.host}:${port}`;
    const provider = makeProvider(kind, {
      issuer,
      jwks: signingKeys(join(flags.data, `${name}.jwks`), kind.alg),
      cookieKey: secret(join(flags.data, 'cookie.secret')),
      audience: flags.audience,
      persons,
      systems: systems.map((s) => ({ ...s, secret: secret(join(flags.data, `${s.client_id}.secret`)) })),
      gateway: gatewayClient(flags),
      redirectUris: flags.redirect_uri.length ? flags.redirect_uri : ['http://127.0.0.1/unset'],
      postLogoutRedirectUris: flags.post_logout_redirect_uri,
    });
    server.on('request', provider.callback());
    ready[name] = { issuer, port };
  }
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
  return undefined;
}

main().catch((error) => {
  process.stderr.write(`idp: ${error.message}\n`);
  process.exit(1);
});
