import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { type Scenario, sha256 } from '../../web/dev/estate.ts';
import { type ConsoleMock, startConsoleMock } from '../../web/dev/mock-server.ts';
import {
  accessibilityProblems,
  buildConsole,
  consoleDirectory,
  isTooWide,
  launchBrowser,
  noBrowser,
  openPage,
  views,
} from '../support/browser.ts';

const image = sha256('image 0');
const failed = sha256('image 5');

const lists = ['/', '/recommendations', '/vulnerabilities', '/images', '/history'];
const administration = [
  '/exceptions',
  '/registries',
  '/coverage',
  '/database',
  '/jobs',
  '/access',
  '/access?tab=tokens',
  '/access?tab=all-tokens',
  '/settings',
  '/trail',
];
const exception = 'ac4879bf-d791-4a19-95c2-000000000002';
const administrationDetails = [
  `/exceptions?selected=${exception}`,
  '/exceptions/-/ask?vulnerability=CVE-2024-3094&repository=team-a/*',
  '/registries/-/connect?kind=acr',
  '/registries/azure',
  '/registries/legacy',
  '/registries/azure?tab=notifications',
  '/registries/azure?tab=settings',
  '/database?tab=streams',
  '/database?tab=changes',
  '/jobs?state=failed',
  '/access?selected=dana',
  '/trail?who=dana&days=30&selected=995',
];
const details = [
  '/recommendations/deb:openssl:3.0.8-1',
  '/vulnerabilities/CVE-2024-3094',
  '/vulnerabilities/CVE-2024-3094?tab=packages',
  '/vulnerabilities/CVE-2024-3094?tab=evidence',
  `/images/${image}`,
  `/images/${image}?tab=findings`,
  `/images/${image}?tab=packages`,
  `/images/${image}?tab=history`,
  `/images/${failed}`,
  '/no/such/page',
];

const pagesOf: Readonly<Record<Exclude<Scenario, 'huge'>, readonly string[]>> = {
  none: [...lists, ...administration],
  one: lists,
  many: [...lists, ...details, ...administration, ...administrationDetails],
  odd: ['/images', `/images/${image}`, '/recommendations', '/database'],
};

/** A folder to look at them all by eye. */
const pictures = process.env.BREAKWATER_SCREENSHOTS;

describe('each page, in both schemes, wide and narrow', { skip: noBrowser }, () => {
  let browser: Browser;
  before(async () => {
    buildConsole();
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  for (const [scenario, paths] of Object.entries(pagesOf)) {
    describe(`with ${scenario} to show`, () => {
      let mock: ConsoleMock;
      before(async () => {
        mock = await startConsoleMock({ scenario: scenario as Scenario, directory: consoleDirectory });
      });
      after(() => mock?.close());

      for (const path of paths) {
        test(`${path.replace(/sha256:[0-9a-f]{58}/, '…')} hinders nobody, fits, and logs no error`, async () => {
          for (const view of views) {
            const { page, complaints } = await openPage(browser, mock.url + path, view);
            const where = `${view.scheme}, ${view.width} px`;
            if (pictures) {
              mkdirSync(pictures, { recursive: true });
              const name = `${scenario}${path.replace(/sha256:[0-9a-f]{58}/, '').replace(/[^a-zA-Z0-9]+/g, '_')}`;
              await page.screenshot({ path: join(pictures, `${name}-${view.scheme}-${view.width}.png`) });
            }

            assert.deepEqual(await accessibilityProblems(page), [], where);
            assert.equal(await isTooWide(page), false, `scrolls sideways: ${where}`);
            assert.deepEqual(complaints, [], where);
            await page.context().close();
          }
        });
      }
    });
  }
});
