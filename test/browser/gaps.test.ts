import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noBrowser, settled } from '../support/browser.ts';
import { useConsole } from '../support/console.ts';

describe('what could not be seen', { skip: noBrowser }, () => {
  const { open } = useConsole();

  const lines = [
    ['images-failed', /^(\d+) images could not be scanned/, 'state=failed'],
    ['images-partial', /^(\d+) images were scanned in part/, 'partial=true'],
    ['images-end-of-life', /^(\d+) images stand on a system/, 'endOfLife=true'],
  ] as const;

  for (const [code, words, filter] of lines)
    test(`the overview's line of ${code} leads to just those images`, async () => {
      const { page } = await open('/');
      const line = page.locator('section[aria-labelledby="gaps"]').getByRole('link', { name: words });
      const count = words.exec(await line.innerText())?.[1];
      await line.click();
      await page.waitForURL((address) => address.pathname === '/images' && address.search === `?${filter}`);
      await settled(page);

      assert.match(await page.getByRole('search').innerText(), new RegExp(`\\b${count} images`));
    });

  test('a narrow screen shows the filter that a line has set', async () => {
    const { page } = await open('/images?partial=true', { width: 360, scheme: 'light' });
    const box = await page.getByRole('button', { name: /^Partial/ }).boundingBox();

    assert.ok(box && box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
  });

  test('the page of gaps has the words of the overview, and names the registries meant', async () => {
    const { page } = await open('/');
    const titles = await page.locator('section[aria-labelledby="gaps"] li a').allInnerTexts();
    await page.goto('/coverage');
    await settled(page);
    const list = page.getByRole('list', { name: 'Gaps' });

    for (const title of titles) await list.getByRole('heading', { name: title }).waitFor();
    assert.match(await list.innerText(), /legacy\s*for \d+ .*refused user reader/);
  });
});
