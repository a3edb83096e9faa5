// What every browser test needs: Debian's Chromium, a person who is logged in, and where pictures go.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export const URL_ = process.env.IP_WEB_URL ?? 'http://localhost:8080';
export const ARTIFACTS = fileURLToPath(new URL('./artifacts/', import.meta.url));
mkdirSync(ARTIFACTS, { recursive: true });

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 900 };
export type Size = typeof PHONE;

let shared: Browser | undefined;
export async function browser(): Promise<Browser> {
  shared ??= await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
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
  context.setDefaultTimeout(15_000);
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
