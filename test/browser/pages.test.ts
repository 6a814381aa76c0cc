import { describe, test } from 'node:test';
import { type Scenario, sha256 } from '../../web/dev/estate.ts';
import { assertSound, keepPicture, noBrowser, views } from '../support/browser.ts';
import { useConsole } from '../support/console.ts';

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

const shown = (path: string) => path.replace(/sha256:[0-9a-f]{58}/, '…');

describe('each page, in both schemes, wide and narrow', { skip: noBrowser }, () => {
  for (const [scenario, paths] of Object.entries(pagesOf)) {
    describe(`with ${scenario} to show`, () => {
      const { open } = useConsole({ scenario: scenario as Scenario });

      for (const path of paths) {
        test(`${shown(path)} hinders nobody, fits, and logs no error`, async () => {
          for (const view of views) {
            const opened = await open(path, view);
            await keepPicture(opened.page, `${scenario}${shown(path)}-${view.scheme}-${view.width}`);

            await assertSound(opened, `${view.scheme}, ${view.width} px`);
          }
        });
      }
    });
  }
});
