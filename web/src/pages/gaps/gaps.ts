import type { Overview } from '../../../../src/server/contract/overview.ts';
import type { RegistryRow } from '../../../../src/server/contract/registries.ts';
import { connectRegistryAddress, imagesAddress, jobsAddress, registryAddress } from '../../addresses.ts';
import { formatAge, plural } from '../../components/format.ts';

export interface Gap {
  readonly code: string;
  readonly title: string;
  /** What it means for the figures elsewhere. */
  readonly why: string;
  /** `bad` is not seen at all, `warn` only in part. */
  readonly tone?: 'bad' | 'warn';
  readonly things?: readonly { readonly name: string; readonly to: string; readonly because?: string }[];
  readonly next?: { readonly title: string; readonly to: string };
  readonly command?: string;
}

type Known = Overview['gaps'][number];

const looks: Readonly<Record<string, (gap: Known) => Gap>> = {
  'images-failed': ({ code, count }) => ({
    code,
    tone: 'bad',
    title: `${plural(count, 'image')} could not be scanned`,
    why: 'Nothing is known of them; they count as neither clean nor vulnerable. Each says what was in the way.',
    next: { title: 'See them, with the reason of each', to: imagesAddress({ state: 'failed' }) },
  }),
  'images-partial': ({ code, count }) => ({
    code,
    tone: 'warn',
    title: `${plural(count, 'image was', 'images were')} scanned in part`,
    why: 'Something in them could not be read or matched, so findings may be missing. Each image lists what was left out and what to do.',
    next: { title: 'See scanned images', to: imagesAddress({ state: 'scanned' }) },
  }),
  'images-waiting': ({ code, count }) => ({
    code,
    title: `${plural(count, 'image waits', 'images wait')} to be scanned`,
    why: 'They are counted, but not yet looked into.',
    next: { title: 'See how far the scans are', to: jobsAddress({ kind: 'scan', state: 'waiting' }) },
  }),
  'images-end-of-life': ({ code, count }) => ({
    code,
    tone: 'warn',
    title: `${plural(count, 'image stands', 'images stand')} on a system past its end of life`,
    why: 'Its maintainers publish no more advisories, so new flaws in it may stay unknown. A newer base brings them back into view.',
    next: { title: 'See them', to: imagesAddress({ endOfLife: 'true' }) },
  }),
  'database-stale': ({ code }) => ({
    code,
    tone: 'warn',
    title: 'The vulnerability database is out of date',
    why: 'Flaws published since it was built are not found.',
    next: { title: 'See its age, source by source', to: '/database' },
  }),
  'database-missing': ({ code }) => ({
    code,
    tone: 'bad',
    title: 'No vulnerability database is installed',
    why: 'Packages are listed, but nothing is matched: an image without findings is not a clean one.',
    command: 'breakwater db build --data advisories',
    next: { title: 'See what is installed', to: '/database' },
  }),
};

/** What the figures leave out, the blindest first, each with what to do about it. */
export function gapsOf(overview: Overview, registries: readonly RegistryRow[], now = Date.now()): readonly Gap[] {
  const known = overview.gaps
    .filter(({ code, count }) => code !== 'registries-failing' && count > 0)
    .map((gap) => looks[gap.code]?.(gap) ?? { code: gap.code, title: `${gap.count} ${gap.text}`, why: gap.next });
  const gaps = [...registryGaps(overview, registries, now), ...known];
  const weight = ({ tone }: Gap) => (tone === 'bad' ? 0 : tone === 'warn' ? 1 : 2);
  return gaps.sort((a, b) => weight(a) - weight(b));
}

function registryGaps(overview: Overview, registries: readonly RegistryRow[], now: number): readonly Gap[] {
  if (registries.length === 0) {
    const connect = { title: 'Connect a registry', to: connectRegistryAddress };
    return [
      {
        code: 'no-registry',
        tone: 'bad',
        title: 'No registry is connected',
        why:
          overview.images.total > 0
            ? 'Only what pipelines send is seen; what is pushed past them is not.'
            : 'There is nothing to look at yet. A pipeline can also send its own scans:',
        command: 'breakwater scan IMAGE --upload https://this-server',
        next: connect,
      },
    ];
  }
  const failing = registries.filter(({ failure }) => failure);
  const silent = registries.filter(({ pollMinutes, lastPush, failure }) => !failure && pollMinutes === 0 && !lastPush);
  return [
    ...(failing.length === 0
      ? []
      : [
          {
            code: 'registries-failing',
            tone: 'bad' as const,
            title: `${plural(failing.length, 'registry', 'registries')} cannot be read`,
            why: 'What was pushed there since is not known. Test the connection on its page: the step that fails says why.',
            things: failing.map(({ name, failure }) => ({
              name,
              to: registryAddress(name),
              because: failure && `for ${formatAge(failure.since, now)}: ${failure.message}`,
            })),
          } as Gap,
        ]),
    ...(silent.length === 0
      ? []
      : [
          {
            code: 'registries-silent',
            tone: 'warn' as const,
            title: `${plural(silent.length, 'registry is', 'registries are')} neither looked through nor heard of`,
            why: 'No notification came yet, and looking through is switched off: new pushes go unseen. Set up notifications, or an interval.',
            things: silent.map(({ name }) => ({ name, to: `${registryAddress(name)}?tab=notifications` })),
          },
        ]),
  ];
}
