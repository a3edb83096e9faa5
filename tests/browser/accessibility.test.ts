// axe on every view: no violation of WCAG 2.2 AA or best practice, and nothing that scrolls sideways.
//   IP_AXE=full    every view × {nb, nn} × {360, 1280} × {normal, forced colours, 200 % text}
//   otherwise      every view three times, so that each value is there: (nb, 360, 200 %), (nn, 1280, normal and forced colours)
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

import { closeBrowser, DESKTOP, PHONE, picture } from './browser.ts';
import { eachView, GROUPS } from './views.ts';

type Mode = 'normal' | 'forced' | 'large';
const full = process.env.IP_AXE === 'full';
const only = process.env.IP_VIEW ? new RegExp(process.env.IP_VIEW) : undefined;
const combinations = full
  ? (['nb', 'nn'] as const).flatMap((language) => [PHONE, DESKTOP].map((size) => ({ language, size, modes: ['normal', 'forced', 'large'] as Mode[] })))
  : [{ language: 'nb' as const, size: PHONE, modes: ['large'] as Mode[] }, { language: 'nn' as const, size: DESKTOP, modes: ['normal', 'forced'] as Mode[] }];

after(closeBrowser);

async function setMode(page: Page, mode: Mode): Promise<void> {
  await page.emulateMedia({ forcedColors: mode === 'forced' ? 'active' : 'none', reducedMotion: 'reduce' });
  await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, mode === 'large' ? '200%' : '');
}

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  return found.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.slice(0, 3).map(({ target, html }) => `${target.join(' ')} ${html.slice(0, 120)}`).join(' | ')}`);
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

for (const { language, size, modes } of combinations) {
  for (const group of Object.keys(GROUPS)) {
    test(`views of ${group}, ${language}, ${size.width} px, ${modes.join(' and ')}`, async () => {
      const wrong: string[] = [];
      let looked = 0;
      await eachView(group, { language, size }, async ({ page, watch }, { name }) => {
        await openAll(page);
        for (const mode of modes) {
          await setMode(page, mode);
          for (const violation of await violations(page)) wrong.push(`${name}, ${mode}: ${violation}`);
          looked += 1;
        }
        await setMode(page, 'normal');
        const over = size === PHONE ? await sideways(page) : 0;
        if (over > 0) wrong.push(`${name}: ${over} px wider than 320 px`);
        await picture(page, `${language}-${size.width}-${name}`);
        assert.equal(await page.locator('html').getAttribute('lang'), language);
        assert.match(await page.title(), /Individuell plan/);
        for (const each of [...watch.errors, ...watch.foreign.map((url) => `asked elsewhere: ${url}`)]) wrong.push(`${name}: ${each}`);
        watch.errors.length = watch.foreign.length = 0;
        // A full run takes long: one sees that it goes on, and what it has found so far.
        if (full) console.log(`${new Date().toISOString().slice(11, 19)} ${language} ${size.width} ${name}: ${looked} looks, ${wrong.length} wrong`);
      }, only);
      console.log(`${group} ${language} ${size.width}: ${looked} looks by axe, ${wrong.length} wrong${wrong.map((each) => `\n  ${each}`).join('')}`);
      assert.deepEqual(wrong, []);
    });
  }
}
