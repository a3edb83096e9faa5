// From resource names of the API to pages of the app.
const pages: [RegExp, string][] = [
  [/^plans\/([^/]+)\/evaluations\/([^/]+)/, '/planer/$1/evalueringer/$2'],
  [/^plans\/([^/]+)\/activities\/([^/]+)/, '/planer/$1/tiltak/$2'],
  [/^plans\/([^/]+)\/goals\/([^/]+)/, '/planer/$1/maal/$2'],
  [/^plans\/([^/]+)\/consents/, '/planer/$1/deling'],
  [/^plans\/([^/]+)\/coordinatorAppointments/, '/planer/$1'],
  [/^plans\/([^/]+)/, '/planer/$1'],
  [/^notices\/([^/]+)/, '/saker/$1'],
];

export function pageOf(resource: string): string {
  for (const [pattern, page] of pages) {
    const match = pattern.exec(resource);
    if (match) return match.slice(1).reduce((path, id, i) => path.replace(`$${i + 1}`, id), page);
  }
  return '/';
}

// Where the page of a duty is: a notice's is another one for who sent it than for the unit, a plan's another one for
// who takes part than for the unit, which sees no content, and its leader, who looks at the log.
export function dutyPage(resource: string, { unit, role }: { unit: string; role: string }): string {
  if (!unit) return pageOf(resource).replace(/^\/saker\//, '/meldinger/');
  const [, plan, part] = /^plans\/([^/]+)(?:\/([^/]+))?/.exec(resource) ?? [];
  if (!plan) return pageOf(resource);
  const log = role === 'UNIT_LEADER' && (part === 'accessLogEntries' || part === 'emergencyAccesses');
  return log ? `/enheter/${idOf(unit)}/innsyn/${plan}` : `/enhet/planer/${plan}`;
}

// The last part of a resource name: "plans/a/goals/b" → "b".
export const idOf = (name: string) => name.slice(name.lastIndexOf('/') + 1);
