// The persons file: who can log in and which systems may ask for tokens. See README.md.
import { readFileSync } from 'node:fs';

const ROLES = ['PRACTITIONER', 'CASE_WORKER', 'UNIT_LEADER', 'OPERATOR'];

export const SCOPES = [
  'individuellplan/notices.read',
  'individuellplan/notices.write',
  'individuellplan/notices.handle',
  'individuellplan/plans.read',
  'individuellplan/plans.write',
  'individuellplan/notifications.read',
  'individuellplan/notifications.write',
  'individuellplan/notifications.operate',
];

function check(condition, message) {
  if (!condition) throw new Error(message);
}

function unique(values, what) {
  values.forEach((value, i) => check(values.indexOf(value) === i, `${what} "${value}" stands twice`));
}

/** Reads and checks the file; throws an Error that names what is wrong, never a national id. */
export function loadPersons(file) {
  const { persons = [], systems = [] } = JSON.parse(readFileSync(file, 'utf8'));
  for (const p of persons) {
    const who = `person "${p.login}"`;
    check(/^[a-z0-9][a-z0-9._-]*$/.test(p.login ?? ''), `${who}: login must be [a-z0-9._-]`);
    check(p.name, `${who}: name is missing`);
    // Month + 80: a real person's number is refused.
    check(/^\d{2}[89]\d{8}$/.test(p.national_id ?? ''), `${who}: national_id must be a Tenor number`);
    check(['citizen', 'professional'].includes(p.kind), `${who}: kind is citizen or professional`);
    if (p.kind === 'professional') {
      check(p.roles?.length && p.roles.every((r) => ROLES.includes(r)), `${who}: roles of ${ROLES}`);
      check(/^\d{9}$/.test(p.organization_number ?? ''), `${who}: organization_number is missing`);
    }
  }
  for (const s of systems) {
    const who = `system "${s.client_id}"`;
    check(/^[a-z0-9][a-z0-9-]*$/.test(s.client_id ?? ''), `${who}: client_id must be [a-z0-9-]`);
    check(/^\d{9}$/.test(s.organization_number ?? ''), `${who}: organization_number is missing`);
    check(s.scopes?.length && s.scopes.every((x) => SCOPES.includes(x)), `${who}: scopes of ${SCOPES}`);
  }
  unique(persons.map((p) => p.login), 'login');
  unique(persons.map((p) => p.national_id), 'a national_id, at');
  unique(systems.map((s) => s.client_id), 'client_id');
  return { persons, systems };
}
