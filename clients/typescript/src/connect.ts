// What both examples share: a channel that sends a token, tokens for systems, errors in full.
import { type DescMessage, toJsonString } from '@bufbuild/protobuf';
import { Code, ConnectError, type Interceptor, type Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  PreconditionFailureSchema,
} from './gen/google/rpc/error_details_pb.js';

export const setting = (name: string, otherwise?: string): string => {
  const value = process.env[name] ?? otherwise;
  if (value === undefined) throw new Error(`set ${name}; see README.md`);
  return value;
};

/** One per process. `token` is asked before each call. */
export function connect(token: () => Promise<string>): Transport {
  const authorize: Interceptor = (next) => async (request) => {
    request.header.set('authorization', `Bearer ${await token()}`);
    return next(request);
  };
  // UNAVAILABLE alone may be tried again (docs/api.md); the request ids make repeated changes one change.
  const tryAgain: Interceptor = (next) => async (request) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await next(request);
      } catch (error) {
        if (request.stream || attempt === 3 || ConnectError.from(error).code !== Code.Unavailable) throw error;
        await new Promise((done) => setTimeout(done, 500 * 2 ** attempt));
      }
    }
  };
  return createGrpcTransport({
    baseUrl: `http://${setting('IP_GATEWAY', 'localhost:8080')}`,
    defaultTimeoutMs: 5000,
    interceptors: [tryAgain, authorize],
  });
}

/** A system's token by client credentials; asks for a new one half a minute before the old one ends. */
export function systemToken(scope: string): () => Promise<string> {
  let token = '';
  let until = 0;
  return async () => {
    if (Date.now() < until) return token;
    const issuer = setting('IP_ISSUER', 'http://localhost:8082');
    const { token_endpoint } = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
    const client = `${setting('IP_CLIENT_ID', 'fjordvik-journal')}:${setting('IP_CLIENT_SECRET')}`;
    const answer = await fetch(token_endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(client).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    if (!answer.ok) throw new Error(`no token: HTTP ${answer.status}`);
    const body = await answer.json();
    token = body.access_token;
    until = Date.now() + (body.expires_in - 30) * 1000;
    return token;
  };
}

/** Runs an example; shows an error as the API means it: code, message, reason, every violation. */
export async function run(example: () => Promise<void>): Promise<void> {
  try {
    await example();
  } catch (error) {
    const failure = ConnectError.from(error);
    console.error(`${Code[failure.code]}: ${failure.rawMessage}`);
    const show = <T extends DescMessage>(schema: T) =>
      failure.findDetails(schema).forEach((detail) => console.error(toJsonString(schema, detail)));
    show(ErrorInfoSchema);
    show(BadRequestSchema);
    show(PreconditionFailureSchema);
    process.exitCode = 1;
  }
}
