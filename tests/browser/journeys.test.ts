// The main journeys of the five groups against the real suite, on a phone and on a desktop. Each journey is
// walked with the keyboard's means where that is shorter, and leaves pictures in artifacts/.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { as, button, citizen, closeBrowser, DESKTOP, link, logIn, person, PHONE, picture, settled, staff, URL_, visit } from './browser.ts';

after(closeBrowser);

const sizes = [['phone', PHONE], ['desktop', DESKTOP]] as const;

for (const [device, size] of sizes) {
  test(`the person sees the plan, writes a wish and looks at who has seen it, ${device}`, () => as(citizen('ola'), { size }, async ({ page }) => {
    await page.getByRole('heading', { level: 1, name: 'Min plan' }).waitFor();
    assert.ok(await page.getByText('Jeg vil bo for meg selv').first().isVisible());
    assert.ok(await link(page, /55 50 00 00/).first().isVisible(), 'the coordinator can be called');
    await picture(page, `journey-person-plan-${device}`);

    const wish = `Jeg vil ha en hund (${device}, ${Date.now()})`;
    await link(page, 'Skriv et ønske').click();
    await page.getByLabel('Det jeg vil si').fill(wish);
    // What is written stays when one looks at something else on the way.
    await link(page, 'Møter').click();
    await settled(page);
    await page.goBack();
    assert.equal(await page.getByLabel('Det jeg vil si').inputValue(), wish);
    await button(page, 'Send').click();
    await page.getByText('Ønsket er sendt').waitFor();
    await link(page, 'Til planen').click();
    await page.getByText(wish).first().waitFor();

    await link(page, 'Hvem har sett').click();
    await page.locator('main li', { hasText: 'Kari Dahl' }).first().waitFor();
    await picture(page, `journey-person-log-${device}`);
  }));

  test(`the person changes what somebody sees, after a fresh login, and takes it back, ${device}`, () => as(citizen('trond'), { size }, async ({ page, context }) => {
    await link(page, 'Deling').click();
    await link(page, 'Se og endre hva João Ferreira ser').click();
    await page.getByRole('heading', { name: 'Hva ser João Ferreira?' }).waitFor();
    await page.getByLabel(/^Målene mine/).check();
    // "See as" shows what it would be, before anything is given.
    await page.getByText('Slik blir det hvis du deler').waitFor();
    await page.locator('dt', { hasText: 'Målene mine' }).waitFor();
    await page.getByLabel(/Jeg vet hva jeg deler/).check();
    await button(page, 'Del dette').click();
    const stepUp = link(page, 'Bekreft at det er deg');
    if (await stepUp.isVisible({ timeout: 4000 }).catch(() => false)) {
      const [tab] = await Promise.all([context.waitForEvent('page'), stepUp.click()]);
      await tab.locator('button[value="trond"]').first().click();
    }
    await page.getByText('✓ Delt').waitFor();
    await picture(page, `journey-person-shared-${device}`);
    await button(page, 'Slutt å dele med personen').click();
    await button(page, 'Ja, slutt å dele').click();
    await page.getByText('Ingenting er delt med denne deltakeren').waitFor();
    await page.getByLabel(/^At jeg har en plan/).check();
    await page.getByLabel(/^Tiltakene/).check();
    await page.getByLabel(/Jeg vet hva jeg deler/).check();
    await button(page, 'Del dette').click();
    await page.getByText('✓ Delt').waitFor();
  }));

  test(`health personnel sends a notice in four steps, ${device}`, () => as(staff('eva'), { size }, async ({ page }) => {
    const who = person(device === 'phone' ? 'jostein' : 'maryam');
    const begin = Date.now();
    await visit(page, '/meld');
    await page.getByLabel('Navnet til personen').fill(who.name);
    await page.getByLabel('Fødselsnummer eller D-nummer').fill(who.national_id);
    await page.getByLabel('Kommunen personen bor i').selectOption({ index: 1 });
    await page.getByLabel('Hvor jobber du?').selectOption({ label: 'Fastlege' });
    await button(page, 'Neste').click();
    await button(page, 'Neste').click();
    await page.getByText('Skriv kort hva det gjelder.').waitFor();
    await page.getByLabel('Hvorfor?').fill('Trenger hjelp fra flere tjenester over lang tid og ønsker en koordinator.');
    await page.getByLabel('Helse', { exact: true }).check();
    await button(page, 'Neste').click();
    await page.getByLabel(/Personen har fått vite om retten/).check();
    await button(page, 'Neste').click();
    await page.getByText('Se over før du sender.').waitFor();
    await picture(page, `journey-notice-review-${device}`);
    await button(page, 'Send meldingen').click();
    await page.getByRole('heading', { name: 'Meldingen er sendt' }).waitFor();
    assert.ok(Date.now() - begin < 120_000);
    await link(page, 'Se hvordan det går').click();
    await page.getByText('Mottatt').waitFor();
    await picture(page, `journey-notice-status-${device}`);
  }));

  test(`the unit takes the next notice, asks for more and gives it back, ${device}`, () => as(staff('sara'), { size }, async ({ page }) => {
    await page.getByRole('heading', { level: 1, name: 'Innmeldte behov' }).waitFor();
    await picture(page, `journey-unit-queue-${device}`);
    await button(page, 'Ta neste').click();
    await page.waitForURL(/\/saker\//);
    await settled(page);
    await page.getByText('Under behandling').first().waitFor();
    await button(page, 'Send foreløpig svar').first().click();
    await page.getByLabel('Hvorfor tar det tid?').fill('Vi venter på opplysninger fra sykehuset.');
    await page.locator('form').getByRole('button', { name: 'Send foreløpig svar' }).click();
    await page.locator('main li', { hasText: 'Foreløpig svar' }).first().waitFor();
    await picture(page, `journey-unit-case-${device}`);
    await button(page, 'Legg tilbake i køen').click();
    await page.getByText('Lagt tilbake').waitFor();
    await visit(page, '/enheter/fjordvik/statistikk');
    await button(page, 'Vis som tabell').first().click();
    await page.getByRole('table').first().waitFor();
  }));

  test(`the coordinator proposes a goal, the owner says yes, ${device}`, async () => {
    const goal = `Prøve seg på kor (${device} ${Date.now()})`;
    let base = '';
    await as(staff('kari'), { size }, async ({ page }) => {
      await visit(page, '/planer');
      await link(page, 'Planen til Ola Nilsen').click();
      await link(page, 'Rediger').click();
      await settled(page);
      await page.getByRole('heading', { name: 'Det loven krever' }).waitFor();
      await picture(page, `journey-coordinator-editor-${device}`);
      base = new URL(page.url()).pathname;
      await link(page, 'Foreslå et mål').click();
      await page.getByLabel('Hva foreslår du?').fill(goal);
      await button(page, 'Send forslaget').click();
      await page.getByText('Forslaget er sendt').waitFor();
    });
    await as(citizen('ola'), { size }, async ({ page }) => {
      await page.getByText('Kari Dahl foreslår et mål').first().waitFor();
      await picture(page, `journey-person-answer-${device}`);
      const panel = page.locator('.panel', { hasText: goal }).first();
      await panel.getByRole('button', { name: 'Ja, ta det med' }).click();
      await page.getByText('Kari Dahl foreslår et mål').waitFor({ state: 'detached' });
      await visit(page, base);
      await page.getByText(`«${goal}»`).first().waitFor();
    });
  });

  test(`the helper reports how an activity goes, ${device}`, () => as(staff('lise'), { size }, async ({ page }) => {
    await visit(page, '/mine-tiltak');
    await page.getByRole('heading', { name: 'Det du har ansvar for' }).waitFor();
    await picture(page, `journey-helper-${device}`);
    await link(page, 'Botrening hver uke').first().click();
    const note = `Vi laget middag sammen (${device} ${Date.now()})`;
    await page.getByLabel(/^Hvordan går det/).fill(note);
    await page.locator('.panel', { hasText: 'Fortell hvordan det går' }).getByRole('button', { name: 'Send' }).first().click();
    await page.getByText(note).last().waitFor();
  }));
}

test('two who write the same words see both versions beside each other', async () => {
  const now = Date.now();
  const [first, second] = [`Jeg vil ha besøk på søndagene (${now}).`, `Jeg vil ut å gå tur (${now}).`];
  const one = await logIn(citizen('borghild'));
  const two = await logIn(citizen('borghild'));
  try {
    for (const { page } of [one, two]) {
      await button(page, /Endre ordene|Skriv hva som er viktigst/).click();
    }
    await one.page.getByLabel('Viktigst for meg nå').fill(first);
    await two.page.getByLabel('Viktigst for meg nå').fill(second);
    await button(one.page, 'Lagre').click();
    await one.page.getByText(`«${first}»`).waitFor();
    await button(two.page, 'Lagre').click();
    await two.page.getByRole('heading', { name: 'Noen andre endret teksten mens du skrev' }).waitFor();
    assert.ok(await two.page.getByText(first).first().isVisible());
    await picture(two.page, 'conflict-desktop');
    await button(two.page, 'Bruk min tekst').click();
    await two.page.getByText(`«${second}»`).waitFor();
  } finally {
    await one.context.close();
    await two.context.close();
  }
});

test('a session that ends keeps the page and what was written', () => as(citizen('halvard'), { size: PHONE, language: 'nb' }, async ({ page, context }) => {
  await link(page, 'Skriv et ønske').click();
  await page.getByLabel('Det jeg vil si').fill('Tur til sjøen');
  await context.clearCookies();
  await button(page, 'Send').click();
  await page.getByRole('heading', { name: 'Du er logget ut' }).waitFor();
  await picture(page, 'session-over-phone');
  const [tab] = await Promise.all([context.waitForEvent('page'), link(page, /Logg inn igjen/).click()]);
  await tab.locator('button[value="halvard"]').first().click();
  await page.getByRole('heading', { name: 'Du er logget ut' }).waitFor({ state: 'hidden' });
  assert.equal(await page.getByLabel('Det jeg vil si').inputValue(), 'Tur til sjøen');
  await button(page, 'Send').click();
  await page.getByText('Ønsket er sendt').waitFor();
}));

test('without a net the page says so and keeps what is there', () => as(citizen('ola'), { size: PHONE }, async ({ page, context }) => {
  await context.setOffline(true);
  await page.getByText('Du er uten nett').waitFor();
  await picture(page, 'offline-phone');
  assert.ok(await page.getByText('Jeg vil bo for meg selv').first().isVisible());
  await context.setOffline(false);
  await page.getByText('Du er uten nett').waitFor({ state: 'detached' });
}));

test('the door shows both ways in, and the public pages need no login', async () => {
  const someone = await logIn(citizen('ola'), { size: PHONE });
  try {
    await someone.context.clearCookies();
    await someone.page.goto(URL_);
    await link(someone.page, 'Logg inn med ID-porten').waitFor();
    await picture(someone.page, 'door-phone');
    for (const path of ['/hjelp', '/tilgjengelighet', '/personvern']) await visit(someone.page, path);
  } finally {
    await someone.context.close();
  }
});
