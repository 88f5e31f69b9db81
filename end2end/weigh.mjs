// What the first look at the demo's dashboard costs: npm run weigh, after cargo build --release.
import { startDemo } from './demo.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const { browser, signInLink, end } = await startDemo('release');

try {
  const first = await browser.newContext();
  const page = await first.newPage();
  await page.goto(signInLink);
  const home = page.url();
  await page.getByRole('main').getByRole('link', { name: /Makers’ Market/ }).click();
  await page.waitForURL((url) => url.href !== home);
  const dashboard = page.url();
  const cookies = await first.cookies();
  await first.close();
  const looks = [];
  for (let round = 0; round < ROUNDS; round++) {
    // What the browser itself needs on this machine for any page: one line of text from the same server.
    const least = await firstPaintOf(new URL('/version', dashboard).href);
    looks.push({ ...(await look(dashboard, cookies)), paintOfOneLine: least });
  }
  for (const [name, unit, digits] of [
    ['weight', 'kB', 1], ['requests', '', 0], ['firstByte', 'ms', 1], ['firstPaint', 'ms', 0], ['largestPaint', 'ms', 0],
    ['paintOfOneLine', 'ms', 0],
  ]) {
    const sorted = looks.map((one) => one[name]).sort((a, b) => a - b);
    const [least, median, most] = [0, Math.floor(ROUNDS / 2), ROUNDS - 1].map((k) => sorted[k].toFixed(digits));
    console.log(`${name.padEnd(14)} ${median} ${unit} (${least}–${most}, ${ROUNDS} rounds)`);
  }
} finally {
  await end();
}

/** When a page that nothing is cached for is first painted, in ms. */
async function firstPaintOf(address) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForTimeout(500);
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
  await context.close();
  return paint;
}

/** A first look: nothing is cached. The page's own first refresh is counted too. */
async function look(address, cookies) {
  const context = await browser.newContext();
  await context.addCookies(cookies);
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  await wire.send('Network.enable');
  let bytes = 0;
  let requests = 0;
  wire.on('Network.requestWillBeSent', ({ request }) => (requests += request.url.startsWith('data:') ? 0 : 1));
  wire.on('Network.loadingFinished', (done) => (bytes += done.encodedDataLength));
  await page.goto(address);
  await page.getByText('Live', { exact: true }).first().waitFor();
  await page.waitForTimeout(1500);
  const painted = await page.evaluate(() => new Promise((resolve) => {
    const [there] = performance.getEntriesByType('navigation');
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    new PerformanceObserver((seen) => resolve({
      firstByte: there.responseStart, firstPaint: paint.startTime, largestPaint: seen.getEntries().at(-1).startTime,
    })).observe({ type: 'largest-contentful-paint', buffered: true });
  }));
  await context.close();
  return { weight: bytes / 1000, requests, ...painted };
}
