import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { type ConsoleMock, startConsoleMock } from '../../web/dev/mock-server.ts';
import { buildConsole, consoleDirectory, launchBrowser, noBrowser, openPage, until } from '../support/browser.ts';

describe('changing a recommendation', { skip: noBrowser }, () => {
  let browser: Browser;
  let mock: ConsoleMock;
  before(async () => {
    buildConsole();
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    await mock?.close();
    mock = await startConsoleMock({ scenario: 'many', directory: consoleDirectory });
  });
  after(async () => {
    await browser?.close();
    await mock?.close();
  });

  test('shows at once, is said, and can be taken back', async () => {
    const { page } = await openPage(browser, `${mock.url}/recommendations`);
    const status = page.getByLabel('Status of libwebp');
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await status.selectOption('doing');
    assert.equal(await status.inputValue(), 'doing');
    const request = await sent;

    assert.equal(request.headers()['x-csrf-token'], 'csrf');
    assert.deepEqual(request.postDataJSON(), { status: 'doing' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await until(page, 'document.querySelector(\'[aria-label="Status of libwebp"]\').value === "open"');
    await page.context().close();
  });

  test('goes back by itself and says why when the server refuses', async () => {
    const { page } = await openPage(browser, `${mock.url}/recommendations`);
    const owner = page.getByLabel('Owner of libwebp');
    const before = await owner.inputValue();
    await owner.fill('nobody');
    await owner.press('Enter');
    await page.getByText('Nobody is no one who could own this.').waitFor();

    assert.equal(await owner.inputValue(), before);
    await page.context().close();
  });
});

describe('signing in', { skip: noBrowser }, () => {
  let browser: Browser;
  let mock: ConsoleMock;
  before(async () => {
    buildConsole();
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    await mock?.close();
    mock = await startConsoleMock({ scenario: 'many', directory: consoleDirectory, signedIn: false });
  });
  after(async () => {
    await browser?.close();
    await mock?.close();
  });

  test('leads to the address one came for', async () => {
    const { page } = await openPage(browser, `${mock.url}/vulnerabilities?exploited=true`);
    await page.getByLabel('User').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill('a long password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Vulnerabilities' }).waitFor();

    assert.match(page.url(), /\/vulnerabilities\?exploited=true$/);
    await page.context().close();
  });

  test('says what is wrong with a password', async () => {
    const { page } = await openPage(browser, mock.url);
    await page.getByLabel('User').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();

    await page.getByText(/do not fit together/).waitFor();
    await page.context().close();
  });

  test('asks for an own password first, where one was given', async () => {
    const { page } = await openPage(browser, mock.url);
    await page.getByLabel('User').fill('new');
    await page.getByLabel('Password', { exact: true }).fill('given password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();

    await page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 5_000 });
    await page.context().close();
  });

  test('asks for an own password as soon as the server wants one', async () => {
    const signedIn = await startConsoleMock({ scenario: 'many', directory: consoleDirectory });
    const { page } = await openPage(browser, `${signedIn.url}/images`);
    const problem = { title: 'Forbidden', status: 403, code: 'PASSWORD_CHANGE_NEEDED', detail: 'Choose one first.' };
    await page.route('**/api/v1/vulnerabilities**', (route) =>
      route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
    );
    await page.route('**/api/v1/session', async (route) => {
      const session = await (await route.fetch()).json();
      await route.fulfill({ json: { ...session, mustChangePassword: true } });
    });
    await page.getByRole('link', { name: 'Vulnerabilities' }).click();

    await page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor();
    await page.context().close();
    await signedIn.close();
  });

  test('offers the organisation’s own sign-in', async () => {
    const { page } = await openPage(browser, `${mock.url}/images`);
    const link = page.getByRole('link', { name: /Harbour single sign-on/ });

    assert.match((await link.getAttribute('href')) ?? '', /^\/api\/v1\/session\//);
    await page.context().close();
  });

  test('is asked for again after signing out', async () => {
    const signedIn = await startConsoleMock({ scenario: 'many', directory: consoleDirectory });
    const { page } = await openPage(browser, `${signedIn.url}/images`);
    await page.getByRole('button', { name: /^Account and looks/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();

    await page.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 5_000 });
    await page.context().close();
    await signedIn.close();
  });

  test('takes over when the session ends, at the same address', async () => {
    const signedIn = await startConsoleMock({ scenario: 'many', directory: consoleDirectory });
    const { page } = await openPage(browser, `${signedIn.url}/images`);
    await page.evaluate('fetch("/api/v1/session", { method: "DELETE" })');
    await page.getByRole('link', { name: 'Vulnerabilities' }).click();

    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.match(page.url(), /\/vulnerabilities$/);
    await page.context().close();
    await signedIn.close();
  });
});
