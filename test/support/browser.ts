import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

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

export const views: readonly View[] = [
  { width: 1440, scheme: 'light' },
  { width: 1440, scheme: 'dark' },
  { width: 360, scheme: 'light' },
  { width: 360, scheme: 'dark' },
];

/** A page that notes whatever the browser complains of. */
export async function openPage(
  browser: Browser,
  url: string,
  view: View = { width: 1440, scheme: 'light' },
): Promise<{ readonly page: Page; readonly complaints: string[] }> {
  const context = await browser.newContext({
    viewport: { width: view.width, height: view.width > 500 ? 900 : 740 },
    colorScheme: view.scheme,
    ignoreHTTPSErrors: true,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
  await settled(page);
  return { page, complaints };
}

/** Nothing loads any more, and what loaded is drawn. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1, [role="alert"]').first().waitFor();
  await page.locator('[aria-label="Loading"], [aria-busy="true"]').first().waitFor({ state: 'hidden' });
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** Waits until an expression holds. Asked by the debugger: the content security policy lets no text become code. */
export async function until(page: Page, expression: string): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await page.evaluate(expression))) {
    if (Date.now() > end) throw new Error(`never: ${expression}`);
    await page.waitForTimeout(50);
  }
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What hinders people after WCAG A and AA, a line each; empty when nothing does. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  // By the debugger, so that the content security policy stays as it is.
  await page.evaluate(axeSource);
  return page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(rules)} }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => id + ': ' + node.html.slice(0, 160))))`);
}

/** Whether one would have to scroll sideways. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > innerWidth');

function newest(path: string): number {
  const at = statSync(path);
  if (!at.isDirectory()) return at.mtimeMs;
  const inside = readdirSync(path).filter((name) => name !== 'node_modules');
  return Math.max(0, ...inside.map((name) => newest(join(path, name))));
}
