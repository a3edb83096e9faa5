// A Connect server as one writes it with @connectrpc: takes GetPlan as JSON or binary and forwards it over gRPC.
// It checks no token and writes no log, which favours it.
//
//   node server.mjs PORT BACKEND_PORT DESCRIPTOR_SET
import { readFileSync } from "node:fs";

import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { fastifyConnectPlugin } from "@connectrpc/connect-fastify";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { fastify } from "fastify";

const [port, backend, set] = process.argv.slice(2);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(set)));
const service = registry.getService("individuellplan.plan.v1.PlanService");
const client = createClient(service, createGrpcTransport({ baseUrl: `http://127.0.0.1:${backend}` }));

const server = fastify();
await server.register(fastifyConnectPlugin, {
  routes: (router) => router.service(service, { getPlan: (request) => client.getPlan(request) }),
});
await server.listen({ host: "127.0.0.1", port: Number(port) });
