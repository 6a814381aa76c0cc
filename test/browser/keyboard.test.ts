import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noBrowser, settled, untilTrue } from '../support/browser.ts';
import { useConsole } from '../support/console.ts';

describe('the keyboard alone', { skip: noBrowser }, () => {
  const { open } = useConsole();

  const focused = 'document.activeElement?.getAttribute("data-index")';

  test('j and k walk the rows, Enter opens one', async () => {
    const { page } = await open('/images');
    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);

    assert.equal(await page.evaluate(focused), '1');
    const name = await page.locator('[data-index="1"] [data-name]').textContent();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/images\/sha256/);
    await settled(page);
    assert.equal(await page.locator('h1').innerText(), name);
  });

  test('the space bar opens the details, j takes them along, Escape closes them', async () => {
    const { page } = await open('/images');
    await page.keyboard.press('j');
    await page.keyboard.press(' ');
    const details = page.getByRole('complementary', { name: 'Details' });
    await details.waitFor();
    const first = await details.locator('h2').innerText();
    await page.keyboard.press('j');
    await untilTrue(page, `document.querySelector('aside h2')?.innerText !== ${JSON.stringify(first)}`);
    await page.keyboard.press('Escape');

    await details.waitFor({ state: 'hidden' });
  });

  test('e explains the score of the row, with its parts', async () => {
    const { page } = await open('/vulnerabilities');
    await page.keyboard.press('j');
    await page.keyboard.press('e');

    await page.getByRole('dialog').getByText('Exploited in the wild').waitFor();
  });

  test('/ goes to the search field', async () => {
    const { page } = await open('/vulnerabilities');
    await page.keyboard.press('/');

    assert.equal(await page.evaluate('document.activeElement?.type'), 'search');
    await page.keyboard.type('jj');
    assert.equal(await page.getByRole('searchbox').inputValue(), 'jj');
  });

  test('Ctrl-K finds an image and goes there', async () => {
    const { page } = await open('/');
    await page.waitForTimeout(1_200);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder(/Image, CVE/).waitFor();
    await page.keyboard.type('payments', { delay: 20 });
    await page
      .getByText(/payments-gateway/)
      .first()
      .waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');

    await page.waitForURL(/\/images\/sha256/);
  });

  test('every stop of Tab is seen, and the first skips to the page', async () => {
    const { page } = await open('/images');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement?.textContent'), 'Skip to the page');
    for (let stop = 0; stop < 24; stop++) {
      await page.keyboard.press('Tab');
      const ring = await page.evaluate(
        '(() => { const at = document.activeElement; const style = getComputedStyle(at); return at === document.body || style.outlineStyle !== "none" || style.borderColor !== getComputedStyle(document.body).borderColor; })()',
      );
      assert.ok(ring, `stop ${stop}`);
    }
  });

  test('single keys can be switched off', async () => {
    const { page } = await open('/images');
    await page.evaluate('localStorage.setItem("breakwater-shortcuts", "false")');
    await page.reload();
    await settled(page);
    await page.keyboard.press('j');

    assert.equal(await page.evaluate(focused), null);
  });
});
