// Runs one scenario with the clients of other makers: node run.mjs DESCRIPTORS GATEWAY_URL < TOKENS_JSON
// Prints one JSON line per client: {"client": …, "results": {"unary": "ok", …}}.
import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import * as node from '@connectrpc/connect-node';
import * as web from '@connectrpc/connect-web';
import * as grpc from '@grpc/grpc-js';
import * as loader from '@grpc/proto-loader';

const [descriptors, url] = process.argv.slice(2);
const tokens = JSON.parse(readFileSync(0, 'utf8'));
const bytes = readFileSync(descriptors);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
const SERVICE = 'individuellplan.referral.v1.ReferralService';
const UNIT = 'units/fjordvik';
const TEXT = 'Blåbærsyltetøy 🫐 «sitat» – 日本語 ʻokina\u00a0\u200f';

/** A notice that may be created: only its text differs. */
const notice = (text) => ({ ...tokens.notice, needDescription: text });

/** A step that hangs fails instead of holding up the others. */
const within = (milliseconds, work) => Promise.race([work, new Promise((_, reject) => {
  setTimeout(() => reject(new Error('hung')), milliseconds).unref();
})]);

function check(condition, what) {
  if (!condition) throw new Error(what);
}

/** Each makes `calls`: unary(method, request, options), stream(method, request, options); errors as {code, reason}. */
const SCENARIO = {
  async unary(calls) {
    const answer = await calls.unary('ListUnits', {}, { token: tokens.practitioner });
    check(answer.units.some((unit) => unit.name === UNIT), 'the unit is not in the list');
  },
  async stream(calls) {
    let seen = 0;
    for await (const event of calls.stream('WatchQueue', { unit: UNIT }, { token: tokens.caseWorker })) {
      seen += 1;
      if (event.snapshotComplete) return;
    }
    throw new Error(`the stream ended after ${seen} events without its snapshot`);
  },
  async 'error details'(calls) {
    const error = await failure(() => calls.unary('GetNotice', { name: 'nonsense' }, { token: tokens.practitioner }));
    check(['invalid_argument', 'not_found'].includes(error.code), `code ${error.code}`);
    check(/^[A-Z_]+$/.test(error.reason ?? ''), 'no google.rpc.ErrorInfo in the details');
  },
  async unauthenticated(calls) {
    const error = await failure(() => calls.unary('ListUnits', {}, {}));
    check(error.code === 'unauthenticated' && error.reason === 'LOGIN_REQUIRED', `${error.code} ${error.reason}`);
  },
  async deadline(calls) {
    // Longer than it takes to be sent, shorter than a stream that waits for ever.
    const error = await failure(async () => {
      for await (const event of calls.stream('WatchQueue', { unit: UNIT },
        { token: tokens.caseWorker, timeoutMs: 700 })) void event;
    });
    check(error.code === 'deadline_exceeded', `code ${error.code}`);
  },
  async cancel(calls) {
    const stop = new AbortController();
    const error = await failure(async () => {
      for await (const event of calls.stream('WatchQueue', { unit: UNIT },
        { token: tokens.caseWorker, signal: stop.signal })) {
        if (event.snapshotComplete) stop.abort();
      }
    });
    check(error.code === 'canceled', `code ${error.code}`);
  },
  async '4 MiB'(calls) {
    // Just below passes the gateway and is refused by the field's own limit; above is refused by size.
    const below = await failure(() => calls.unary('CreateNotice', { notice: notice('x'.repeat(4_100_000)) },
      { token: tokens.practitioner }));
    check(below.code === 'invalid_argument', `below: ${below.code}`);
    const above = await failure(() => calls.unary('CreateNotice', { notice: notice('x'.repeat(5_000_000)) },
      { token: tokens.practitioner }));
    check(above.code === 'resource_exhausted', `above: ${above.code}`);
  },
  async unicode(calls) {
    const made = await calls.unary('CreateNotice',
      { notice: notice(TEXT), subjectIdentity: { nationalId: tokens.nationalId } }, { token: tokens.practitioner });
    check(made.needDescription === TEXT, 'the text came back changed');
  },
};

async function failure(call) {
  try {
    await call();
  } catch (error) {
    if (error.asked) return error.asked;
    throw error;
  }
  throw new Error('the call succeeded');
}

/** ErrorInfo's reason: field 1 of the message, which is all we need of it. */
function reasonOf(details) {
  for (const { type, value } of details) {
    if (!type.endsWith('google.rpc.ErrorInfo') || value[0] !== 0x0a) continue;
    return new TextDecoder().decode(value.subarray(2, 2 + value[1]));
  }
  return undefined;
}

function connectCalls(transport) {
  const client = createClient(registry.getService(SERVICE), transport);
  const method = (name) => client[name[0].toLowerCase() + name.slice(1)];
  const options = ({ token, timeoutMs, signal }) => ({
    timeoutMs, signal, headers: token ? { authorization: `Bearer ${token}` } : {} });
  const explain = (cause) => {
    const error = ConnectError.from(cause);
    const asked = { code: Code[error.code].replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase(),
      reason: reasonOf(error.details.filter((d) => d.value instanceof Uint8Array)) };
    return Object.assign(new Error(error.message), { asked });
  };
  return {
    async unary(name, request, how) {
      try { return await method(name)(request, options(how)); } catch (e) { throw explain(e); }
    },
    async* stream(name, request, how) {
      try { yield* method(name)(request, options(how)); } catch (e) { throw explain(e); }
    },
  };
}

/** Loaded from descriptors, proto-loader knows fields by their proto names alone. */
const rename = (change, value) => (Array.isArray(value) ? value.map((item) => rename(change, item))
  : value === null || typeof value !== 'object' || Buffer.isBuffer(value) ? value
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), rename(change, item)])));
const toSnake = (value) => rename((key) => key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), value);
const toCamel = (value) => rename((key) => key.replace(/_([a-z])/g, (_, c) => c.toUpperCase()), value);

function grpcCalls() {
  const loaded = grpc.loadPackageDefinition(loader.loadFileDescriptorSetFromBuffer(bytes));
  const Client = SERVICE.split('.').reduce((scope, name) => scope[name], loaded);
  const client = new Client(new URL(url).host, grpc.credentials.createInsecure(),
    { 'grpc.max_send_message_length': -1 });
  const metadata = ({ token }) => {
    const made = new grpc.Metadata();
    if (token) made.set('authorization', `Bearer ${token}`);
    return made;
  };
  const explain = (error) => {
    const [packed] = error.metadata?.get('grpc-status-details-bin') ?? [];
    const text = packed ? Buffer.from(packed).toString('latin1') : '';
    const asked = {
      code: grpc.status[error.code].toLowerCase().replace('cancelled', 'canceled'),
      reason: text.includes('google.rpc.ErrorInfo') ? text.match(/[A-Z]+(_[A-Z]+)+/)?.[0] : undefined,
    };
    return Object.assign(new Error(error.message), { asked });
  };
  const deadline = ({ timeoutMs }) => (timeoutMs ? { deadline: Date.now() + timeoutMs } : {});
  return {
    unary: (name, request, how) => new Promise((resolve, reject) => {
      client[name](toSnake(request), metadata(how), deadline(how),
        (error, answer) => (error ? reject(explain(error)) : resolve(toCamel(answer))));
    }),
    async* stream(name, request, how) {
      const call = client[name](toSnake(request), metadata(how), deadline(how));
      how.signal?.addEventListener('abort', () => call.cancel());
      try { for await (const event of call) yield toCamel(event); } catch (e) { throw explain(e); }
    },
  };
}

const CLIENTS = {
  'connect-web, JSON': () => connectCalls(web.createConnectTransport({ baseUrl: url })),
  'connect-web, binary': () => connectCalls(web.createConnectTransport({ baseUrl: url, useBinaryFormat: true })),
  'connect-web, gRPC-Web': () => connectCalls(web.createGrpcWebTransport({ baseUrl: url })),
  'connect-node, Connect': () => connectCalls(node.createConnectTransport({ baseUrl: url, httpVersion: '1.1' })),
  'connect-node, gRPC-Web': () => connectCalls(node.createGrpcWebTransport({ baseUrl: url, httpVersion: '1.1' })),
  'connect-node, gRPC': () => connectCalls(node.createGrpcTransport({ baseUrl: url })),
  'grpc-js': grpcCalls,
};

for (const [client, make] of Object.entries(CLIENTS)) {
  const calls = make();
  const results = {};
  for (const [step, run] of Object.entries(SCENARIO)) {
    try {
      await within(15_000, run(calls));
      results[step] = 'ok';
    } catch (error) {
      results[step] = error.asked ? `${error.asked.code} ${error.asked.reason ?? ''}: ${error.message}` : error.message;
    }
  }
  process.stdout.write(`${JSON.stringify({ client, results })}\n`);
}
process.exit(0);
