import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { until } from './until.ts';

const root = resolve(import.meta.dirname, '../..');

/** The built console. */
export const consoleDirectory = join(root, 'dist/web');

const executablePath = process.env.BREAKWATER_CHROMIUM ?? '/usr/bin/chromium';

/** Why browser tests cannot run here; `false` when they can. */
export const noBrowser: string | false = existsSync(executablePath)
  ? false
  : `there is no Chromium at ${executablePath}`;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
    ],
  });
}

/** Builds the console unless what is built is newer than every source of it. */
export function buildConsole(): void {
  const built = join(consoleDirectory, 'index.html');
  const sources = [join(root, 'web'), join(root, 'src/server/contract')];
  if (existsSync(built) && sources.every((path) => newest(path) < statSync(built).mtimeMs)) return;
  execFileSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'web'),
    stdio: 'inherit',
  });
}

export interface View {
  readonly width: 1440 | 360;
  readonly scheme: 'light' | 'dark';
}

const wide: View = { width: 1440, scheme: 'light' };

export const views: readonly View[] = [
  wide,
  { width: 1440, scheme: 'dark' },
  { width: 360, scheme: 'light' },
  { width: 360, scheme: 'dark' },
];

/** Cookies and storage of its own, for the pages of one server. */
export function openContext(browser: Browser, server: string, view: View = wide): Promise<BrowserContext> {
  return browser.newContext({
    baseURL: server,
    viewport: { width: view.width, height: view.width > 500 ? 900 : 740 },
    colorScheme: view.scheme,
    reducedMotion: 'reduce',
  });
}

export interface OpenedPage {
  readonly page: Page;
  /** Whatever the browser complained of so far. */
  readonly complaints: readonly string[];
}

export async function openPage(context: BrowserContext, path: string): Promise<OpenedPage> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(path);
  await settled(page);
  return { page, complaints };
}

/** Fills in the page that asks who one is. */
export async function signIn(page: Page, user: string, password: string): Promise<void> {
  await page.getByLabel('User').fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Nothing loads any more, and what loaded is drawn. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1, [role="alert"]').first().waitFor();
  await page.locator('[aria-label="Loading"], [aria-busy="true"]').first().waitFor({ state: 'hidden' });
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** Waits until an expression holds. Asked by the debugger: the content security policy lets no text become code. */
export function untilTrue(page: Page, expression: string): Promise<void> {
  return until(() => page.evaluate<boolean>(expression));
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Fails for a page that hinders people after WCAG A and AA, that one has to scroll sideways, or of which the browser complains. */
export async function assertSound({ page, complaints }: OpenedPage, where: string): Promise<void> {
  assert.deepEqual(await accessibilityProblems(page), [], where);
  assert.equal(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), false, `too wide: ${where}`);
  assert.deepEqual(complaints, [], where);
}

/** Takes a picture into the folder BREAKWATER_SCREENSHOTS, if there is one, to look at every page by eye. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.BREAKWATER_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name.replace(/[^a-zA-Z0-9-]+/g, '_')}.png`) });
}

/** A line each. */
async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  // By the debugger, so that the content security policy stays as it is.
  await page.evaluate(axeSource);
  return page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(rules)} }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => id + ': ' + node.html.slice(0, 160))))`);
}

function newest(path: string): number {
  const at = statSync(path);
  if (!at.isDirectory()) return at.mtimeMs;
  const inside = readdirSync(path).filter((name) => name !== 'node_modules');
  return Math.max(0, ...inside.map((name) => newest(join(path, name))));
}
