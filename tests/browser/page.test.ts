// What the pages weigh, what they keep and ask for, and whether a keyboard is enough. How soon they can be used is
// measured by speed.ts.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import type { Page } from 'playwright-core';

import { ARTIFACTS, citizen, closeBrowser, DESKTOP, logIn, PHONE, settled, staff, URL_, visit } from './browser.ts';

after(closeBrowser);

// Below this the gateway sends files as they are: packing gains nothing.
const WORTH_PACKING = 1024;
// The budget: web/README.md.
const BUDGET = { script: 210_000, style: 33_000 };

const dist = new URL('../../web/dist/', import.meta.url);
const zipped = (path: string) => gzipSync(readFileSync(new URL(path, dist)), { level: 9 }).length;

test('the first page is within its budget of weight, and nothing is fetched twice', async () => {
  const { context, page } = await logIn(citizen('ola'), { size: PHONE });
  try {
    const loaded = new Set<string>();
    const unpacked: string[] = [];
    page.on('response', (response) => {
      const path = new URL(response.url()).pathname;
      if (!path.startsWith('/assets/')) return;
      loaded.add(path.slice(1));
      if (/\.(js|css)$/.test(path) && !response.fromServiceWorker() && response.headers()['content-encoding'] !== 'gzip' && statSync(new URL(path.slice(1), dist)).size >= WORTH_PACKING) unpacked.push(path);
    });
    const open = async () => {
      await page.goto(URL_);
      await page.getByText('Jeg vil bo for meg selv').first().waitFor();
    };
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.clearBrowserCache');
    await open();
    assert.deepEqual(unpacked, [], 'sent without gzip');
    const script = [...loaded].filter((path) => path.endsWith('.js')).reduce((sum, path) => sum + zipped(path), 0);
    const style = [...loaded].filter((path) => path.endsWith('.css')).reduce((sum, path) => sum + zipped(path), 0);
    const fetchedAgain: string[] = [];
    const cached = new Set<string>();
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    network.on('Network.requestServedFromCache', ({ requestId }) => cached.add(requestId));
    network.on('Network.responseReceived', ({ requestId, response }) => {
      if (response.url.includes('/assets/') && !response.fromDiskCache && !cached.has(requestId)) fetchedAgain.push(response.url);
    });
    await open();
    assert.deepEqual(fetchedAgain, [], 'fetched a second time');
    const all = readdirSync(new URL('assets/', dist)).map((file) => ({ file, size: statSync(new URL(`assets/${file}`, dist)).size }));
    const report = { script_gzip: script, style_gzip: style, files: all.length };
    writeFileSync(`${ARTIFACTS}weight.json`, JSON.stringify(report));
    console.log(JSON.stringify(report));
    assert.ok(script <= BUDGET.script, `JavaScript is ${script} bytes gzipped`);
    assert.ok(style <= BUDGET.style, `CSS is ${style} bytes gzipped`);
  } finally {
    await context.close();
  }
});

test('the policy allows nothing unsafe, and nothing secret is kept', async () => {
  const { context, page, watch } = await logIn(citizen('ola'));
  try {
    const response = await page.goto(URL_);
    const policy = response!.headers()['content-security-policy']!;
    assert.ok(policy.includes("script-src 'self'") && policy.includes("default-src 'none'"), policy);
    assert.ok(!/unsafe|\*|http:|https:/.test(policy), policy);
    await settled(page);
    await visit(page, '/varsler');
    const kept = await page.evaluate(() => [...Object.entries({ ...localStorage }), ...Object.entries({ ...sessionStorage })]);
    assert.deepEqual(kept, [['language', 'nb']]);
    assert.equal(await page.evaluate(() => document.cookie), '', 'no cookie can be read by scripts');
    assert.equal((await page.evaluate(() => indexedDB.databases())).length, 0);
    const cookies = (await context.cookies()).filter(({ name }) => name.includes('ip_'));
    assert.ok(cookies.length > 0 && cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === 'Lax'));
    assert.deepEqual(watch.foreign, []);
    assert.deepEqual(watch.errors, []);
  } finally {
    await context.close();
  }
});

// Tabs through a page. Everything that can be reached is visible, has a mark for the focus, and there is no trap.
async function tabThrough(page: Page, most = 150): Promise<string[]> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const seen: string[] = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (!element || element === document.body) return null;
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      // The design system draws the mark of a radio or checkbox around its label too.
      const field = element.closest('.ds-field');
      const mark = [style, ...(field ? [getComputedStyle(field)] : [])].some((each) => each.outlineStyle !== 'none' || each.boxShadow !== 'none');
      const hit = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, innerHeight - box.y - 1));
      return {
        what: `${element.tagName} ${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40)}`,
        seen: box.width > 0 && box.height > 0, mark,
        hidden: box.y < 0 || box.y > innerHeight ? 'outside' : hit && (element.contains(hit) || hit.contains(element) || hit.closest('label')) ? '' : 'covered',
      };
    });
    if (!at) break;
    assert.ok(at.seen, `${at.what} has the focus and cannot be seen`);
    assert.ok(at.mark, `${at.what} shows no mark for the focus`);
    assert.equal(at.hidden, '', `${at.what} has the focus and is ${at.hidden}`);
    seen.push(at.what);
  }
  return seen;
}

test('a keyboard reaches everything on the plan, the first stop skips the menu', async () => {
  const { context, page } = await logIn(citizen('ola'), { size: DESKTOP, reducedMotion: 'reduce' });
  try {
    await page.reload();
    await settled(page);
    const stops = await tabThrough(page);
    assert.match(stops[0]!, /Hopp til innholdet/);
    for (const each of ['Skriv et ønske', '55 50 00 00', 'Botrening hver uke', 'Tilgjengelighet']) {
      assert.ok(stops.some((stop) => stop.includes(each)), `${each} was not reached: ${stops.join(' > ')}`);
    }
  } finally {
    await context.close();
  }
});

// The pages where the other groups do their work; `open` goes there by keyboard from the first one.
const DESKS: { who: string; login: ReturnType<typeof staff>; path: string; open: string[]; must: string[] }[] = [
  { who: 'the coordinator', login: staff('kari'), path: '/planer', open: ['Planen til Ola Nilsen', 'Rediger'], must: ['Foreslå et mål', 'Nytt tiltak'] },
  { who: 'the helper', login: staff('lise'), path: '/mine-tiltak', open: [], must: ['Botrening hver uke', 'Fortell hvordan det går'] },
  { who: 'the unit', login: staff('sara'), path: '/enheter/fjordvik/ko', open: [], must: ['Ta neste', 'Saksliste', 'Nær fristen', 'Jon Kvamsås', 'Ta denne'] },
  { who: 'the unit in a case', login: staff('sara'), path: '/enheter/fjordvik/ko', open: ['Arne Solheim'], must: ['Kvittering', 'Lag utkast'] },
];
for (const { who, login, path, open, must } of DESKS) {
  test(`a keyboard reaches everything on the page of ${who}`, async () => {
    const { context, page } = await logIn(login, { size: DESKTOP, reducedMotion: 'reduce', path });
    try {
      for (const name of open) {
        await page.getByRole('link', { name, exact: true }).first().focus();
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => document.activeElement?.id === 'content');
        await settled(page);
      }
      const stops = await tabThrough(page);
      for (const each of must) assert.ok(stops.some((stop) => stop.includes(each)), `${each} was not reached: ${stops.join(' > ')}`);
    } finally {
      await context.close();
    }
  });
}

test('a notice is sent with the keyboard alone', async () => {
  const { context, page } = await logIn(staff('jonas'), { size: DESKTOP, path: '/meld' });
  try {
    const into = async (label: string | RegExp, text: string) => {
      await page.getByLabel(label).focus();
      await page.keyboard.type(text);
    };
    await into('Navnet til personen', 'Sigrun Heggdal');
    const persons = JSON.parse(readFileSync(new URL('../../tools/seed/persons.json', import.meta.url), 'utf8')).persons;
    await into('Fødselsnummer eller D-nummer', persons.find((each: { login: string }) => each.login === 'sigrun').national_id);
    await page.getByLabel('Kommunen personen bor i').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Neste' }).focus();
    await page.keyboard.press('Enter');
    // The focus is at the new step's heading.
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('Behovet'));
    await into('Hvorfor?', 'Trenger samordnet hjelp.');
    await page.getByLabel('Helse', { exact: true }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Neste' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel(/Personen har fått vite/).focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Neste' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Send meldingen' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Meldingen er sendt' }).waitFor();
  } finally {
    await context.close();
  }
});

test('the menu on a phone opens and closes with the keyboard', async () => {
  const { context, page } = await logIn(citizen('ola'), { size: PHONE });
  try {
    const menu = page.getByRole('button', { name: /^Meny/ });
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Be om plan' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Be om plan' }).waitFor({ state: 'hidden' });
    assert.ok(await menu.evaluate((element) => element === document.activeElement));
  } finally {
    await context.close();
  }
});

test('the plan prints as a tagged PDF with an outline', async () => {
  const { context, page } = await logIn(citizen('ola'));
  try {
    await page.goto(`${page.url()}/skriv-ut`);
    await settled(page);
    const pdf = await page.pdf({ format: 'A4', tagged: true, outline: true, path: `${ARTIFACTS}plan.pdf` });
    const text = pdf.toString('latin1');
    assert.ok(text.includes('/MarkInfo') && /\/Marked true/.test(text), 'tagged');
    assert.ok(text.includes('/StructTreeRoot') && text.includes('/Outlines'));
    assert.match(text, /\/Lang ?\(nb/);
    const buttons = await page.evaluate(() => { document.documentElement.dataset.print = ''; return document.querySelectorAll('.paper button').length; });
    assert.equal(buttons, 0);
  } finally {
    await context.close();
  }
});

test('every control is at least 24 pixels', async () => {
  const { context, page } = await logIn(citizen('ola'), { size: PHONE });
  try {
    for (const path of ['', '/deling', '/mer', '/innsyn']) {
      await page.goto(page.url().replace(/(\/planer\/[^/]+).*/, `$1${path}`));
      await settled(page);
      const small = await page.locator('main a:visible, main button:visible, header button:visible, footer a:visible').evaluateAll((all) => all
        .map((element) => ({ box: element.getBoundingClientRect(), text: element.textContent }))
        .filter(({ box }) => box.height > 0 && (box.height < 24 || box.width < 24)).map(({ box, text }) => `${text} ${Math.round(box.width)}×${Math.round(box.height)}`));
      // A link within a sentence may be as high as its line (WCAG 2.5.8).
      assert.deepEqual(small.filter((each) => !/^Se \d/.test(each)), [], path);
    }
  } finally {
    await context.close();
  }
});

