import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { jobId } from '../../web/dev/answers/operation.ts';
import { sha256 } from '../../web/dev/estate.ts';
import { assertSound, keepPicture, noBrowser, settled, views } from '../support/browser.ts';
import { useConsole } from '../support/console.ts';

const image = sha256('image 0');

describe('administration', { skip: noBrowser }, () => {
  const { open, tell } = useConsole({ anew: true });

  test('a registry is connected after its test says where it breaks, and its secret is shown once', async () => {
    const { page } = await open('/registries');
    await page.getByRole('link', { name: 'Connect a registry' }).click();
    await page.getByLabel('Product').selectOption({ label: 'Harbor' });
    await page.getByLabel('Host').fill('https://wrong.example/');
    await page.getByLabel('User').fill('robot');
    await page.getByLabel('Password or token', { exact: true }).fill('secret');
    await page.getByRole('button', { name: 'Test the connection' }).click();
    const steps = page.getByRole('list', { name: 'Steps of the connection test' });

    await steps.getByText(/password is wrong or expired/).waitFor();
    assert.equal(await steps.getByText('Not reached.').count(), 2);
    await page.getByLabel('Host').fill('harbor.two.example');
    assert.equal(await page.getByLabel('Name here').inputValue(), 'harbor-two-example');
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByText('The registry can be read.').waitFor();
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    const { signIn } = (await sent).postDataJSON();
    assert.deepEqual(signIn, { method: 'password', username: 'robot', password: 'secret' });
    await page.getByRole('heading', { name: 'harbor-two-example is connected' }).waitFor();
    assert.equal(await page.locator('[data-secret]').count(), 2);
    await page.getByRole('link', { name: 'Open harbor-two-example' }).click();
    await page.getByRole('tab', { name: 'Notifications' }).click();
    assert.equal(await page.locator('[data-secret]').count(), 1);
  });

  test('registries are searched by name and by host, and what was searched stands in the address', async () => {
    const { page } = await open('/registries');
    const search = page.getByRole('searchbox');
    const names = page.locator('[role="row"][data-index] a[href^="/registries/"]');
    await search.fill('Amazonaws');
    await page.waitForURL(/q=Amazonaws/);
    await page.getByText('1 registry', { exact: true }).waitFor();

    assert.deepEqual(await names.allInnerTexts(), ['staging']);
    await search.fill('nowhere');
    await page.getByText('No registries fit these filters').waitFor();
    await page.getByRole('link', { name: 'Connect a registry' }).waitFor();
  });

  test('a running job moves on where it stands, and is cancelled only after its reach is told', async () => {
    const { page } = await open('/jobs');
    const row = page.locator('[data-index="0"]');
    await row.getByText('30 %').waitFor();
    tell({ kind: 'job', id: jobId(0), state: 'running', progress: 0.62 });

    await row.getByText('62 %').waitFor();
    await row.getByRole('button', { name: /^Cancel:/ }).click();
    await page
      .getByRole('dialog')
      .getByText(/stays as it was/)
      .waitFor();
    await page.getByRole('button', { name: 'Cancel the job' }).click();
    await row.getByText('cancelled').waitFor();
  });

  test('an exception tells what it silences before it is approved', async () => {
    const { page } = await open('/exceptions');
    await page.locator('[data-index="1"]').getByText('waits').click();
    const details = page.getByRole('complementary', { name: 'Details' });
    await details.getByText(/silences 6 findings in 2 images now/).waitFor();
    await details.getByLabel(/Note/).fill('Agreed with the team.');
    const sent = page.waitForRequest((request) => request.url().endsWith('/decision'));
    await details.getByRole('button', { name: 'Approve' }).click();

    assert.deepEqual((await sent).postDataJSON(), { decision: 'approve', note: 'Agreed with the team.' });
    await page.getByText('The exception stands').waitFor();

    await details.getByLabel(/Note/).fill('The team upgraded.');
    await details.getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText('The exception was withdrawn').waitFor();
    await page
      .getByRole('link', { name: /^Ended and refused/ })
      .first()
      .click();
    await page.getByText('withdrawn', { exact: true }).first().click();
    await details.getByText('The team upgraded.').waitFor();
    await details.getByText('Agreed with the team.').waitFor();
    assert.equal(await details.getByText('by ada').count(), 2, 'who approved it, and who withdrew it');
  });

  test('an exception is asked for from its address alone, and its reach is counted as one types', async () => {
    const { page } = await open('/exceptions/-/ask?vulnerability=CVE-2024-3094');
    await page.getByText(/31 findings in 9 images/).waitFor();
    await page.getByLabel('Repository (optional)').fill('team-a/*');
    await page.getByText(/6 findings in 2 images/).waitFor();

    assert.match(page.url(), /repository=team-a/);
    assert.equal(await page.getByRole('button', { name: 'Ask', exact: true }).isDisabled(), true);
    await page.getByLabel('Reason').fill('Never called by what runs.');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.waitForURL(/\/exceptions\?selected=/);
  });

  test('a finding opens the form of an exception filled in, from its row and from its details', async () => {
    for (const from of ['row', 'details'] as const) {
      const { page } = await open(`/images/${image}?tab=findings`);
      const row = page.locator('[data-index="0"]');
      const flaw = (await row.getByRole('link').first().textContent()) ?? '';
      if (from === 'row') await row.getByRole('link', { name: `Ask for an exception: ${flaw}` }).click();
      else {
        await row.click({ position: { x: 4, y: 4 } });
        await page.getByRole('complementary').getByRole('link', { name: 'Ask for an exception' }).click();
      }
      await page.getByRole('heading', { name: 'Ask for an exception' }).waitFor();

      assert.equal(await page.getByLabel('Vulnerability').inputValue(), flaw);
      assert.equal(await page.getByLabel('Package').inputValue(), 'org.apache.logging.log4j:log4j-core');
      assert.equal(await page.getByLabel('Image (optional)').inputValue(), image);
      assert.equal(await page.getByLabel('Registry (optional)').inputValue(), '');
      await page.getByText(/This would silence/).waitFor();
      await page.getByText('registry.harbour.example/shop/checkout:1.18.0').waitFor();
    }
  });

  test('a finding says that an exception was asked for, and leads to it instead of asking twice', async () => {
    const opened = await open('/images?q=payments-gateway');
    const { page } = opened;
    await page.locator('[data-index="0"] [data-name]').click();
    await page.getByRole('tab', { name: /^Findings/ }).click();
    const row = page.locator('[data-index]', { hasText: 'CVE-2021-44228' });
    await row.getByText('asked', { exact: true }).waitFor();
    assert.equal(await row.getByRole('link', { name: /^Ask for an exception/ }).count(), 0);
    await row.click({ position: { x: 4, y: 4 } });
    const details = page.getByRole('complementary');
    await details.getByText(/asked for an exception .* it waits for a decision/).waitFor();
    assert.equal(await details.getByRole('link', { name: 'Ask for an exception' }).count(), 0);
    await assertSound(opened, 'a finding with a request');
    await details.getByRole('link', { name: 'Open the request' }).click();

    await page.getByRole('complementary').getByRole('button', { name: 'Refuse' }).waitFor();
  });

  test('who asks for an exception is shown what was asked, stands or was refused about the same', async () => {
    const { page } = await open('/exceptions/-/ask?vulnerability=CVE-2021-44228');
    const about = page.getByRole('list', { name: 'Exceptions about the same' });
    await about.getByText(/asked for by a-person-with/).waitFor();
    await page.getByLabel('Repository (optional)').fill('elsewhere/*');
    await about.waitFor({ state: 'hidden' });
    await page.getByLabel('Repository (optional)').fill('shop/*');
    await about.getByRole('link', { name: 'Open it' }).click();
    await page.getByRole('complementary').getByRole('button', { name: 'Refuse' }).click();
    await page.getByText('The exception was refused').waitFor();

    await page.goBack();
    await about.getByText(/refused by ada/).waitFor();
    await about.getByRole('link', { name: 'Open it' }).click();
    await page.getByRole('complementary').getByText('Refused', { exact: true }).waitFor();
  });

  test('what waits for a decision already is not asked for twice: the one that waits is named, and opened', async () => {
    const scope = 'vulnerability=CVE-2021-44228&package=org.apache.logging.log4j:log4j-core&repository=shop/payments-*';
    for (const view of views) {
      const { page, complaints } = await open(`/exceptions/-/ask?${scope}`, view);
      await page.getByLabel('Not reachable').check();
      await page.getByLabel('Reason').fill('The lookup is switched off.');
      await page.getByRole('button', { name: 'Ask', exact: true }).click();
      const told = page.getByRole('alert');
      await told.getByText(/asked for this already; it waits for a decision\./).waitFor();
      await told.scrollIntoViewIfNeeded();
      await keepPicture(page, `exception-twice-${view.scheme}-${view.width}`);
      // The refusal is what the browser complains of.
      const others = complaints.filter((text) => !text.includes('status of 409'));
      await assertSound({ page, complaints: others }, `${view.scheme}, ${view.width} px`);
      await told.getByRole('link', { name: 'Open it' }).click();

      await page.getByRole('button', { name: 'Approve' }).waitFor();
    }
  });

  test('an exception that who sees only a part asks for names the place', async () => {
    const { page } = await open('/settings');
    await page.route('**/api/v1/session', async (route) => {
      const answer = await (await route.fetch()).json();
      const scope = { kind: 'repository', value: 'registry.harbour.example/shop/*' };
      await route.fulfill({ json: { ...answer, grants: [{ role: 'reader', scope }] } });
    });
    await page.goto(`/images/${image}?tab=findings`);
    await page
      .locator('[data-index="0"]')
      .getByRole('link', { name: /^Ask for an exception/ })
      .click();

    assert.equal(await page.getByLabel('Registry (optional)').inputValue(), 'registry.harbour.example');
    assert.equal(await page.getByLabel('Repository (optional)').inputValue(), 'shop/checkout');
  });

  test('an exception is proposed no end that would be refused', async () => {
    const { page } = await open('/jobs');
    await page.route('**/api/v1/settings', async (route) => {
      const settings = await (await route.fetch()).json();
      await route.fulfill({ json: { ...settings, exceptionDays: 30 } });
    });
    await page.goto('/exceptions/-/ask?package=openssl');
    await page.getByText(/^30 days at most/).waitFor();
    const days = (Date.parse(`${await page.getByLabel('Ends on').inputValue()}T23:59:59Z`) - Date.now()) / 86_400_000;

    assert.ok(days > 28 && days <= 30, `${days} days`);
  });

  test('a token is shown once', async () => {
    const { page } = await open('/access?tab=tokens');
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByLabel('What uses it').fill('A pipeline');
    await page.getByRole('button', { name: 'Make the token' }).click();
    const token = await page.locator('[data-secret]').innerText();
    assert.match(token, /^bw_/);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByText('A pipeline').first().waitFor();

    assert.equal(await page.getByText(token).count(), 0);
  });

  test('a user is added with a role for a part, and the last administrator stays', async () => {
    const { page } = await open('/access');
    await page.getByRole('button', { name: 'Add a user' }).click();
    await page.getByLabel('Login', { exact: true }).fill('erin');
    await page.getByLabel('First password', { exact: true }).fill('a first password');
    await page.getByLabel('Role 1', { exact: true }).selectOption('analyst');
    await page.getByLabel('Where role 1 holds').selectOption('repository');
    await page.getByLabel('Name of the repository of role 1').fill('production/payments/*');
    await page.getByRole('button', { name: 'Add the user' }).click();
    await page.getByText('analyst of production/payments/*', { exact: true }).first().waitFor();

    await openRow(page, 'ada');
    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    await page.getByRole('button', { name: 'Disable the user' }).click();
    await page.getByText(/the last administrator/).waitFor();
  });

  test('the time and the person of the trail stand in the address, and its export has the same', async () => {
    const { page } = await open('/trail');
    await page.getByRole('button', { name: 'Time' }).click();
    await page.getByRole('checkbox', { name: 'The last 7 days' }).check();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'dana' }).first().click();
    await page.waitForURL(/who=dana/);
    await settled(page);
    await page.getByRole('button', { name: 'Export' }).click();
    const href = await page.getByRole('menuitem', { name: /CSV/ }).getAttribute('href');

    assert.match(href ?? '', /^\/api\/v1\/trail\/export\?format=csv&.*who=dana/);
  });

  test('a reader is offered nothing that the server would refuse, and told who can', async () => {
    const { page } = await open('/settings');
    await page.route('**/api/v1/session', async (route) => {
      const answer = await (await route.fetch()).json();
      await route.fulfill({ json: { ...answer, grants: [{ role: 'reader', scope: { kind: 'all' } }] } });
    });
    await page.goto('/registries/-/connect');
    await page.getByText('Only administrators connect registries').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Trail' }).count(), 0);
    await page.goto('/jobs');
    await settled(page);
    assert.equal(await page.getByRole('button', { name: /^Cancel/ }).count(), 0);
    await page.goto('/access');
    await page.getByText('Build pipeline of payments').waitFor();
    assert.equal(await page.getByRole('tab').count(), 0);
  });
});

async function openRow(page: Page, name: string): Promise<void> {
  await page.locator('[role="row"][data-index]').filter({ hasText: name }).first().getByText('active').click();
}
