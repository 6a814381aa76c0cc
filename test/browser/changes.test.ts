import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256 } from '../../web/dev/estate.ts';
import { noBrowser, settled, signIn, untilTrue } from '../support/browser.ts';
import { useConsole } from '../support/console.ts';

describe('changing a recommendation', { skip: noBrowser }, () => {
  const { open } = useConsole({ anew: true });

  test('shows at once, is said, and can be taken back', async () => {
    const { page } = await open('/recommendations');
    const status = page.getByLabel('Status of libwebp');
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await status.selectOption('doing');
    assert.equal(await status.inputValue(), 'doing');
    const request = await sent;

    assert.equal(request.headers()['x-csrf-token'], 'csrf');
    assert.deepEqual(request.postDataJSON(), { status: 'doing' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await untilTrue(page, 'document.querySelector(\'[aria-label="Status of libwebp"]\').value === "open"');
  });

  test('goes back by itself and says why when the server refuses', async () => {
    const { page } = await open('/recommendations');
    const owner = page.getByLabel('Owner of libwebp');
    const before = await owner.inputValue();
    await owner.fill('nobody');
    await owner.press('Enter');
    await page.getByText('Nobody is no one who could own this.').waitFor();

    assert.equal(await owner.inputValue(), before);
  });
});

describe('signing in', { skip: noBrowser }, () => {
  const { open } = useConsole({ signedIn: false, anew: true });

  test('leads to the address one came for', async () => {
    const { page } = await open('/vulnerabilities?exploited=true');
    await signIn(page, 'ada', 'a long password');
    await page.getByRole('heading', { name: 'Vulnerabilities' }).waitFor();

    assert.match(page.url(), /\/vulnerabilities\?exploited=true$/);
  });

  test('says what is wrong with a password', async () => {
    const { page } = await open('/');
    await signIn(page, 'ada', 'wrong');

    await page.getByText(/do not fit together/).waitFor();
  });

  test('asks for an own password first, where one was given', async () => {
    const { page } = await open('/');
    await signIn(page, 'new', 'given password');

    await page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 5_000 });
  });

  test('offers the organisation’s own sign-in', async () => {
    const { page } = await open('/images');
    const link = page.getByRole('link', { name: /Harbour single sign-on/ });

    assert.match((await link.getAttribute('href')) ?? '', /^\/api\/v1\/session\//);
  });
});

describe('signing in again', { skip: noBrowser }, () => {
  const { open } = useConsole({ anew: true });

  test('asks for an own password as soon as the server wants one', async () => {
    const { page } = await open('/images');
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
  });

  test('is asked for again after signing out', async () => {
    const { page } = await open('/images');
    await page.getByRole('button', { name: /^Account and looks/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();

    await page.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 5_000 });
  });

  test('takes over when the session ends, at the same address', async () => {
    const { page } = await open('/images');
    await page.evaluate('fetch("/api/v1/session", { method: "DELETE" })');
    await page.getByRole('link', { name: 'Vulnerabilities' }).click();

    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.match(page.url(), /\/vulnerabilities$/);
  });
});

describe('an open page', { skip: noBrowser }, () => {
  const { open, tell } = useConsole();
  const digest = sha256('image 0');

  test('stays while the server is away, and gives way to a refusal', async () => {
    const { page } = await open(`/images/${digest}`);
    const name = await page.locator('h1').innerText();
    await page.route(`**/api/v1/images/${encodeURIComponent(digest)}`, (route) => route.abort());
    let failures = 0;
    const gaveUp = new Promise<void>((done) => page.on('requestfailed', () => ++failures === 3 && done()));
    tell({ kind: 'image', digest, state: 'scanned' });
    await gaveUp;
    await settled(page);
    assert.equal(await page.locator('h1').innerText(), name);

    const problem = { title: 'Not found', status: 404, code: 'NOT_FOUND', detail: 'No such image is known.' };
    await page.route(`**/api/v1/images/${encodeURIComponent(digest)}`, (route) =>
      route.fulfill({ status: 404, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
    );
    tell({ kind: 'image', digest, state: 'scanned' });
    await page.getByRole('alert').getByText('No such image is known.').waitFor();
  });
});
