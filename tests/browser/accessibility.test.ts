// axe on every view: no violation of WCAG 2.2 AA or best practice, and nothing that scrolls sideways.
//   IP_AXE=full    every view × {nb, nn} × {360, 1280} × {normal, forced colours, 200 % text}
//   otherwise      every view three times, so that each value is there: (nb, 360, 200 %), (nn, 1280, normal and forced colours)
// A view is opened once. Language, width and mode are changed on the open page, as a reader would; no reload and no
// login in between, so a look costs little more than axe itself.
//   IP_VIEW='queue|case'   only these views
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';

import type axe from 'axe-core';
import type { Page } from 'playwright-core';

import { closeBrowser, DESKTOP, PHONE, picture, type Size } from './browser.ts';
import { eachView, GROUPS } from './views.ts';

type Mode = 'normal' | 'forced' | 'large';
type Language = 'nb' | 'nn';
interface Combination { language: Language; size: Size; modes: Mode[] }

const full = process.env.IP_AXE === 'full';
const only = process.env.IP_VIEW ? new RegExp(process.env.IP_VIEW) : undefined;
const combinations: Combination[] = full
  ? (['nb', 'nn'] as const).flatMap((language) => [PHONE, DESKTOP].map((size) => ({ language, size, modes: ['normal', 'forced', 'large'] as Mode[] })))
  : [{ language: 'nb', size: PHONE, modes: ['large'] }, { language: 'nn', size: DESKTOP, modes: ['normal', 'forced'] }];

after(closeBrowser);

async function setMode(page: Page, mode: Mode): Promise<void> {
  await page.emulateMedia({ forcedColors: mode === 'forced' ? 'active' : 'none', reducedMotion: 'reduce' });
  await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, mode === 'large' ? '200%' : '');
}

// By the header's buttons, which a phone keeps in its menu.
async function setLanguage(page: Page, language: Language): Promise<void> {
  await page.setViewportSize(DESKTOP);
  await page.locator(`header button[lang=${language}]:visible`).click();
  await page.locator(`html[lang=${language}]`).waitFor({ state: 'attached' });
}

const SOURCE = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
declare const window: { axe: typeof axe };

async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(SOURCE);
  return page.evaluate(async () => {
    const { violations: found } = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'],
    });
    return found.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.slice(0, 3).map(({ target, html }) => `${target.join(' ')} ${html.slice(0, 120)}`).join(' | ')}`);
  });
}

// Opens everything that can be opened on the page, so that forms behind buttons are looked at too.
async function openAll(page: Page): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const closed = page.locator('main button[aria-expanded="false"]').first();
    if (!(await closed.isVisible())) return;
    await closed.click();
  }
}

// WCAG 1.4.10: at 320 px the page itself must not scroll sideways.
async function sideways(page: Page): Promise<number> {
  const before = page.viewportSize()!;
  await page.setViewportSize({ width: 320, height: before.height });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.setViewportSize(before);
  return over;
}

for (const group of Object.keys(GROUPS)) {
  test(`views of ${group}`, async () => {
    const wrong: string[] = [];
    const begin = Date.now();
    let looked = 0;
    await eachView(group, { language: 'nb', size: DESKTOP }, async ({ page, watch }, { name }) => {
      for (const { language, size, modes } of combinations) {
        const at = `${name}, ${language}, ${size.width}`;
        await setLanguage(page, language);
        await page.setViewportSize(size);
        await openAll(page);
        for (const mode of modes) {
          await setMode(page, mode);
          for (const violation of await violations(page)) wrong.push(`${at}, ${mode}: ${violation}`);
          looked += 1;
        }
        await setMode(page, 'normal');
        const over = size === PHONE ? await sideways(page) : 0;
        if (over > 0) wrong.push(`${at}: ${over} px wider than 320 px`);
        await picture(page, `${language}-${size.width}-${name}`);
      }
      assert.match(await page.title(), /Individuell plan/);
      for (const each of [...watch.errors, ...watch.foreign.map((url) => `asked elsewhere: ${url}`)]) wrong.push(`${name}: ${each}`);
      watch.errors.length = watch.foreign.length = 0;
      // A full run takes long: one sees that it goes on, and what it has found so far.
      if (full) console.log(`${new Date().toISOString().slice(11, 19)} ${name}: ${looked} looks, ${wrong.length} wrong`);
    }, only);
    console.log(`${group}: ${looked} looks by axe in ${Math.round((Date.now() - begin) / 1000)} s, ${wrong.length} wrong${wrong.map((each) => `\n  ${each}`).join('')}`);
    assert.deepEqual(wrong, []);
  });
}
