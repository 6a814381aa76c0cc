import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import {
  assertSound,
  buildConsole,
  keepPicture,
  launchBrowser,
  noBrowser,
  openContext,
  openPage,
  settled,
  signIn,
  untilTrue,
} from '../support/browser.ts';
import { adminPassword, type ServerProcess, startServerProcess } from '../support/server-process.ts';

const root = resolve(import.meta.dirname, '../..');

/** Taken anew only when asked, since ages and dates in them differ each day; then made small by `pngquant --ext .png --force 128`. */
const takePictures = process.env.BREAKWATER_PICTURES === '1';
const documented = [
  { name: 'overview', path: '/', scheme: 'light', width: 1280 },
  { name: 'overview-dark', path: '/', scheme: 'dark', width: 1280 },
  { name: 'images', path: '/images', scheme: 'light', width: 1280 },
  { name: 'image-panel', path: '/images', scheme: 'dark', width: 1280, select: '[data-index="2"]' },
  { name: 'vulnerabilities', path: '/vulnerabilities', scheme: 'light', width: 1280, select: '[data-index="0"]' },
  { name: 'recommendations', path: '/recommendations', scheme: 'dark', width: 1280 },
  { name: 'history', path: '/history', scheme: 'light', width: 1280 },
  { name: 'registries', path: '/registries', scheme: 'light', width: 1280 },
  { name: 'exceptions', path: '/exceptions', scheme: 'light', width: 1280 },
  { name: 'database', path: '/database', scheme: 'dark', width: 1280 },
  { name: 'jobs', path: '/jobs', scheme: 'light', width: 1280 },
  { name: 'coverage', path: '/coverage', scheme: 'light', width: 1280 },
  { name: 'access', path: '/access', scheme: 'light', width: 1280 },
  { name: 'settings', path: '/settings', scheme: 'light', width: 1280 },
  { name: 'trail', path: '/trail', scheme: 'light', width: 1280 },
  { name: 'overview-phone', path: '/', scheme: 'light', width: 360 },
  { name: 'images-phone', path: '/images', scheme: 'dark', width: 360 },
] as const satisfies readonly {
  name: string;
  path: string;
  scheme: 'light' | 'dark';
  width: number;
  select?: string;
}[];

describe('the console over a real server with the sample estate', { skip: noBrowser }, () => {
  let browser: Browser;
  let context: BrowserContext;
  let server: ServerProcess;

  before(async () => {
    buildConsole();
    browser = await launchBrowser();
    server = await startServerProcess({ args: ['--demo'] });
    context = await openContext(browser, server.url);
    const { page } = await openPage(context, '/');
    await signIn(page, 'admin', adminPassword);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
  afterEach(async () => {
    for (const page of context.pages()) await page.close();
  });
  after(async () => {
    await browser?.close();
    await server?.remove();
  });

  async function open(path: string): Promise<Page> {
    const opened = await openPage(context, path);
    await opened.page.waitForLoadState('networkidle').catch(() => {});
    await keepPicture(opened.page, `server${path.slice(0, 40)}`);
    await assertSound(opened, path);
    return opened.page;
  }

  test('the overview tells what changed and what to do', async () => {
    const page = await open('/');

    assert.match(await page.locator('main').innerText(), /images together hold/);
    assert.ok((await page.getByRole('region', { name: 'Fix first' }).getByRole('listitem').count()) > 0);
  });

  test('each list has rows, whose page opens with all its tabs', async () => {
    for (const path of ['/images', '/vulnerabilities', '/recommendations', '/history']) {
      const page = await open(path);
      assert.ok((await page.locator('[role="row"][data-index]').count()) > 0, path);
      const address = await page.locator('[data-index="0"] a').first().getAttribute('href');
      await page.close();
      if (!address || path === '/history') continue;
      const detail = await open(address);
      const tabs = await detail.getByRole('tab').count();
      await detail.close();
      for (const tab of tabs === 4 ? ['findings', 'packages', 'history'] : tabs === 3 ? ['packages', 'evidence'] : [])
        await (await open(`${address}?tab=${tab}`)).close();
    }
  });

  test('a filter narrows the images down', async () => {
    const page = await open('/images');
    const rows = () => page.getByRole('grid').getAttribute('aria-rowcount');
    const all = await rows();
    await page.getByRole('button', { name: /^Exploited/ }).click();
    await untilTrue(page, `document.querySelector('[role=grid]').getAttribute('aria-rowcount') !== '${all}'`);

    assert.ok(Number(await rows()) < Number(all));
  });

  test('every page can be shown of one registry, and figures are of what lies there', async () => {
    const figure = async (path: string, words: RegExp) => {
      const page = await open(path);
      const [, found] = words.exec(await page.locator('main').innerText()) ?? [];
      await page.close();
      return Number(found?.replaceAll(',', ''));
    };
    for (const [path, words] of [
      ['/', /([\d,]+) images? together hold/],
      ['/images', /([\d,]+) images?\n/],
      ['/vulnerabilities', /([\d,]+) vulnerabilities\n/],
      ['/recommendations', /([\d,]+) recommendations?\n/],
    ] as const) {
      const [there, all] = [await figure(`${path}?scope=development`, words), await figure(path, words)];
      assert.ok(there > 0 && there < all, `${path}: ${there} of ${all}`);
    }
    for (const path of [
      '/history',
      '/registries',
      '/coverage',
      '/jobs',
      '/exceptions',
      '/database',
      '/access',
      '/trail',
    ])
      await (await open(`${path}?scope=development`)).close();
  });

  test('a finding says why it stands, down to the versions compared', async () => {
    const page = await open('/images');
    const address = await page.locator('[data-index="0"] a').first().getAttribute('href');
    await page.close();
    const findings = await open(`${address}?tab=findings`);
    await findings.locator('[data-index="0"]').click({ position: { x: 4, y: 4 } });

    await findings
      .getByRole('complementary', { name: 'Details' })
      .getByText(/are affected/)
      .first()
      .waitFor();
  });

  test('a recommendation is taken up, and stays so', async () => {
    const page = await open('/recommendations');
    const status = page.locator('[data-index] select').first();
    const answered = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await status.selectOption('doing');

    assert.equal((await answered).status(), 200);
    await page.reload();
    await settled(page);
    assert.equal(await page.locator('[data-index] select').first().inputValue(), 'doing');
  });

  test('pictures for the documentation', {
    skip: !takePictures && 'set BREAKWATER_PICTURES=1 to take them anew',
  }, async () => {
    for (const picture of documented) {
      const { name, path, scheme, width } = picture;
      const select = 'select' in picture ? picture.select : undefined;
      const shot = await context.newPage();
      await shot.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await shot.setViewportSize({ width, height: width > 500 ? 800 : 740 });
      await shot.goto(path);
      await settled(shot);
      if (select)
        await shot
          .locator(select)
          .first()
          .click({ position: { x: 4, y: 4 } });
      await shot.waitForLoadState('networkidle').catch(() => {});
      await shot.mouse.move(0, 0);
      await shot.screenshot({ path: join(root, 'docs/pictures', `${name}.png`) });
      await shot.close();
    }
  });

  test('Ctrl-K finds a vulnerability', async () => {
    const page = await open('/vulnerabilities');
    const id = (await page.locator('[data-index="0"] a').first().textContent()) ?? '';
    await page.waitForTimeout(1_200);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder(/Image, CVE/).fill(id);

    await page.getByRole('dialog').getByText(id, { exact: true }).first().waitFor();
  });
});
