import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { addAccount } from '../../store/accounts.ts';
import { askException, decideException } from '../../store/exceptions.ts';
import { recordFailure } from '../../store/image-states.ts';
import { placeImages } from '../../store/placements.ts';
import { writeDay } from '../../store/recount/write-days.ts';
import { recount } from '../../store/recount.ts';
import { addRegistry } from '../../store/registries.ts';
import { recordScan } from '../assessment/record-scan.ts';
import type { ServerContext } from '../context.ts';
import { registrySettings } from '../contract/registries.ts';
import { notificationContext, sealedSettings } from '../registries/registry-secrets.ts';
import { hashPassword } from '../sign-in/passwords.ts';
import { demoDigest, firstRelease, nextRelease, readDemoBases } from './demo-inventories.ts';
import { demoFailures, demoRegistries, demoRepositories } from './estate.data.ts';

const dayMs = 86_400_000;
const daysBack = 28;

/** Fills an empty store with the sample estate; answers false when there is anything in it already. */
export async function loadDemo(context: ServerContext): Promise<boolean> {
  const { store, log } = context;
  const anything = await store.selectFrom('registry').select('id').limit(1).executeTakeFirst();
  if (anything) return false;
  const registries = await addRegistries(context);
  const releases = releasesOf(context);
  for (let daysAgo = daysBack; daysAgo >= 0; daysAgo -= 1) {
    for (const release of releases.filter((one) => one.daysAgo === daysAgo))
      await addRelease(release, registries, context);
    await writeDay(store, new Date(context.now().getTime() - daysAgo * dayMs));
  }
  await addFailures(registries, context);
  await addDecisions(context);
  await recount(store);
  log.info({ images: releases.length + demoFailures.length }, 'the sample estate was loaded');
  return true;
}

interface AddedRegistry {
  readonly id: number;
  readonly host: string;
}

async function addRegistries({ store, seal }: ServerContext): Promise<ReadonlyMap<string, AddedRegistry>> {
  const added = new Map<string, AddedRegistry>();
  for (const { name, kind, host } of demoRegistries) {
    // There is no such registry: nothing is to be looked for there.
    const given = registrySettings.parse({ name, kind, host, pollMinutes: 0 });
    const notificationSecret = seal.seal(randomBytes(24).toString('base64url'), notificationContext(name));
    const row = await addRegistry(store, { name, kind, host, ...sealedSettings(given, seal), notificationSecret });
    if (row) added.set(name, { id: row.id, host });
  }
  return added;
}

interface Release {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly daysAgo: number;
  readonly scan: Pick<Parameters<typeof recordScan>[1], 'scanned' | 'inventory'>;
}

function releasesOf({ vulnerabilities }: ServerContext): readonly Release[] {
  const bases = readDemoBases();
  const { judge } = vulnerabilities.current();
  return demoRepositories.flatMap((repository) => {
    const base = bases.get(repository.base);
    if (!base) return [];
    let inventory = firstRelease(repository, base.inventory);
    return repository.releases.map(([tag, daysAgo], at): Release => {
      const name = `${repository.registry}/${repository.name}`;
      if (at > 0) inventory = nextRelease(inventory, judge, repository.care, `${name}:${tag}`);
      const scanned = {
        ...base.image,
        kind: 'image' as const,
        reference: name,
        manifestDigest: demoDigest(`${name}:${tag}`),
      };
      return { registry: repository.registry, repository: repository.name, tag, daysAgo, scan: { scanned, inventory } };
    });
  });
}

async function addRelease(
  { registry, repository, tag, daysAgo, scan }: Release,
  registries: ReadonlyMap<string, AddedRegistry>,
  context: ServerContext,
): Promise<void> {
  const place = registries.get(registry);
  if (!place) return;
  const at = timeOf(daysAgo, `${repository}:${tag}`, context.now());
  const images = [{ digest: scan.scanned.manifestDigest ?? '', tags: [tag], pushed: at }];
  const where = { registry: place.id, host: place.host, repository };
  const [row] = await placeImages(context.store, { ...where, images, at, cause: 'push' });
  if (!row) return;
  const then = { ...context, now: () => at };
  await recordScan(then, { ...scan, image: row.image, scanner: 'demo', because: 'push' });
}

async function addFailures(registries: ReadonlyMap<string, AddedRegistry>, context: ServerContext): Promise<void> {
  for (const { registry, name, tag, daysAgo, code, because } of demoFailures) {
    const place = registries.get(registry);
    if (!place) continue;
    const at = timeOf(daysAgo, name, context.now());
    const images = [{ digest: demoDigest(`${registry}/${name}:${tag}`), tags: [tag], pushed: at }];
    const where = { registry: place.id, host: place.host, repository: name };
    const [row] = await placeImages(context.store, { ...where, images, at, cause: 'push' });
    const failure = { code, message: `It could not be scanned, because ${because}.` };
    if (row)
      await context.store.transaction().execute((transaction) => recordFailure(transaction, row.image, failure, at));
  }
}

/** Somebody works here already: an analyst, an exception that holds and one that is asked for. */
async function addDecisions({ store, now }: ServerContext): Promise<void> {
  const grants = [{ role: 'analyst' as const, scope: { kind: 'all' as const } }];
  const password = await hashPassword(randomBytes(24).toString('base64url'));
  await addAccount(store, { login: 'dana', name: 'Dana Reyes', source: 'local', password, grants });
  const { rows } = await sql<{ name: string }>`SELECT flaw.name FROM flaw JOIN candidate ON candidate.flaw = flaw.id
    WHERE exploited IS NULL AND candidate.severity = 1 GROUP BY flaw.name ORDER BY count(*) DESC, flaw.name LIMIT 2`.execute(
    store,
  );
  const [accepted, asked] = rows.map(({ name }) => name);
  const inDays = (days: number) => new Date(now().getTime() + days * dayMs);
  if (accepted) {
    const id = await askException(store, {
      scope: { vulnerability: accepted, registry: 'development' },
      reason: 'Development images are not reachable from outside; the release images are upgraded this month.',
      kind: 'risk-accepted',
      expires: inDays(12).toISOString(),
      askedBy: 'dana',
      at: inDays(-6),
    });
    await decideException(store, id, { decision: 'approve', by: 'admin', at: inDays(-5) });
  }
  if (asked)
    await askException(store, {
      scope: { vulnerability: asked, repository: 'payments/*' },
      reason: 'The affected function is never called: the service only reads files that it wrote itself.',
      kind: 'not-reachable',
      expires: inDays(60).toISOString(),
      askedBy: 'dana',
      at: inDays(-1),
    });
}

/** Some time in the working hours of that day, the same for the same name. */
function timeOf(daysAgo: number, name: string, now: Date): Date {
  const minutes = Number.parseInt(demoDigest(name).slice(7, 11), 16) % 540;
  const day = new Date(now.getTime() - daysAgo * dayMs);
  day.setUTCHours(8, minutes, 0, 0);
  return day > now ? new Date(now.getTime() - 60_000 * (minutes % 50)) : day;
}
