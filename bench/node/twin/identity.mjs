// Who calls: the internal token, verified with jose.
import { readFileSync } from "node:fs";

import { createLocalJWKSet, jwtVerify } from "jose";

const MOST = 4096;

export function tokens(file, audience) {
  const keys = createLocalJWKSet(JSON.parse(readFileSync(file, "utf8")));
  const known = new Map();
  return async (token) => {
    const found = known.get(token);
    if (found && found.exp * 1000 > Date.now()) return found;
    const { payload } = await jwtVerify(token, keys, { audience, typ: "ip-internal+jwt", algorithms: ["ES256"] });
    if (known.size > MOST) known.clear();
    known.set(token, payload);
    return payload;
  };
}

export const subject = (caller) => caller.sub ?? `services/${caller.iss}`;
