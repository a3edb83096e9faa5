// Journeys that go from one person to another: a complaint and its letters, "ask why" and its answer, a plan opened
// in an emergency and its review, a coordinator who hands over, two plans of one person; and the unit's figures.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';

import type { Locator, Page } from 'playwright-core';

import { ARTIFACTS, as, button, citizen, closeBrowser, DESKTOP, link, PATIENCE, person, PHONE, picture, settled, type Someone, staff, visit } from './browser.ts';

after(closeBrowser);

const unit = '/enheter/fjordvik';

async function isPdf(page: Page, click: () => Promise<void>): Promise<void> {
  const [file] = await Promise.all([page.waitForEvent('download', { timeout: 2 * PATIENCE }), click()]);
  assert.match(readFileSync(await file.path()).toString('latin1', 0, 8), /^%PDF-1/);
}

// The letter behind "Hent som PDF" in `place`.
async function opensPdf(page: Page, place: Locator): Promise<void> {
  await place.getByRole('button', { name: 'Hent som PDF' }).first().click();
  await isPdf(page, () => place.getByRole('link', { name: 'Last ned brevet' }).first().click());
}

// Some steps ask for a fresh login in another tab.
async function confirm({ page, context }: Someone, login: string): Promise<void> {
  const stepUp = link(page, 'Bekreft at det er deg');
  if (!(await stepUp.waitFor({ timeout: PATIENCE / 3 }).then(() => true, () => false))) return;
  const [tab] = await Promise.all([context.waitForEvent('page'), stepUp.click()]);
  await tab.locator(`button[value="${login}"]`).first().click();
}

const panel = (page: Page, title: string | RegExp) => page.locator('section.panel').filter({ has: page.getByRole('heading', { name: title }) });

// The unit writes a call down.
async function writeDown(page: Page, name: string, nationalId: string): Promise<void> {
  await page.getByLabel('Navnet til personen').fill(name);
  await page.getByLabel('Fødselsnummer eller D-nummer').fill(nationalId);
  await page.getByLabel('Kommunen personen bor i').selectOption({ index: 1 });
  await page.getByLabel('Hvem melder?').selectOption({ label: 'Fastlege' });
  await page.getByLabel('Navnet til den som melder').fill('Eva Lund');
  await page.getByLabel(/^Telefonen til den som melder/).fill('55500062');
  await button(page, 'Neste').click();
  await page.getByLabel('Hvorfor?').fill('Trenger flere tjenester over lang tid.');
  await page.getByLabel('Helse', { exact: true }).check();
  await button(page, 'Neste').click();
  await page.getByLabel(/Personen har fått vite om retten/).check();
  await button(page, 'Neste').click();
  await button(page, 'Send meldingen').click();
  await page.getByRole('heading', { name: 'Meldingen er sendt' }).waitFor();
}

test('the sender gets a receipt, on a phone', () => as(citizen('thivya'), { size: PHONE, path: '/meldinger' }, async ({ page }) => {
  await page.locator('main li a').first().click();
  await page.getByText('Mottatt').waitFor();
  await opensPdf(page, panel(page, 'Brev'));
  await picture(page, 'journey-receipt-phone');
}));

test('a rejection is complained about, treated and answered by letter', async () => {
  const words = `Jeg trenger hjelp fra flere, ikke bare i noen uker (${Date.now()}).`;
  await as(citizen('randi'), { size: PHONE, path: '/meldinger' }, async ({ page }) => {
    await page.locator('main li a').first().click();
    await page.getByText('Avslått').first().waitFor();
    await button(page, 'Klag').click();
    await button(page, 'Send klagen').click();
    await page.getByText('Skriv klagen og når du fikk vite om avgjørelsen.').waitFor();
    await page.getByLabel('Når fikk du vite om avgjørelsen?').fill(new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10));
    await page.getByLabel('Klagen med dine ord').fill(words);
    await button(page, 'Send klagen').click();
    await page.getByText(`«${words}»`).waitFor();
    await picture(page, 'journey-complaint-phone');
  });
  await as(staff('sara'), { size: DESKTOP, path: `${unit}/saksliste` }, async ({ page }) => {
    await panel(page, 'Klage').getByRole('link', { name: 'Randi Stokke' }).click();
    const complaints = panel(page, 'Klage').locator('li', { hasText: words });
    await complaints.waitFor();
    await isPdf(page, () => complaints.getByRole('button', { name: 'Hent saken til statsforvalteren' }).click());
    await complaints.getByRole('button', { name: 'Kommunen ser på saken på nytt' }).click();
    await complaints.getByRole('button', { name: 'Sendt til statsforvalteren' }).waitFor();

    const letters = panel(page, 'Brev');
    await letters.getByLabel('Hvilket brev?').selectOption({ label: 'Svar: avslag' });
    await button(page, 'Lag utkast').click();
    await letters.locator('article.letter').waitFor();
    await letters.getByRole('button', { name: 'Gi ut brevet' }).click();
    await letters.getByText(/Brevet er gitt ut/).waitFor();
    await opensPdf(page, letters);
    await picture(page, 'journey-letter-desktop');

    await complaints.getByRole('button', { name: 'Kommunen har endret avgjørelsen' }).click();
    // Whoever is given right has the case treated anew.
    await page.getByText('Under behandling').first().waitFor();
  });
  await as(citizen('randi'), { size: PHONE, language: 'nb', path: '/meldinger' }, async ({ page }) => {
    await page.locator('main li a').first().click();
    await page.getByText('Kommunen har endret avgjørelsen').waitFor();
    assert.equal(await panel(page, 'Brev').getByRole('button', { name: 'Hent som PDF' }).count(), 2);
  });
});

test('the owner asks why somebody has looked, the leader answers', async () => {
  const question = `Hvorfor så du på planen? (${Date.now()})`;
  const answer = `Kari forberedte møtet deres. (${Date.now()})`;
  await as(citizen('ola'), { size: PHONE }, async ({ page }) => {
    await link(page, 'Hvem har sett').click();
    const lookup = page.locator('main li', { hasText: 'Kari Dahl' }).last();
    await lookup.getByRole('button', { name: 'Spør hvorfor' }).click();
    await lookup.getByLabel(/^Hva lurer du på/).fill(question);
    await lookup.getByRole('button', { name: 'Send spørsmålet' }).click();
    await page.getByText(`«${question}»`).waitFor();
    await picture(page, 'journey-ask-why-phone');
  });
  await as(staff('gunnar'), { size: DESKTOP, path: `${unit}/oppfolging` }, async ({ page }) => {
    await panel(page, /^Eieren har spurt om et oppslag/).getByRole('link', { name: 'Ola Nilsen' }).click();
    await link(page, 'Se hvem som har åpnet planen').click();
    const asked = page.locator('main li', { hasText: question });
    await asked.getByRole('button', { name: 'Svar eieren' }).click();
    await asked.getByLabel('Svar', { exact: true }).fill(answer);
    await asked.getByRole('button', { name: 'Send svaret' }).click();
    await page.locator('blockquote', { hasText: answer }).waitFor();
  });
  await as(citizen('ola'), { size: PHONE }, async ({ page }) => {
    await link(page, 'Hvem har sett').click();
    await page.locator('blockquote', { hasText: answer }).waitFor();
    await button(page, 'Sjekk at loggen er hel').click();
    await page.getByText(/Loggen er hel/).waitFor();
    await picture(page, 'journey-ask-why-answer-phone');
  });
});

test('a plan is opened in an emergency, the owner sees it and the leader reviews it', async () => {
  const reason = `Funnet bevisstløs, må vite om medisiner (${Date.now()}).`;
  const review = `Riktig og nødvendig (${Date.now()}).`;
  await as(staff('jonas'), { size: PHONE, path: '/nodtilgang' }, async (someone) => {
    const { page } = someone;
    await page.getByLabel('Fødselsnummer eller D-nummer').fill(person('trond').national_id);
    await page.getByLabel('Hvorfor kan det ikke vente?').fill(reason);
    await button(page, 'Åpne planen').click();
    await confirm(someone, 'jonas');
    await page.getByText('Planen er åpen for deg').waitFor();
    await picture(page, 'journey-emergency-phone');
    await link(page, 'Åpne planen').click();
    await page.getByRole('heading', { name: 'Planen til Trond Vik Iversen' }).waitFor();
  });
  await as(staff('gunnar'), { size: DESKTOP, path: `${unit}/oppfolging` }, async ({ page }) => {
    await panel(page, /^Nødtilgang må vurderes/).getByRole('link', { name: 'Trond Vik Iversen' }).click();
    await link(page, 'Se hvem som har åpnet planen').click();
    const opened = panel(page, 'Åpnet i en nødsituasjon').locator('li', { hasText: reason });
    await opened.getByLabel('Hvorfor?').fill(review);
    await picture(page, 'journey-emergency-review-desktop');
    await opened.getByRole('button', { name: 'Send vurderingen' }).click();
    await opened.getByText('✓ Det var grunn til det').waitFor();
  });
  await as(citizen('trond'), { size: PHONE }, async ({ page }) => {
    await link(page, 'Hvem har sett').click();
    const opened = panel(page, 'Åpnet i en nødsituasjon');
    await opened.getByText(reason).waitFor();
    await opened.getByText(review).waitFor();
  });
});

test('a coordinator hands over: asks the unit, the unit asks another, the old one stays until the new has said yes', async () => {
  const next = person('kenneth');
  await as(staff('linnea'), { size: PHONE, path: '/planer' }, async ({ page }) => {
    await link(page, 'Planen til Abdirahman Warsame').click();
    await link(page, 'Mer').click();
    await button(page, 'Be om avløsning').click();
    const asked = panel(page, 'Overlate til en ny koordinator');
    await button(page, 'Send til enheten').click();
    await asked.getByText('Skriv hvorfor.').waitFor();
    await asked.getByLabel('Hvorfor?').fill('Jeg slutter i jobben til sommeren.');
    await button(page, 'Send til enheten').click();
    await asked.getByText('Enheten har fått beskjed.').waitFor();
    await button(page, 'Jeg fortsetter likevel').waitFor();
    await picture(page, 'journey-ask-for-hand-over-phone');
  });
  await as(staff('sara'), { size: DESKTOP, path: `${unit}/oppfolging` }, async ({ page }) => {
    await panel(page, /^Koordinatoren ber om avløsning/).getByRole('link', { name: 'Abdirahman Warsame' }).click();
    await page.getByText('«Jeg slutter i jobben til sommeren.»').waitFor();
    await button(page, 'Overlat til en ny koordinator').click();
    await page.getByLabel('Navn på koordinatoren').fill(next.name);
    await page.getByLabel('Fødselsnummer eller D-nummer').fill(next.national_id);
    await page.getByLabel(/^Organisasjonsnummer/).fill(next.organization_number);
    await page.getByLabel(/^E-post/).fill(next.work_email);
    await button(page, 'Spør personen').click();
    await page.getByText('overlater oppgaven til en annen').waitFor();
    await picture(page, 'journey-hand-over-desktop');
  });
  await as(staff('linnea'), { size: PHONE, path: '/planer' }, async ({ page }) => {
    await link(page, 'Planen til Abdirahman Warsame').click();
    await link(page, 'Mer').click();
    await page.getByText('Kenneth Ravn er spurt om å ta over.').waitFor();
    await picture(page, 'journey-hand-over-phone');
  });
  await as(staff('kenneth'), { size: PHONE, path: '/planer' }, async ({ page }) => {
    await link(page, 'Planen til Abdirahman Warsame').click();
    await button(page, 'Ja, jeg blir koordinator').click();
    await link(page, 'Rediger').waitFor();
  });
});

test('a parent acts for their child: sees the notice about them and takes it back; as themselves they do not see it', async () => {
  const emil = person('emil');
  await as(staff('sara'), { size: DESKTOP, path: '/meld' }, ({ page }) => writeDown(page, emil.name, emil.national_id));
  await as(citizen('ingvild'), { size: PHONE }, async ({ page }) => {
    const mine = page.locator('main li a');
    const goTo = async (name: string) => {
      await button(page, /^Meny/).click();
      await link(page, name).click();
      await settled(page);
    };
    await goTo('Meldinger');
    assert.ok(!(await mine.allTextContents()).some((text) => text.startsWith(emil.name)));
    await goTo('Min plan');
    await button(page, 'Se brev, meldinger og klager').click();
    await page.getByText(`Du handler for ${emil.name}`).waitFor();
    await mine.filter({ hasText: emil.name }).first().click();
    await page.getByText('Mottatt').waitFor();
    // In this tab alone, also after a reload; and no name is kept.
    await page.reload();
    await page.getByText(`Du handler for ${emil.name}`).waitFor();
    assert.match(await page.evaluate(() => sessionStorage.getItem('acting-for')!), /^persons\/\S+ persons\/\S+$/);
    await picture(page, 'journey-act-for-phone');
    await button(page, 'Trekk meldingen').click();
    await button(page, 'Ja, trekk den').click();
    await page.getByText('Trukket').first().waitFor();
    await button(page, 'Handle for deg selv igjen').click();
    await button(page, 'Se brev, meldinger og klager').waitFor();
    await goTo('Meldinger');
    assert.ok(!(await mine.allTextContents()).some((text) => text.startsWith(emil.name)));
  });
});

test('a mandate for some parts is offered with what it covers, and shows nothing else of the plan', async () => {
  const petter = person('petter');
  await as(citizen('rania'), { size: PHONE }, async (someone) => {
    const { page } = someone;
    await link(page, 'Deling').click();
    await link(page, 'Se og endre fullmakter').click();
    await button(page, 'Gi noen fullmakt').click();
    await page.getByLabel('Navn', { exact: true }).fill(petter.name);
    await page.getByLabel('Fødselsnummer eller D-nummer').fill(petter.national_id);
    await page.getByLabel('Bygger på').fill('Fullmakt på papir, datert 1. november.');
    await page.getByLabel('Målene mine').check();
    await page.getByLabel('Vedtak og klager').check();
    await button(page, 'Gi fullmakt').click();
    await confirm(someone, 'rania');
    await page.getByText(petter.name).first().waitFor();
  });
  await as(citizen('petter'), { size: PHONE }, async ({ page }) => {
    const mandate = panel(page, 'Du handler for Rania Al-Khatib');
    await mandate.getByText('Du kan lese: mål, vedtak og klager.').waitFor();
    assert.equal(await mandate.getByText('skrive').count(), 0);
    assert.equal(await link(page, 'Skriv et ønske').count() + await link(page, 'Skriv en kommentar').count() + await link(page, 'Deling').count(), 0);
    assert.equal(await page.getByText('Ingen er koordinator nå.').count() + await page.getByText('Ingen andre er med ennå.').count(), 0);
    await picture(page, 'journey-mandate-phone');
    await button(page, 'Se brev, meldinger og klager').click();
    await page.locator('.acting').getByText('Du handler for Rania Al-Khatib').waitFor();
    await button(page, 'Handle for deg selv igjen').click();
    await mandate.waitFor();
  });
});

// A number of the same day of birth with valid control digits: the same person, known by two numbers.
function twinOf(nationalId: string): string {
  const check = (digits: number[], weights: number[]) => (11 - (weights.reduce((sum, weight, i) => sum + weight * digits[i]!, 0) % 11)) % 11;
  for (let individual = Number(nationalId.slice(6, 9)) + 1; ; individual++) {
    const digits = [...nationalId.slice(0, 6), ...String(individual % 1000).padStart(3, '0')].map(Number);
    const first = check(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2]);
    const second = check([...digits, first], [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    if (first < 10 && second < 10) return [...digits, first, second].join('');
  }
}

test('two plans of one person become one', async () => {
  const hilde = person('hilde');
  const coordinator = person('kenneth');
  // The second plan: a notice with another number of the same person, accepted.
  await as(staff('sara'), { size: DESKTOP, path: '/meld' }, async ({ page }) => {
    await writeDown(page, hilde.name, twinOf(hilde.national_id));
    const id = (await link(page, 'Se hvordan det går').getAttribute('href'))!.split('/').at(-1);
    await visit(page, `/saker/${id}`);
    await button(page, /^Ta denne/).click();
    await button(page, 'Godta').click();
    const form = page.locator('form', { hasText: 'Hvem skal være koordinator?' });
    await form.getByLabel('Navn på koordinatoren').fill(coordinator.name);
    await form.getByLabel('Fødselsnummer eller D-nummer').fill(coordinator.national_id);
    await form.getByLabel(/^Organisasjonsnummer/).fill(coordinator.organization_number);
    await form.getByLabel(/^E-post/).fill(coordinator.work_email);
    await form.getByRole('button', { name: 'Godta og spør koordinatoren' }).click();
    await page.getByText('Venter på koordinator').first().waitFor({ timeout: 2 * PATIENCE });

    await visit(page, `${unit}/oppfolging`);
    await link(page, hilde.name).first().click();
    await settled(page);
    await button(page, 'Slå sammen to planer').click();
    const merge = page.locator('form', { hasText: 'Planen som skal slås inn i denne' });
    const other = merge.getByLabel('Planen som skal slås inn i denne');
    // Somebody else's plan is refused in words one understands.
    const options = await other.locator('option').allTextContents();
    await other.selectOption({ label: options.find((text) => text.startsWith('Ola Nilsen'))! });
    await merge.getByLabel('Hvorfor?').fill('Meldt med to nummer.');
    await merge.getByRole('button', { name: 'Slå sammen to planer' }).click();
    await page.getByText('De to planene gjelder ikke samme person.').waitFor();
    await other.selectOption({ label: options.find((text) => text.startsWith(hilde.name))! });
    await merge.getByRole('button', { name: 'Slå sammen to planer' }).click();
    await page.getByText('✓ Planene er slått sammen').waitFor();
    await picture(page, 'journey-merge-desktop');
  });
});

test('the unit reads its figures, also as tables, and few are not shown', () => as(staff('gunnar'), { size: PHONE, path: `${unit}/statistikk` }, async ({ page }) => {
  const months = panel(page, 'Meldt per måned');
  await months.getByRole('button', { name: 'Vis som tabell' }).click();
  const rows = await months.getByRole('row').allTextContents();
  assert.ok(rows.length > 2, rows.join(' | '));
  await panel(page, 'Hvem melder, og hvordan går det').getByRole('button', { name: 'Vis som tabell' }).click();
  await page.getByRole('row', { name: /^Fastlege/ }).waitFor();
  await panel(page, 'Ønsket og innvilget').getByText(/fordi de er under fem/).waitFor();
  await picture(page, 'journey-statistics-phone');
  await visit(page, `${unit}/saksliste`);
  await panel(page, 'Over fristen').getByRole('link', { name: 'Jon Kvamsås' }).waitFor();
  // A meeting further away treats what falls due before it.
  await page.getByLabel('Neste møte', { exact: true }).fill(new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10));
  await panel(page, 'Frist før neste møte').getByRole('link', { name: 'Ida Brekke' }).waitFor();
}));

test('a plan moves to another municipality and shows there what it was before', async () => {
  const owner = person('krzysztof');
  const files: string[] = [];
  const saved: Promise<void>[] = [];
  await as(citizen(owner.login), { size: DESKTOP }, async ({ page }) => {
    await link(page, /^Mer$/).click();
    await button(page, 'Last ned filen').click();
    await page.getByLabel('Hva skal du bruke den til?').fill('Jeg flytter til Lyngnes.');
    page.on('download', (file) => {
      const path = ARTIFACTS + file.suggestedFilename();
      files.push(path);
      saved.push(file.saveAs(path));
    });
    await panel(page, 'Ta med deg planen').locator('button[type=submit]').click();
    await page.getByText('✓ Lastet ned').waitFor();
    await button(page, /^Avslutt planen$/).click();
    await panel(page, 'Pause eller avslutning').getByLabel('Hvorfor?').fill('Jeg har flyttet.');
    await button(page, 'Ja, avslutt planen').click();
    await page.getByText('Avsluttet').first().waitFor();
    await Promise.all(saved);
    assert.equal(files.length, 2);
  });
  let moved = '';
  await as(staff('torbjorn'), { size: DESKTOP, path: '/enheter/lyngnes/oppfolging' }, async ({ page }) => {
    await button(page, 'Les inn en plan').click();
    await page.getByLabel('De to filene').setInputFiles(files);
    await page.getByLabel('Fødselsnummer eller D-nummer').fill(owner.national_id);
    await button(page, 'Les inn planen').click();
    await link(page, 'Finn en koordinator').click();
    await page.getByText('Ingen er koordinator nå.').waitFor();
    moved = new URL(page.url()).pathname.split('/').at(-1)!;
  });
  await as(citizen(owner.login), { size: PHONE }, async ({ page }) => {
    await visit(page, `/planer/${moved}/historikk`);
    const before = panel(page, 'Før planen kom hit');
    await before.getByRole('button', { name: 'Vis historikken derfra' }).click();
    // Everybody by the name they had there, the unit's people as their municipality.
    await before.getByText('Maja Lindqvist tok planen i bruk').first().waitFor();
    await before.getByText(`${owner.name} godkjente planen`).first().waitFor();
    await before.getByText('Den forrige kommunen åpnet planen').waitFor();
    assert.equal(await before.getByText('Noen i gruppa').count(), 0);
    await picture(page, 'journey-moved-history-phone');
    await before.getByRole('link', { name: /^Se planen slik den var/ }).first().click();
    await page.getByRole('heading', { level: 1, name: `Individuell plan for ${owner.name}` }).waitFor();
    await page.getByText(/^I bruk\. .*Slik planen var/).waitFor();
    await picture(page, 'journey-moved-plan-phone');
    await link(page, 'Historikk').click();
    await before.waitFor();
  });
});
