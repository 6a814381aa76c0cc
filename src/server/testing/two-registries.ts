import assert from 'node:assert/strict';
import { type Assessment, openAssessment } from '../../../test/support/assessment.ts';
import { apk, flaw, npm } from '../../../test/support/judge.ts';
import { recount } from '../../store/recount.ts';
import { startTestServer, type TestClient, type TestServer } from './start-test-server.ts';

/** A layer of the images in which one of their packages lies. */
export const layer = `sha256:${'1'.repeat(64)}`;
const drafts = [
  { ...apk('busybox', '1.36.1-r0'), locations: [{ path: 'lib/apk/db/installed', layer }] },
  npm('left', '1.6.0', 'app/node_modules/left/package.json'),
];

/** A server over an image in each of two registries. */
export interface TwoRegistries {
  readonly assessment: Assessment;
  readonly server: TestServer;
  readonly admin: TestClient;
  /** An analyst who sees one of the two registries. */
  readonly scoped: TestClient;
  /** Digest of the image there, and of the other. */
  readonly mine: string;
  readonly foreign: string;
  readonly close: () => Promise<void>;
}

export async function openTwoRegistries(): Promise<TwoRegistries> {
  const assessment = await openAssessment({
    feeds: {
      alpine: [flaw('CVE-2022-0001', 'alpine:3.18', 'busybox', { fixed: '1.36.1-r2' }, { severity: 'critical' })],
      npm: [
        flaw(
          'CVE-2021-0001',
          'npm',
          'left',
          { introduced: '1.0.0' },
          { severity: 'low', title: 'Turns right', aliases: ['GHSA-l'] },
        ),
      ],
    },
    facts: [
      { cve: 'CVE-2022-0001', kev: { added: '2024-02-03', ransomware: true }, epss: { score: 0.6, percentile: 0.9 } },
    ],
  });
  const { store, recorder } = assessment;
  const server = await startTestServer({
    parts: { store, vulnerabilities: recorder.vulnerabilities, now: () => new Date('2026-08-10T12:00:00Z') },
  });
  const mine = await addImage(assessment, 'mine', drafts);
  const foreign = await addImage(assessment, 'foreign', drafts.slice(0, 1));
  await recount(store);
  const admin = await server.as('admin');
  const scoped = await server.as([{ role: 'analyst', scope: { kind: 'registry', value: 'mine' } }]);
  const close = async () => {
    await server.close();
    await assessment.close();
  };
  return { assessment, server, admin, scoped, mine, foreign, close };
}

/** What a path answers when all is well. */
export async function json(client: TestClient, path: string) {
  const answer = await client.get(path);
  assert.equal(answer.statusCode, 200, `${path}: ${answer.body}`);
  return answer.json();
}

/** An image scanned and lying in a registry of its own. */
async function addImage(assessment: Assessment, registry: string, of: typeof drafts): Promise<string> {
  const { store } = assessment;
  const image = await assessment.addImage(`${registry}.example/app:1`);
  const { id } = await store
    .insertInto('registry')
    .values({
      name: registry,
      kind: 'distribution',
      host: `${registry}.example`,
      settings: '{}',
      secrets: null,
      notification_secret: Buffer.alloc(0),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const repository = await store
    .insertInto('repository')
    .values({ registry: id, name: 'app' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await store.insertInto('placement').values({ repository: repository.id, image }).execute();
  await store.insertInto('tag').values({ repository: repository.id, name: '1', image }).execute();
  await assessment.scan(image, of);
  const row = await store.selectFrom('image').select('digest').where('id', '=', image).executeTakeFirstOrThrow();
  return row.digest;
}
