import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertSound, keepPicture, noBrowser, settled, untilTrue, views } from '../support/browser.ts';
import { useConsole } from '../support/console.ts';

const selector = (page: Page) => page.getByRole('button', { name: /^Shown:/ });
const option = (page: Page, name: string) => page.getByRole('option', { name, exact: true });
const images = async (page: Page) => Number(/(\d+) images/.exec(await page.getByRole('search').innerText())?.[1]);

describe('what all pages show', { skip: noBrowser }, () => {
  const { open } = useConsole();

  test('is chosen at the top, stands in the address, and goes along from page to page', async () => {
    const { page } = await open('/images');
    const all = await images(page);
    await selector(page).click();
    await option(page, 'production').click();
    await page.waitForURL(/\?scope=production$/);
    await untilTrue(page, `!document.querySelector('search').innerText.includes('${all} images')`);
    const there = await images(page);
    await page.getByRole('link', { name: 'Recommendations' }).click();
    await page.waitForURL(/\/recommendations\?scope=production$/);
    await page.getByRole('link', { name: 'Images', exact: true }).click();
    await page.waitForURL(/\/images\?scope=production$/);
    await settled(page);

    assert.ok(there > 0 && there < all);
    assert.equal(await images(page), there);
    const sent = await open(page.url());
    assert.equal(await images(sent.page), there);
    await selector(page).click();
    await option(page, 'Everything').click();
    await page.waitForURL(/\/images$/);
    await untilTrue(page, `document.querySelector('search').innerText.includes('${all} images')`);
  });

  test('is a registry from its own page on, whatever was chosen before', async () => {
    const { page } = await open('/registries/sandbox?scope=production');
    await page.getByRole('link', { name: 'Show only this registry' }).click();

    await page.waitForURL(/\/\?scope=sandbox$/);
    await page.getByRole('button', { name: 'Shown: sandbox' }).waitFor();
  });

  test('is undone by the way back', async () => {
    const { page } = await open('/vulnerabilities');
    await selector(page).click();
    await option(page, 'sandbox').click();
    await page.waitForURL(/scope=sandbox/);
    await page.goBack();

    await page.waitForURL(/\/vulnerabilities$/);
    await page.getByRole('button', { name: 'Shown: everything' }).waitFor();
  });

  test('is chosen by the keyboard alone, down to a repository', async () => {
    const { page } = await open('/');
    await selector(page).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: /^Show only/ }).waitFor();
    await page.keyboard.type('production/cart');
    await option(page, 'shop/cart').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL((address) => address.searchParams.get('scope') === 'production/shop/cart');

    await untilTrue(page, `document.activeElement?.getAttribute('aria-label') === 'Shown: production/shop/cart'`);
    await page.keyboard.press('Enter');
    await option(page, 'Everything').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').waitFor({ state: 'hidden' });
    assert.match(page.url(), /scope=production%2Fshop%2Fcart$/);
  });

  test('finds a registry by part of its name, and says when there is none', async () => {
    const { page } = await open('/');
    await selector(page).click();
    await page.keyboard.type('stag');
    await option(page, 'Everything').waitFor({ state: 'hidden' });

    assert.deepEqual(await page.getByRole('listbox', { name: 'What to show' }).getByRole('option').allInnerTexts(), [
      'staging',
    ]);
    await page.keyboard.type('zzz');
    await page.getByText('No registry or repository has that in its name.').waitFor();
  });

  test('where nothing lies, the page says so and leads out', async () => {
    for (const path of [
      '/?scope=azure',
      '/images?scope=azure',
      '/vulnerabilities?scope=azure',
      '/history?scope=azure',
      '/exceptions?scope=azure',
    ]) {
      const { page } = await open(path);
      await page.getByRole('heading', { name: /^No \w+ in azure$/ }).waitFor();
      await page.getByRole('button', { name: 'Show everything' }).click();

      await page.waitForURL((address) => address.search === '');
      await page.getByRole('heading', { name: /in azure$/ }).waitFor({ state: 'hidden' });
    }
  });

  test('a flaw that is not there is looked for everywhere on request', async () => {
    const { page } = await open('/vulnerabilities/CVE-2024-3094?scope=azure');
    await page.getByRole('heading', { name: 'Not in azure' }).waitFor();
    await page.getByRole('button', { name: 'Show everything' }).click();

    await page.getByRole('heading', { level: 1, name: 'CVE-2024-3094' }).waitFor();
  });

  test('the overview of a part tells since when its days are counted, and draws no day that was not', async () => {
    for (const view of views) {
      const several = await open('/?scope=production', view);
      const trend = several.page.getByRole('region', { name: 'Critical and high findings' });
      await trend.scrollIntoViewIfNeeded();
      await keepPicture(several.page, `trend-part-${view.scheme}-${view.width}`);
      await assertSound(several, `several days, ${view.scheme}, ${view.width} px`);
      assert.match(await trend.innerText(), /in 20 days, 5 of them not counted[\s\S]*counted since [\s\S]*today/);
      assert.equal(await trend.locator('path[data-level=critical][class*=line]').count(), 2);
      assert.equal(await trend.locator('path[data-level=critical][class*=dot]').count(), 2);

      const one = await open('/?scope=sandbox', view);
      const begun = one.page.getByRole('region', { name: 'Critical and high findings' });
      await begun.scrollIntoViewIfNeeded();
      await keepPicture(one.page, `trend-one-${view.scheme}-${view.width}`);
      await assertSound(one, `one day, ${view.scheme}, ${view.width} px`);
      assert.match(await begun.innerText(), /\d critical[\s\S]*Counted since today; earlier days are not known/);
      assert.equal(await begun.getByRole('img').count(), 0);
    }
  });

  test('the day under the pointer is told, also one that was not counted', async () => {
    const { page } = await open('/?scope=production');
    const chart = page.getByRole('img', { name: /^Critical and high findings from/ });
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    assert.ok(box);
    const words = page.locator('figcaption');
    await chart.hover({ position: { x: (box.width * 9) / 19, y: 40 } });
    await words.getByText('not counted', { exact: true }).waitFor();
    await chart.hover({ position: { x: (box.width * 2) / 19, y: 40 } });

    await words.getByText(/\d high/).waitFor();
  });

  test('a page that is shown whole says so', async () => {
    for (const path of ['/database', '/exceptions/-/ask', '/registries/azure', '/settings']) {
      const { page } = await open(`${path}?scope=production`);
      assert.match(await page.getByRole('note').innerText(), /only\. This page is shown whole\./, path);
    }
    const { page } = await open('/images?scope=production');
    assert.equal(await page.getByRole('note').count(), 0);
  });

  test('an exception that a link leads to is shown also where it is of another part', async () => {
    for (const view of views) {
      const opened = await open('/exceptions?scope=sandbox', view);
      const { page } = opened;
      await page.getByText('1 exception', { exact: true }).waitFor();
      await page.goto(`${page.url()}&selected=ac4879bf-d791-4a19-95c2-000000000002`);
      await page.getByText(/is not in this list, which is of sandbox only/).waitFor();
      await keepPicture(page, `exceptions-elsewhere-${view.scheme}-${view.width}`);
      await assertSound(opened, `${view.scheme}, ${view.width} px`);
      await page.getByRole('button', { name: 'Show everything' }).click();

      await page.getByRole('button', { name: 'Approve' }).waitFor();
      assert.doesNotMatch(page.url(), /scope=/);
    }
  });

  test('an exception is asked for the place that is shown', async () => {
    const { page } = await open('/exceptions?scope=production/shop/cart');
    await page.getByRole('link', { name: 'Ask for an exception' }).click();

    assert.equal(await page.getByLabel('Registry (optional)').inputValue(), 'production');
    assert.equal(await page.getByLabel('Repository (optional)').inputValue(), 'shop/cart');
  });

  test('exports and the search hold to it', async () => {
    const { page } = await open('/vulnerabilities?scope=sandbox');
    await page.getByRole('button', { name: 'Export' }).click();
    const file = await page.getByRole('menuitem', { name: /^CSV/ }).getAttribute('href');
    assert.match(file ?? '', /scope=sandbox/);
    await page.keyboard.press('Escape');
    const asked = page.waitForRequest(/\/search\?/);
    await page.getByRole('button', { name: /^Search or go to/ }).click();
    await page.getByPlaceholder(/Image, CVE/).fill('ghcr');

    assert.match((await asked).url(), /scope=sandbox/);
    await page.locator('[style*="Found in sandbox"]').waitFor();
  });

  test('hinders nobody and fits, open and closed, in both schemes, wide and narrow', async () => {
    for (const view of views) {
      const long = await open(`/images?scope=production/${'deeply/nested/'.repeat(6)}service`, view);
      await keepPicture(long.page, `scope-long-${view.scheme}-${view.width}`);
      await assertSound(long, `closed, ${view.scheme}, ${view.width} px`);
      const opened = await open('/images?scope=production', view);
      await selector(opened.page).click();
      await option(opened.page, 'shop/cart').waitFor();
      await keepPicture(opened.page, `scope-open-${view.scheme}-${view.width}`);
      await assertSound(opened, `open, ${view.scheme}, ${view.width} px`);
    }
  });
});
