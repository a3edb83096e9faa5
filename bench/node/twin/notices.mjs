// ReferralService: CreateNotice, SubmitNotice and TakeNextNotice.
import { createHmac } from "node:crypto";

import { status } from "@grpc/grpc-js";

import { subject } from "./identity.mjs";
import { failure, newId } from "./store.mjs";

const SUBMITTED = 2;
const IN_TRIAGE = 3;

const dayFrom = (days) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);

export function notices(store, definition, types) {
  const decode = definition.GetNotice.responseDeserialize;
  const encode = definition.GetNotice.responseSerialize;
  const item = types["individuellplan.referral.v1.ReferralService"].ListQueue;

  const personOf = (nationalId) =>
    `persons/${createHmac("sha256", store.key).update(nationalId).digest("hex").slice(0, 26)}`;
  const party = (connection, key, now, name) =>
    connection.execute("INSERT INTO notice_party (party, create_time, name) VALUES (?, ?, ?)", [key, now, name]);

  async function queue(connection, notice, revision, state, now) {
    const row = item.responseSerialize({ items: [{ name: notice.name, urgency: notice.urgency,
      subject_display_name: notice.subject?.display_name, assignee: notice.assignee }] });
    await connection.execute(
      "INSERT INTO notice_queue (name, revision, unit, state, is_open, urgency_rank, due_date, amber_date, submit_time," +
        " assignee, subject, source, close_time, decide_date, plan, item)" +
        " VALUES (?, ?, ?, ?, 1, 1, ?, ?, ?, ?, ?, 1, NULL, NULL, '', ?)" +
        " ON DUPLICATE KEY UPDATE revision = VALUES(revision), state = VALUES(state), assignee = VALUES(assignee)," +
        " item = VALUES(item)",
      [notice.name, revision, notice.unit ?? "", state, dayFrom(400), dayFrom(21), now, notice.assignee ?? "",
        notice.subject?.person ?? "", store.seal(row, `notice_queue|${notice.name}|${revision}`)]);
  }

  return {
    async CreateNotice(caller, request) {
      const notice = { ...request.notice, name: `notices/${newId()}`, state: "DRAFT" };
      notice.subject = { ...notice.subject, person: personOf(request.subject_identity.national_id) };
      notice.etag = `${notice.name}-1`;
      return store.transact(async (connection) => {
        if (await store.isRepeated(connection, subject(caller), request.request_id)) return notice;
        const now = await store.write(connection, {
          table: "notice", name: notice.name, revision: 1, bytes: encode(notice), actor: subject(caller),
          action: "CreateNotice", requestId: request.request_id,
        });
        await party(connection, `sender|${caller.sub}|${caller.org}`, now, notice.name);
        await connection.execute("INSERT INTO notice_secret (name, kind, secret) VALUES (?, ?, ?)",
          [notice.name, "SUBJECT", store.seal(request.subject_identity.national_id, `notice_secret|${notice.name}|SUBJECT`)]);
        return notice;
      });
    },

    async SubmitNotice(caller, request) {
      return store.transact(async (connection) => {
        const { revision, bytes } = await store.read(connection, "notice", request.name, "FOR UPDATE");
        const notice = decode(bytes);
        if (await store.isRepeated(connection, subject(caller), request.request_id)) return notice;
        if (notice.state !== "DRAFT") throw failure(status.FAILED_PRECONDITION, "The notice is not a draft.");
        const person = notice.subject.person;
        await connection.execute(
          "(SELECT name FROM notice_queue WHERE subject = ? AND is_open = 1 ORDER BY name LIMIT 20) UNION ALL" +
            " (SELECT DISTINCT plan FROM notice_queue WHERE subject = ? AND is_open = 0 AND plan <> '' ORDER BY plan LIMIT 5)",
          [person, person]);
        notice.state = "SUBMITTED";
        const now = await store.write(connection, {
          table: "notice", name: notice.name, revision: revision + 1, bytes: encode(notice), actor: subject(caller),
          action: "SubmitNotice", requestId: request.request_id, event: Buffer.from(JSON.stringify({ notice: notice.name })),
        });
        await party(connection, `subject|${person}`, now, notice.name);
        await queue(connection, notice, revision + 1, SUBMITTED, now);
        return notice;
      });
    },

    async TakeNextNotice(caller, request) {
      return store.transact(async (connection) => {
        if (await store.isRepeated(connection, subject(caller), request.request_id)) return {};
        const [[next]] = await connection.execute(
          "SELECT name FROM notice_queue WHERE unit = ? AND state = ?" +
            " ORDER BY urgency_rank, due_date, submit_time, name LIMIT 1 FOR UPDATE SKIP LOCKED",
          [request.unit, SUBMITTED]);
        if (!next) throw failure(status.NOT_FOUND, "The queue is empty.");
        const { revision, bytes } = await store.read(connection, "notice", next.name, "FOR UPDATE");
        const notice = decode(bytes);
        notice.state = "IN_TRIAGE";
        notice.assignee = caller.sub;
        const now = await store.write(connection, {
          table: "notice", name: notice.name, revision: revision + 1, bytes: encode(notice), actor: subject(caller),
          action: "TakeNextNotice", requestId: request.request_id, event: Buffer.from(JSON.stringify({ notice: notice.name })),
        });
        await queue(connection, notice, revision + 1, IN_TRIAGE, now);
        return notice;
      });
    },
  };
}
