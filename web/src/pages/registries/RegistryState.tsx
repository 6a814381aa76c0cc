import type { RegistryRow } from '../../../../src/server/contract/registries.ts';
import { useRegistryKinds } from '../../api/registries.ts';
import { formatAge, plural } from '../../components/format.ts';
import { Tag } from '../../components/Tag.tsx';

interface Standing {
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
  readonly word: string;
  /** The same in a sentence. */
  readonly sentence: string;
}

/** How far what is known of a registry lags behind it. */
export function standingOf(row: RegistryRow, now = Date.now()): Standing {
  if (row.failure) {
    const since = formatAge(row.failure.since, now);
    return { tone: 'bad', word: `cannot be read, ${since}`, sentence: `It cannot be read (${since}).` };
  }
  if (row.pollMinutes > 0 && !row.lastCrawl) {
    return { tone: 'plain', word: 'first look', sentence: 'It is being looked through for the first time.' };
  }
  const lateMinutes = row.lastCrawl ? (now - Date.parse(row.lastCrawl)) / 60_000 : 0;
  if (row.lastCrawl && row.pollMinutes > 0 && lateMinutes > row.pollMinutes * 2 + 5) {
    const age = formatAge(row.lastCrawl, now);
    return {
      tone: 'warn',
      word: `late, ${age}`,
      sentence: `It was last looked through ${age} ago, though every ${row.pollMinutes} minutes is asked for.`,
    };
  }
  if (row.images.queued > 0) {
    const behind = `${plural(row.images.queued, 'image')} behind`;
    return { tone: 'plain', word: behind, sentence: `Scans are ${behind}.` };
  }
  return row.pollMinutes > 0
    ? {
        tone: 'good',
        word: 'up to date',
        sentence: row.images.failed > 0 ? 'Nothing waits.' : 'Everything that is known of it is scanned.',
      }
    : { tone: 'plain', word: 'as it notifies', sentence: 'It is never looked through; only notifications bring news.' };
}

export function RegistryState({ row }: { readonly row: RegistryRow }) {
  const { tone, word, sentence } = standingOf(row);
  return (
    <span title={row.failure?.message ?? sentence} style={{ display: 'inline-flex' }}>
      <Tag tone={tone}>{word}</Tag>
    </span>
  );
}

export function KindTitle({ kind }: { readonly kind: string }) {
  return <>{useRegistryKinds().data?.kinds.find(({ id }) => id === kind)?.title ?? kind}</>;
}
