// What every browser test needs: Debian's Chromium, a person who is logged in, and where pictures go.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export const URL_ = process.env.IP_WEB_URL ?? 'http://localhost:8080';
export const ARTIFACTS = fileURLToPath(new URL('./artifacts/', import.meta.url));
mkdirSync(ARTIFACTS, { recursive: true });

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 900 };
export type Size = typeof PHONE;

// How long a page may take before a test gives up, in ms: more where much else runs.
export const PATIENCE = Number(process.env.IP_PATIENCE ?? 15_000);

let shared: Browser | undefined;
export async function browser(): Promise<Browser> {
  shared ??= await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--lang=nb-NO', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return shared;
}
export async function closeBrowser(): Promise<void> {
  await shared?.close();
  shared = undefined;
}

// What went wrong on a page that nobody would see: errors, refused content, requests to elsewhere.
export interface Watch { errors: string[]; foreign: string[] }

export interface Someone { context: BrowserContext; page: Page; watch: Watch }

type Login = { provider: 'idporten' | 'helseid'; login: string };
export const citizen = (login: string): Login => ({ provider: 'idporten', login });
export const staff = (login: string): Login => ({ provider: 'helseid', login });

// A browser of its own with that person logged in, at the page they land on.
export async function logIn({ provider, login }: Login, { size = DESKTOP, language = 'nb', path = '/', ...options }: {
  size?: Size; language?: 'nb' | 'nn'; path?: string; forcedColors?: 'active'; reducedMotion?: 'reduce';
} = {}): Promise<Someone> {
  const context = await (await browser()).newContext({ viewport: size, locale: language === 'nn' ? 'nn-NO' : 'nb-NO', timezoneId: 'Europe/Oslo', ...options });
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript((code) => localStorage.setItem('language', code), language);
  const page = await context.newPage();
  const watch: Watch = { errors: [], foreign: [] };
  // "You have unsaved changes": a test leaves anyway.
  page.on('dialog', (dialog) => void dialog.accept());
  page.on('pageerror', (error) => watch.errors.push(error.message));
  page.on('console', (message) => {
    // A refused call is told as a failed load too; the page says it itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) watch.errors.push(message.text());
  });
  await page.goto(`${URL_}/login?${new URLSearchParams({ provider, return: path })}`);
  await page.locator(`button[value="${login}"]`).first().click();
  await page.waitForURL(`${URL_}/**`);
  page.on('request', (request) => {
    if (!request.url().startsWith(URL_) && !request.url().startsWith('blob:')) watch.foreign.push(request.url());
  });
  await settled(page);
  return { context, page, watch };
}

// Until nothing is being fetched and drawn any more.
export async function settled(page: Page): Promise<void> {
  await page.locator('main').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.loading') && document.querySelector('h1'));
}

export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(URL_ + path);
  await settled(page);
}

export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${ARTIFACTS}${name}.png`, fullPage: true });
}

// The demo's people.
export const persons: { login: string; name: string; national_id: string; organization_number: string; work_email: string }[] = JSON.parse(
  readFileSync(process.env.IP_PERSONS ?? new URL('../../tools/seed/persons.json', import.meta.url), 'utf8')).persons;
export const person = (login: string) => persons.find((each) => each.login === login)!;
// A walk by one person; nothing may have gone wrong unseen.
export async function as(login: ReturnType<typeof citizen>, options: Parameters<typeof logIn>[1], walk: (someone: Someone) => Promise<void>): Promise<void> {
  const someone = await logIn(login, options);
  try {
    await walk(someone);
    assert.deepEqual(someone.watch.errors, [], 'the page had errors');
    assert.deepEqual(someone.watch.foreign, [], 'the page asked elsewhere');
  } finally {
    await someone.context.close();
  }
}

export const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
export const link = (page: Page, name: string | RegExp) => page.getByRole('link', { name });
