// The two pages a person sees. Norwegian, no outside resources.

const escape = (text) =>
  String(text ?? '').replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const STYLE = `
  :root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif }
  body { max-width: 44rem; margin: 0 auto; padding: 1rem }
  h1 { margin-bottom: 0 } h2 { margin: 1.5rem 0 .25rem; font-size: 1.15rem }
  input { font: inherit; padding: .5rem; width: 100%; box-sizing: border-box }
  ul { list-style: none; padding: 0; margin: 0; display: grid; gap: .5rem }
  li button { font: inherit; width: 100%; text-align: left; padding: .6rem .9rem; cursor: pointer;
    border: 1px solid; border-radius: .4rem; background: none; color: inherit }
  li button:hover { text-decoration: underline } :focus-visible { outline: 3px solid; outline-offset: 2px }
  small { display: block } .note { border-left: .3rem solid; padding-left: .8rem }`;

const SEARCH = `
  const field = document.getElementById('search'), count = document.getElementById('count');
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\\s+/);
    let shown = 0;
    for (const item of document.querySelectorAll('li')) {
      const text = item.textContent.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
      shown += item.hidden ? 0 : 1;
    }
    for (const group of document.querySelectorAll('section'))
      group.hidden = !group.querySelector('li:not([hidden])');
    count.textContent = shown + ' av ' + document.querySelectorAll('li').length + ' vises';
  });`;

const page = (title, body) => `<!doctype html>
<html lang="nb"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`;

const ROLE_GROUPS = [
  ['UNIT_LEADER', 'Ledere ved koordinerende enhet'],
  ['CASE_WORKER', 'Saksbehandlere ved koordinerende enhet'],
  ['PRACTITIONER', 'Fagpersoner'],
  ['OPERATOR', 'Drift'],
];

const CURRENT = 'Du er allerede logget inn som';
const DEMO = 'Start her';

function groupOf(person, current) {
  if (person.login === current) return CURRENT;
  if (person.demo) return DEMO;
  if (person.kind === 'citizen') return 'Innbyggere';
  return ROLE_GROUPS.find(([role]) => person.roles.includes(role))[1];
}

/** "Velg testbruker": one button per person, posted as login=<login> to `action`. */
export function loginPage(issuer, persons, action, current) {
  const groups = new Map();
  for (const person of persons) {
    const group = groupOf(person, current);
    groups.set(group, [...(groups.get(group) ?? []), person]);
  }
  const order = [CURRENT, DEMO, 'Innbyggere', ...ROLE_GROUPS.map(([, title]) => title)];
  const sections = order.filter((group) => groups.has(group)).map((group) => `
    <section><h2>${group}</h2><ul>${groups.get(group).map((p) => `
      <li><button name="login" value="${escape(p.login)}"><strong>${escape(p.name)}</strong>
        <small>${escape([p.demo, p.description, p.organization_name].filter(Boolean).join(' · '))}</small>
      </button></li>`).join('')}</ul></section>`);
  return page('Velg testbruker', `
    <h1>Velg testbruker</h1><p>${escape(issuer)} (lokal etterligning)</p>
    <p class="note">Alle personene er oppdiktet. Du trenger ikke passord.</p>
    <p><label for="search">Søk etter navn, rolle eller arbeidssted</label>
    <input id="search" type="search" autocomplete="off"></p>
    <p id="count" role="status">${persons.length} testbrukere</p>
    <form method="post" action="${escape(action)}">${sections.join('')}</form>
    <script>${SEARCH}</script>`);
}

/** Logs out at once where scripts run; the button is for where they do not. */
export function logoutPage(form) {
  return page('Logg ut', `
    <h1>Logg ut</h1>${form}
    <button type="submit" form="op.logoutForm" name="logout" value="yes" id="yes">Logg ut</button>
    <script>document.getElementById('yes').click()</script>`);
}

export function messagePage(title, message) {
  return page(title, `<h1>${escape(title)}</h1><p>${escape(message)}</p>`);
}
