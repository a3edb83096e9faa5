// Documents in MariaDB: encrypted heads and revisions, request ids, an outbox (the layout of lib/document).
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import { status } from "@grpc/grpc-js";
import mysql from "mysql2/promise";

const HEADER = 5;
const NONCE = 12;
const TAG = 16;
const DEADLOCK = "ER_LOCK_DEADLOCK";

export function failure(code, message) {
  return Object.assign(new Error(message), { grpc: code });
}

export class Store {
  constructor({ folder, schema, connections }) {
    const line = readFileSync(`${folder}/keys/document.keys`, "utf8").split("\n").find((l) => /^\d/.test(l));
    const [id, key] = line.split(" ");
    this.key = Buffer.from(key, "base64url");
    this.header = Buffer.from([1, 0, 0, 0, 0]);
    this.header.writeUInt32BE(Number(id), 1);
    this.pool = mysql.createPool({
      socketPath: `${folder}/db/s.sock`,
      user: "root",
      database: schema,
      connectionLimit: connections,
      timezone: "Z",
      dateStrings: true,
    });
    this.pool.pool.on("connection", (c) => c.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"));
  }

  seal(plain, place) {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv("aes-256-gcm", this.key, nonce);
    cipher.setAAD(Buffer.concat([this.header, Buffer.from(place)]));
    return Buffer.concat([this.header, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  open(sealed, place, key = this.key, header = HEADER) {
    const cipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(header, header + NONCE));
    cipher.setAAD(Buffer.concat([sealed.subarray(0, header), Buffer.from(place)]));
    cipher.setAuthTag(sealed.subarray(-TAG));
    return Buffer.concat([cipher.update(sealed.subarray(header + NONCE, -TAG)), cipher.final()]);
  }

  // Runs `work` in a transaction, again when it met a deadlock.
  async transact(work) {
    for (;;) {
      const connection = await this.pool.getConnection();
      try {
        await connection.query("START TRANSACTION");
        const result = await work(connection);
        await connection.query("COMMIT");
        return result;
      } catch (error) {
        await connection.query("ROLLBACK");
        if (error.code !== DEADLOCK) throw error;
      } finally {
        connection.release();
      }
    }
  }

  async read(connection, table, name, lock = "") {
    const [[row]] = await connection.execute(
      `SELECT revision, create_time, update_time, document, data_key FROM ${table} WHERE name = ? ${lock}`, [name]);
    if (!row) throw failure(status.NOT_FOUND, `There is no such ${table}.`);
    const place = `${table}|${name}|${row.revision}`;
    // What our services wrote is sealed with the document's own key; the twin itself is spared that.
    const own = row.document[0] === 2 ? [this.open(row.data_key, `${table}_key|${name}`), 1] : [];
    return { revision: row.revision, bytes: this.open(row.document, place, ...own) };
  }

  // Whether the caller has sent this request before.
  async isRepeated(connection, actor, requestId) {
    const [rows] = await connection.execute(
      "SELECT method, payload_hash, name, revision, result FROM request WHERE actor = ? AND request_id = ?",
      [actor, requestId]);
    return rows.length > 0;
  }

  // A new revision and everything that belongs to it.
  async write(connection, { table, name, revision, bytes, actor, action, requestId, event }) {
    const now = new Date().toISOString().replace("T", " ").slice(0, -1);
    const hash = createHash("sha256").update(requestId).digest();
    const place = `${table}_revision|${name}|${revision}`;
    await connection.execute(
      "INSERT INTO request (actor, request_id, method, payload_hash, name, revision, result, create_time)" +
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [actor, requestId, action, hash, name, revision, name, now]);
    const head = this.seal(bytes, `${table}|${name}|${revision}`);
    if (revision === 1) {
      await connection.execute(
        `INSERT INTO ${table} (name, revision, create_time, update_time, document) VALUES (?, ?, ?, ?, ?)`,
        [name, revision, now, now, head]);
    } else {
      await connection.execute(
        `UPDATE ${table} SET revision = ?, update_time = ?, document = ? WHERE name = ? AND revision = ?`,
        [revision, now, head, name, revision - 1]);
    }
    await connection.execute(
      `INSERT INTO ${table}_revision (name, revision, create_time, actor, action, reason, request_id, document)` +
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      [name, revision, now, actor, action, this.seal("", `${place}|reason`), requestId, this.seal(bytes, place)]);
    if (event) {
      await connection.execute("INSERT INTO outbox (aggregate, revision, payload, create_time) VALUES (?, ?, ?, ?)",
        [name, revision, event, now]);
    }
    return now;
  }
}

export const newId = () => randomUUID();
