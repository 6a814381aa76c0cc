import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noBrowser, settled } from '../support/browser.ts';
import { useConsole } from '../support/console.ts';

describe('what lies in a registry and is no image', { skip: noBrowser }, () => {
  const { open } = useConsole();

  test('the registry counts it by kind, and leads to it', async () => {
    const { page } = await open('/registries/production');
    await page.getByText('143 other artifacts: 118 signatures, 24 attestations, 1 Helm chart.').waitFor();
    await page.getByRole('link', { name: '143 other artifacts' }).click();
    await page.waitForURL(/\/images\?.*state=artifact/);
    await settled(page);

    const rows = await page.locator('[role="row"][data-index]').allInnerTexts();
    assert.equal(rows.length, 3);
    await page.getByText('3 artifacts', { exact: true }).waitFor();
    for (const [name, kind] of [
      ['charts/shop', 'Helm chart'],
      ['.sig', 'signature'],
      ['.att', 'attestation'],
    ] as const)
      assert.ok(
        rows.some((row) => row.includes(name) && row.includes(kind)),
        kind,
      );
  });

  test('the list of images does without it', async () => {
    const { page } = await open('/images?q=charts');
    await settled(page);

    assert.equal(await page.locator('[role="row"][data-index]').count(), 0);
  });

  test('its page says what it is, and nothing of findings that it cannot have', async () => {
    const { page } = await open('/images?state=artifact&q=charts');
    await page.getByRole('link', { name: /charts\/shop/ }).click();
    await page.getByText('This is a Helm chart, not an image: there is nothing in it to scan.').waitFor();
    const text = await page.locator('main').innerText();

    assert.match(text, /application\/vnd\.cncf\.helm\.config\.v1\+json/);
    assert.doesNotMatch(text, /Findings|Risk|Scanned/);
  });
});
