// PlanService: GetPlan and UpdateActivity.
import { createHash } from "node:crypto";

import { status } from "@grpc/grpc-js";

import { subject } from "./identity.mjs";
import { failure } from "./store.mjs";

const LATER = "9999-12-31";

const text = (date) =>
  date ? `${date.year}-${String(date.month).padStart(2, "0")}-${String(date.day).padStart(2, "0")}` : LATER;

function checkCoordinator(plan, caller) {
  const mine = (plan.coordinator_appointments ?? []).some(
    (each) => each.person === caller.sub && (each.state === "ACTIVE" || each.state === "HANDOVER_PENDING"));
  if (!mine) throw failure(status.NOT_FOUND, "There is no such plan.");
}

export function plans(store, definition) {
  const decode = definition.GetPlan.responseDeserialize;
  const encode = definition.GetPlan.responseSerialize;

  async function logRead(plan, caller, revision) {
    await store.transact(async (connection) => {
      const lock = () => connection.execute(
        "SELECT last_number, last_hash FROM access_log_head WHERE plan = ? FOR UPDATE", [plan]);
      let [[head]] = await lock();
      if (!head) {
        await connection.execute(
          "INSERT INTO access_log_head (plan, last_number, last_hash) VALUES (?, 0, ?)" +
            " ON DUPLICATE KEY UPDATE last_number = last_number", [plan, Buffer.alloc(32)]);
        [[head]] = await lock();
      }
      const number = head.last_number + 1;
      const entry = Buffer.from(JSON.stringify({ who: caller.sub, role: caller.role, org: caller.org, revision,
        time: new Date() }));
      const hash = createHash("sha256").update(head.last_hash).update(entry).digest();
      await connection.execute("INSERT INTO access_log (plan, number, accessor, entry, hash) VALUES (?, ?, ?, ?, ?)",
        [plan, number, caller.sub, store.seal(entry, `access_log|${plan}|${number}`), hash]);
      await connection.execute(
        "INSERT INTO access_log_head (plan, last_number, last_hash) VALUES (?, ?, ?)" +
          " ON DUPLICATE KEY UPDATE last_number = VALUES(last_number), last_hash = VALUES(last_hash)",
        [plan, number, hash]);
    });
  }

  async function project(connection, plan) {
    const due = (plan.evaluations ?? []).map((each) => text(each.due_date)).sort()[0] ?? LATER;
    await connection.execute(
      "UPDATE plan_list SET next_evaluation_date = ?, attention_date = ? WHERE plan = ?", [due, due, plan.name]);
    await connection.execute("SELECT person, role FROM plan_party WHERE plan = ?", [plan.name]);
    await connection.execute("DELETE FROM plan_alert WHERE plan = ?", [plan.name]);
    await connection.execute("INSERT INTO plan_alert (plan, alarm, unit, from_date) VALUES (?, ?, ?, ?)",
      [plan.name, 1, plan.unit, due]);
  }

  return {
    async GetPlan(caller, request) {
      const { revision, bytes } = await store.read(store.pool, "plan", request.name);
      const plan = decode(bytes);
      checkCoordinator(plan, caller);
      await logRead(request.name, caller, revision);
      return plan;
    },

    async UpdateActivity(caller, request) {
      const name = request.activity.name.split("/activities/")[0];
      return store.transact(async (connection) => {
        const { revision, bytes } = await store.read(connection, "plan", name, "FOR UPDATE");
        const plan = decode(bytes);
        checkCoordinator(plan, caller);
        const activity = plan.activities.find((each) => each.name === request.activity.name);
        if (!activity) throw failure(status.NOT_FOUND, "There is no such activity.");
        if (await store.isRepeated(connection, subject(caller), request.request_id)) return activity;
        activity.extent = request.activity.extent;
        plan.revision = String(revision + 1);
        await store.write(connection, {
          table: "plan", name, revision: revision + 1, bytes: encode(plan), actor: subject(caller),
          action: "UpdateActivity", requestId: request.request_id, event: Buffer.from(JSON.stringify({ plan: name })),
        });
        await project(connection, plan);
        return activity;
      });
    },
  };
}
