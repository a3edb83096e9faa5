import { Code, ConnectError } from '@connectrpc/connect';

import { BadRequestSchema, ErrorInfoSchema, PreconditionFailureSchema } from '../gen/google/rpc/error_details_pb';

// What went wrong with a call, as the pages need to know it.
export interface Trouble {
  code: Code;
  // ErrorInfo.reason, see docs/errors.md; empty when there was no answer.
  reason: string;
  metadata: Record<string, string>;
  // What must be mended: the field or precondition, and the server's (English) words about it.
  violations: { what: string; description: string }[];
}

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ConnectError)) {
    return { code: error instanceof TypeError ? Code.Unavailable : Code.Unknown, reason: '', metadata: {}, violations: [] };
  }
  const info = error.findDetails(ErrorInfoSchema)[0];
  return {
    code: error.code,
    reason: info?.reason ?? '',
    metadata: info?.metadata ?? {},
    violations: [
      ...error.findDetails(BadRequestSchema).flatMap((detail) =>
        detail.fieldViolations.map(({ field, description }) => ({ what: field, description }))),
      ...error.findDetails(PreconditionFailureSchema).flatMap((detail) =>
        detail.violations.map(({ type, subject, description }) => ({ what: type || subject, description }))),
    ],
  };
}

export const isReason = (error: unknown, reason: string) => troubleOf(error).reason === reason;

export function retryable(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.Unavailable;
}
