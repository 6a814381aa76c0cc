import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertSound, keepPicture, noBrowser, settled, untilTrue, views } from '../support/browser.ts';
import { useConsole } from '../support/console.ts';

const rows = (page: Page) => page.locator('[role="row"][data-index]');
const firstName = (page: Page) => rows(page).first().locator('[data-name]').innerText();

describe('a list of 50,000 images', { skip: noBrowser }, () => {
  const { open, tell } = useConsole({ scenario: 'huge' });

  test('draws only the rows in view, and says how many there are', async () => {
    const { page } = await open('/images');

    assert.ok((await rows(page).count()) < 80);
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '50001');
    assert.match(await page.getByRole('search').innerText(), /50,000 images/);
  });

  test('goes on as one scrolls', async () => {
    const { page } = await open('/images');
    for (let step = 0; step < 12; step++) {
      await page.mouse.wheel(0, 4_000);
      await page.waitForTimeout(60);
    }
    await untilTrue(page, 'Number([...document.querySelectorAll("[data-index]")].at(-1).dataset.index) > 600');

    assert.ok((await rows(page).count()) < 80);
  });

  test('keeps every filter in the address, and takes it from there', async () => {
    const { page } = await open('/images');
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
    const again = await open(page.url());
    assert.equal(await again.page.getByRole('searchbox').inputValue(), 'billing');
    assert.match(await firstName(again.page), /billing/);
  });

  test('tells beside each value of a filter how many it would leave', async () => {
    for (const [path, filter, option, noun] of [
      ['/vulnerabilities', 'Severity', 'High', /^(\d+) vulnerabilities$/],
      ['/vulnerabilities', 'Likelihood', '10 % or more', /^(\d+) vulnerabilities$/],
      ['/vulnerabilities', 'Packages', 'Java (maven)', /^(\d+) vulnerabilities$/],
      ['/recommendations', 'Status', 'In work', /^(\d+) recommendations$/],
      ['/recommendations', 'Packages', 'Go (golang)', /^(\d+) recommendations$/],
    ] as const) {
      const { page } = await open(path);
      const before = await page.getByText(noun).innerText();
      await page.getByRole('search').getByRole('button', { name: filter }).click();
      const label = await page.locator('label', { hasText: option }).innerText();
      const count = /\d+$/.exec(label)?.[0] ?? 'none';
      await page.getByRole('checkbox', { name: option }).check();
      await page.getByText(before.replace(/^\d+/, count), { exact: true }).waitFor();

      assert.notEqual(before.split(' ')[0], count);
    }
  });

  test('narrows down to types of packages, of which several may be chosen', async () => {
    for (const path of ['/vulnerabilities', '/recommendations'])
      for (const view of views) {
        const opened = await open(`${path}?type=golang`, view);
        const { page } = opened;
        await page
          .getByRole('search')
          .getByRole('button', { name: /^Packages/ })
          .click();
        await page.getByRole('checkbox', { name: 'Java (maven)' }).check();
        await page.waitForURL(/type=golang&type=maven$/);
        await settled(page);
        await keepPicture(page, `types-${path.slice(1)}-${view.scheme}-${view.width}`);
        await assertSound(opened, `${path}, ${view.scheme}, ${view.width} px`);
      }
    const { page } = await open('/vulnerabilities?type=hex');
    await page.getByRole('heading', { name: 'No vulnerabilities fit these filters' }).waitFor();
    await page
      .getByRole('search')
      .getByRole('button', { name: /^Packages/ })
      .click();
    await page.locator('label', { hasText: /^hex0$/ }).waitFor();
  });

  test('does not move rows under the pointer when something changes, but offers to', async () => {
    const { page } = await open('/images');
    await rows(page).nth(3).hover();
    await page.waitForTimeout(300);
    let requests = 0;
    page.on('request', (request) => {
      if (request.url().includes('/images?')) requests++;
    });
    tell({ kind: 'image', digest: 'sha256:0', state: 'scanned' });
    const offer = page.getByRole('button', { name: 'Show what changed' });
    await offer.waitFor();

    assert.equal(requests, 0);
    await offer.click();
    await offer.waitFor({ state: 'hidden' });
    assert.equal(requests, 1);
  });

  test('takes new rows by itself while nobody is at it', async () => {
    const { page } = await open('/images');
    await page.mouse.move(5, 600);
    const asked = page.waitForRequest(/\/images\?/);
    tell({ kind: 'image', digest: 'sha256:0', state: 'scanned' });

    await asked;
    await settled(page);
    assert.equal(await page.getByRole('button', { name: 'Show what changed' }).count(), 0);
  });
});
