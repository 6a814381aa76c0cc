import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type ConsoleMock, startConsoleMock } from '../../web/dev/mock-server.ts';
import {
  buildConsole,
  consoleDirectory,
  launchBrowser,
  noBrowser,
  openPage,
  settled,
  until,
} from '../support/browser.ts';

const rows = (page: Page) => page.locator('[role="row"][data-index]');
const firstName = (page: Page) => rows(page).first().locator('[data-name]').innerText();

describe('a list of 50,000 images', { skip: noBrowser }, () => {
  let browser: Browser;
  let mock: ConsoleMock;
  before(async () => {
    buildConsole();
    browser = await launchBrowser();
    mock = await startConsoleMock({ scenario: 'huge', directory: consoleDirectory });
  });
  after(async () => {
    await browser?.close();
    await mock?.close();
  });

  test('draws only the rows in view, and says how many there are', async () => {
    const { page } = await openPage(browser, `${mock.url}/images`);

    assert.ok((await rows(page).count()) < 80);
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '50001');
    assert.match(await page.getByRole('search').innerText(), /50,000 images/);
    await page.context().close();
  });

  test('goes on as one scrolls', async () => {
    const { page } = await openPage(browser, `${mock.url}/images`);
    for (let step = 0; step < 12; step++) {
      await page.mouse.wheel(0, 4_000);
      await page.waitForTimeout(60);
    }
    await until(page, 'Number([...document.querySelectorAll("[data-index]")].at(-1).dataset.index) > 600');

    assert.ok((await rows(page).count()) < 80);
    await page.context().close();
  });

  test('keeps every filter in the address, and takes it from there', async () => {
    const { page } = await openPage(browser, `${mock.url}/images`);
    await page.getByRole('button', { name: 'Severity' }).click();
    await page.getByRole('checkbox', { name: /Critical/ }).check();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /End of life/ }).click();
    await page.getByRole('searchbox').fill('billing');
    await page.waitForURL(/q=billing/);
    const address = new URL(page.url());

    assert.deepEqual([...address.searchParams].sort(), [
      ['endOfLife', 'true'],
      ['q', 'billing'],
      ['severity', 'critical'],
    ]);
    const again = await openPage(browser, page.url());
    assert.equal(await again.page.getByRole('searchbox').inputValue(), 'billing');
    assert.match(await firstName(again.page), /billing/);
    await page.context().close();
    await again.page.context().close();
  });

  test('does not move rows under the pointer when something changes, but offers to', async () => {
    const { page } = await openPage(browser, `${mock.url}/images`);
    await rows(page).nth(3).hover();
    await page.waitForTimeout(300);
    let requests = 0;
    page.on('request', (request) => {
      if (request.url().includes('/images?')) requests++;
    });
    mock.tell({ kind: 'image', digest: 'sha256:0', state: 'scanned' });
    const offer = page.getByRole('button', { name: 'Show what changed' });
    await offer.waitFor();

    assert.equal(requests, 0);
    await offer.click();
    await offer.waitFor({ state: 'hidden' });
    assert.equal(requests, 1);
    await page.context().close();
  });

  test('takes new rows by itself while nobody is at it', async () => {
    const { page } = await openPage(browser, `${mock.url}/images`);
    await page.mouse.move(5, 600);
    const asked = page.waitForRequest(/\/images\?/);
    mock.tell({ kind: 'image', digest: 'sha256:0', state: 'scanned' });

    await asked;
    await settled(page);
    assert.equal(await page.getByRole('button', { name: 'Show what changed' }).count(), 0);
    await page.context().close();
  });
});
