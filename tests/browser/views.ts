// Every view with somebody who uses it. Addresses with an id in them are found on the way: `find` opens a page
// and takes the first link that fits.
import type { Page } from 'playwright-core';

import { citizen, logIn, settled, type Someone, staff, visit } from './browser.ts';

export interface View { name: string; path: string }
type Finder = (page: Page) => Promise<string>;
// `act`: what to do before one looks, for what has no address of its own.
interface Place { name: string; path: string | Finder; act?: (page: Page) => Promise<void> }

const linkOn = (from: string, pattern: RegExp): Finder => async (page) => {
  await visit(page, from.replace('BASE', await home(page)));
  const links = await page.locator('main a[href]').evaluateAll((all) => all.map((a) => a.getAttribute('href')!));
  const found = links.find((link) => pattern.test(link));
  if (!found) throw new Error(`no link like ${pattern} on ${from}`);
  return found;
};
const homes = new WeakMap<Page, string>();
async function home(page: Page): Promise<string> {
  if (!homes.has(page)) {
    await visit(page, '/');
    homes.set(page, new URL(page.url()).pathname);
  }
  return homes.get(page)!;
}
const inPlan = (rest: string): Finder => async (page) => (await home(page)) + rest;

// Fills the notice's first steps, by place and not by text: it works in both languages.
async function fillSteps(page: Page, steps: number): Promise<void> {
  const next = page.locator('form button[type=submit]');
  const inputs = page.locator('form input:not([type=checkbox], [type=radio], [type=date])');
  await inputs.nth(0).fill('Sigrun Heggdal');
  await inputs.nth(1).fill('12345678901');
  await page.locator('form select').first().selectOption({ index: 1 });
  await next.click();
  if (steps > 1) {
    await page.locator('form textarea').first().fill('Trenger samordnet hjelp.');
    await page.locator('form input[type=checkbox]').first().check();
    await next.click();
  }
  if (steps > 2) {
    await page.locator('form input[type=checkbox]').first().check();
    await next.click();
  }
}

export const GROUPS: Record<string, { login: ReturnType<typeof citizen>; places: Place[] }> = {
  person: {
    login: citizen('ola'),
    places: [
      { name: 'plan', path: inPlan('') },
      { name: 'goal', path: linkOn('BASE', /\/maal\/(?!nytt)/) },
      { name: 'new-goal', path: inPlan('/maal/nytt') },
      { name: 'activity', path: linkOn('BASE', /\/tiltak\//) },
      { name: 'wish', path: inPlan('/onske') },
      { name: 'group', path: inPlan('/gruppa') },
      { name: 'sharing', path: inPlan('/deling') },
      { name: 'share-with-coordinator', path: linkOn('BASE/deling', /\/deling\/./) },
      { name: 'share-with', path: async (page) => {
        await visit(page, `${await home(page)}/deling`);
        return (await page.locator('main a[href*="/deling/"]').nth(1).getAttribute('href'))!;
      }, act: (page) => page.locator('main input[type=checkbox]:not(:checked)').first().check() },
      { name: 'access-log', path: inPlan('/innsyn') },
      { name: 'meetings', path: inPlan('/moter') },
      { name: 'meeting-next', path: linkOn('BASE/moter', /\/evalueringer\//) },
      { name: 'hold-meeting', path: linkOn('BASE/moter', /\/evalueringer\//), act: (page) => page.getByRole('button', { name: /^Start møtet/ }).click() },
      { name: 'meeting-held', path: async (page) => {
        await visit(page, `${await home(page)}/moter`);
        const links = await page.locator('main a[href*="/evalueringer/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')!));
        return links.at(-1)!;
      } },
      { name: 'more', path: inPlan('/mer') },
      { name: 'history', path: inPlan('/historikk') },
      { name: 'representation', path: inPlan('/representasjon') },
      { name: 'print', path: inPlan('/skriv-ut') },
      { name: 'inbox', path: '/varsler' },
      { name: 'settings', path: '/varsler/innstillinger' },
      { name: 'ask-for-plan', path: '/meld' },
      { name: 'not-found', path: '/finnes-ikke' },
      { name: 'help', path: '/hjelp' },
      { name: 'accessibility', path: '/tilgjengelighet' },
      { name: 'privacy', path: '/personvern' },
      { name: 'logged-in', path: '/innlogget' },
    ],
  },
  newcomer: {
    login: citizen('thivya'),
    places: [
      { name: 'no-plan', path: '/' },
      { name: 'my-notices', path: '/meldinger' },
      { name: 'my-notice', path: linkOn('/meldinger', /\/meldinger\/./) },
    ],
  },
  family: {
    login: citizen('ingvild'),
    places: [
      { name: 'plan-as-parent', path: inPlan('') },
      { name: 'acting-for', path: inPlan(''), act: async (page) => {
        await page.locator('main section.panel button').first().click();
        await page.locator('.acting').waitFor();
        await settled(page);
      } },
    ],
  },
  coordinator: {
    login: staff('kari'),
    places: [
      { name: 'home', path: '/' },
      { name: 'plans', path: '/planer' },
      { name: 'emergency', path: '/nodtilgang' },
      { name: 'plan-as-coordinator', path: linkOn('/planer', /^\/planer\/./) },
      { name: 'more-as-coordinator', path: async (page) => `${await linkOn('/planer', /^\/planer\/./)(page)}/mer` },
      { name: 'editor', path: async (page) => `${await linkOn('/planer', /^\/planer\/./)(page)}/rediger` },
      { name: 'new-activity', path: async (page) => `${await linkOn('/planer', /^\/planer\/./)(page)}/rediger/tiltak` },
    ],
  },
  helper: { login: staff('nina'), places: [{ name: 'my-activities', path: '/mine-tiltak' }] },
  notifier: { login: staff('eva'), places: [{ name: 'send-notice', path: '/meld' },
      { name: 'send-notice-need', path: '/meld', act: (page) => fillSteps(page, 1) },
      { name: 'send-notice-consent', path: '/meld', act: (page) => fillSteps(page, 2) },
      { name: 'send-notice-review', path: '/meld', act: (page) => fillSteps(page, 3) },
       { name: 'sent', path: '/meldinger' }] },
  unit: {
    login: staff('sara'),
    places: [
      { name: 'queue', path: '/enheter/fjordvik/ko' },
      { name: 'case', path: linkOn('/enheter/fjordvik/ko', /^\/saker\//) },
      { name: 'agenda', path: '/enheter/fjordvik/saksliste' },
      { name: 'follow-up', path: '/enheter/fjordvik/oppfolging' },
      { name: 'unit-plan', path: linkOn('/enheter/fjordvik/oppfolging', /^\/enhet\/planer\//) },
      { name: 'coordinators', path: '/enheter/fjordvik/koordinatorer' },
      { name: 'statistics', path: '/enheter/fjordvik/statistikk' },
    ],
  },
  leader: {
    login: staff('gunnar'),
    places: [
      { name: 'log-review', path: '/enheter/fjordvik/innsyn' },
      { name: 'log-of-plan', path: linkOn('/enheter/fjordvik/innsyn', /\/innsyn\/./) },
    ],
  },
};

// Logs the group's person in and opens each of their views.
export async function eachView(
  group: string, options: Parameters<typeof logIn>[1], look: (someone: Someone, view: View) => Promise<void>, only?: RegExp,
): Promise<void> {
  const { login, places } = GROUPS[group]!;
  const someone = await logIn(login, options);
  try {
    for (const { name, path, act } of places) {
      if (only && !only.test(name)) continue;
      const address = typeof path === 'string' ? path : await path(someone.page);
      await visit(someone.page, address);
      await act?.(someone.page);
      await look(someone, { name, path: address });
    }
  } finally {
    await someone.context.close();
  }
}
