// From resource names of the API to pages of the app.
const pages: [RegExp, string][] = [
  [/^plans\/([^/]+)\/evaluations\/([^/]+)/, '/planer/$1/evalueringer/$2'],
  [/^plans\/([^/]+)/, '/planer/$1'],
];

export function pageOf(resource: string): string {
  for (const [pattern, page] of pages) {
    const match = pattern.exec(resource);
    if (match) return match.slice(1).reduce((path, id, i) => path.replace(`$${i + 1}`, id), page);
  }
  return '/';
}
