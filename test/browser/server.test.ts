import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import {
  accessibilityProblems,
  buildConsole,
  isTooWide,
  launchBrowser,
  noBrowser,
  settled,
  until,
} from '../support/browser.ts';
import { freePort } from '../support/loopback.ts';

const root = resolve(import.meta.dirname, '../..');
const password = 'a password for the test';
/** A folder to look at every page by eye. */
const pictures = process.env.BREAKWATER_SCREENSHOTS;

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
  let server: ChildProcess;
  let url: string;
  const directory = mkdtempSync(join(tmpdir(), 'breakwater-console-'));

  before(async () => {
    buildConsole();
    browser = await launchBrowser();
    url = `http://127.0.0.1:${await freePort()}`;
    server = spawn(
      join(root, 'bin/breakwater'),
      ['server', '--demo', '--data-dir', directory, '--listen', url.slice('http://'.length)],
      { env: { ...process.env, BREAKWATER_ADMIN_PASSWORD: password }, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    await new Promise<void>((ready, failed) => {
      server.stdout?.on('data', (text) => String(text).includes('runs at') && ready());
      server.on('exit', (code) => failed(new Error(`the server ended with ${code}`)));
    });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    await signIn(await context.newPage(), url);
  });
  after(async () => {
    await browser?.close();
    if (server && server.exitCode === null) {
      const ended = new Promise((done) => server.once('exit', done));
      server.kill('SIGTERM');
      await ended;
    }
    rmSync(directory, { recursive: true, force: true });
  });

  /** Opens a page, and fails for whatever the browser or the server complains of. */
  async function open(path: string): Promise<Page> {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(url + path);
    await settled(page);
    await page.waitForLoadState('networkidle').catch(() => {});
    if (pictures) {
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `server${path.replace(/[^a-zA-Z0-9]+/g, '_').slice(0, 40)}.png`) });
    }
    assert.deepEqual(complaints, [], path);
    assert.deepEqual(await accessibilityProblems(page), [], path);
    assert.equal(await isTooWide(page), false, path);
    return page;
  }

  test('the overview tells what changed and what to do', async () => {
    const page = await open('/');

    assert.match(await page.locator('main').innerText(), /images together hold/);
    assert.ok((await page.getByRole('region', { name: 'Fix first' }).getByRole('listitem').count()) > 0);
    await page.close();
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
    await until(page, `document.querySelector('[role=grid]').getAttribute('aria-rowcount') !== '${all}'`);

    assert.ok(Number(await rows()) < Number(all));
    await page.close();
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
    await findings.close();
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
    await page.close();
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
      await shot.goto(url + path);
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
    await page.close();
  });
});

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('User').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.close();
}
