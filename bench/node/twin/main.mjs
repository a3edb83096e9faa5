// The four hottest calls as a competent team would write them in a week with Node: grpc-js, mysql2, the same tables,
// the same durability, documents encrypted in the same form. What it leaves out favours it: it keeps no sealed log,
// looks at one rule instead of consents, makes no reminder dates, and checks a token once and then remembers it.
//
//   node twin/main.mjs SERVICE PORT FOLDER SCHEMA DESCRIPTOR_SET     SERVICE: plan-service or referral-service
import cluster from "node:cluster";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

import * as grpc from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";

import { tokens } from "./identity.mjs";
import { notices } from "./notices.mjs";
import { plans } from "./plans.mjs";
import { Store } from "./store.mjs";

const [service, port, folder, schema, descriptors] = process.argv.slice(2);
const parts = {
  "plan-service": ["individuellplan.plan.v1.PlanService", plans],
  "referral-service": ["individuellplan.referral.v1.ReferralService", notices],
};
const workers = availableParallelism();

function serve() {
  const [name, handlers] = parts[service];
  const types = loadFileDescriptorSetFromBuffer(readFileSync(descriptors), {
    keepCase: true,
    longs: String,
    enums: String,
  });
  const definition = types[name];
  const who = tokens(`${folder}/keys/internal/jwks.json`, service);
  const store = new Store({ folder, schema, connections: Math.ceil(16 / workers) });

  const server = new grpc.Server();
  const implementation = Object.fromEntries(
    Object.entries(handlers(store, definition, types)).map(([method, handle]) => [
      method,
      async (call, done) => {
        try {
          const caller = await who(call.metadata.get("x-ip-identity")[0]);
          done(null, await handle(caller, call.request));
        } catch (error) {
          done({ code: error.grpc ?? grpc.status.INTERNAL, details: error.message });
        }
      },
    ]),
  );
  server.addService(definition, implementation);
  server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error) => {
    if (error) throw error;
  });
}

if (cluster.isPrimary) {
  for (let i = 0; i < workers; i++) cluster.fork();
} else {
  serve();
}
