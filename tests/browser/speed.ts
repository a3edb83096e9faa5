// How soon the plan can be read on a slow phone, held against the budget (web/README.md): prints lines of JSON as
// every benchmark does. `scripts/bench web` starts a suite and runs it.
//   IP_WEB_URL=… node tests/browser/speed.ts [--rounds=3]
import { citizen, closeBrowser, logIn, PHONE, URL_ } from './browser.ts';

// Milliseconds from the address being opened until the owner's words stand there.
const BUDGET = { 'web.usable': 6_000, 'web.usable_again': 2_500 };
const rounds = Number(process.argv.find((each) => each.startsWith('--rounds='))?.slice(9) ?? 3);

// Once with an empty cache and once more, by a browser that is new each time.
async function measure(): Promise<Record<keyof typeof BUDGET, number> & { bytes: number }> {
  const { context, page } = await logIn(citizen('ola'), { size: PHONE });
  try {
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.enable');
    await cdp.send('Network.clearBrowserCache');
    // Slow 4G and a phone's processor, as Lighthouse simulates them.
    await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 });
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    let bytes = 0;
    cdp.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
    const open = async () => {
      const begin = Date.now();
      await page.goto(URL_);
      await page.getByText('Jeg vil bo for meg selv').first().waitFor({ timeout: 60_000 });
      return Date.now() - begin;
    };
    const usable = await open();
    const fetched = bytes;
    return { 'web.usable': usable, 'web.usable_again': await open(), bytes: fetched };
  } finally {
    await context.close();
  }
}

try {
  const all = [];
  for (let i = 0; i < rounds; i++) all.push(await measure());
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  for (const name of ['web.usable', 'web.usable_again'] as const) {
    const value = median(all.map((each) => each[name]));
    const ratio = value / BUDGET[name];
    console.log(JSON.stringify({
      name, size: median(all.map(({ bytes }) => bytes)), value, unit: 'ms', ceiling: 'budget', ceiling_value: BUDGET[name], ratio, rounds,
      aims: [{ measure: 'ratio', at_most: 1, met: ratio <= 1 }],
    }));
  }
} finally {
  await closeBrowser();
}
