export const historyChanges = ['appeared', 'went', 'seen', 'pushed', 'tagged', 'deleted', 'scanned', 'failed'] as const;
export const historyCauses = ['push', 'advisory', 'exception', 'fixed', 'scan', 'deleted'] as const;

export type HistoryChange = (typeof historyChanges)[number];
export type HistoryCause = (typeof historyCauses)[number];

export interface ReadEvent {
  readonly at: Date;
  readonly cause: string;
  readonly change: string;
  readonly detail: string | null;
  readonly digest: string | null;
  readonly image_name: string | null;
  readonly flaw: string | null;
  readonly package_name: string | null;
  readonly version: string | null;
  /** How many images it concerns, where it is not about one; how many findings, where it is not about one of an image. */
  readonly over?: number | null;
}

export interface HistoryEvent {
  readonly at: string;
  readonly cause: HistoryCause;
  readonly change: HistoryChange;
  readonly vulnerability?: string;
  readonly package?: string;
  readonly image?: string;
  readonly text: string;
}

export function toHistoryEvent(event: ReadEvent): HistoryEvent {
  const named = packageOf(event);
  return {
    at: event.at.toISOString(),
    cause: historyCauses.find((cause) => cause === event.cause) ?? 'scan',
    change: historyChanges.find((change) => change === event.change) ?? 'seen',
    ...(event.flaw && { vulnerability: event.flaw }),
    ...(named && { package: named }),
    ...(event.digest && { image: event.digest }),
    text: sentenceOf(event),
  };
}

/** One sentence that stands by itself, also where it is read out of its list. */
export function sentenceOf(event: ReadEvent): string {
  if (event.flaw !== null || event.cause === 'exception') return findingSentence(event);
  if (event.cause === 'fixed') return fixedSentence(event);
  const image = event.image_name ?? 'The image';
  const detail = event.detail ?? '';
  switch (event.change) {
    case 'pushed':
      return detail ? `${image} was pushed to ${detail}.` : `${image} was pushed.`;
    case 'seen':
      return detail ? `${image} was found in ${detail}.` : `${image} was found.`;
    case 'tagged':
      return `${detail || image} came to name this image.`;
    case 'deleted':
      return detail ? `${image} was deleted from ${detail}.` : `${image} was deleted.`;
    case 'failed':
      return `${image} could not be scanned: ${detail || 'no reason was given'}`;
    default:
      return typeof event.over === 'number'
        ? `${image} was scanned: ${findingsOf(event.over)}.`
        : `${image} was scanned.`;
  }
}

function findingSentence(event: ReadEvent): string {
  const flaw = event.flaw ?? 'A vulnerability';
  const where = [packageOf(event), placeOf(event)].filter(Boolean).join(' ');
  const subject = where ? `${flaw} in ${where}` : flaw;
  const reason = event.detail ? ` (${event.detail.slice(0, 300)})` : '';
  if (event.cause === 'exception')
    return event.change === 'went'
      ? `${subject}: no longer counted, by an exception${reason}.`
      : `${subject}: counted again, since the exception no longer holds${reason}.`;
  if (event.change !== 'went')
    return event.cause === 'advisory'
      ? `${subject}: an advisory that came later says that it is affected.`
      : event.cause === 'scan'
        ? `${subject}: a newer scanner sees it.`
        : `${subject}: it came with the push.`;
  if (event.cause === 'fixed')
    return `${subject}: fixed, the tag ${event.detail ?? ''} named an image that had it until then.`;
  return event.cause === 'scan'
    ? `${subject}: a newer scanner no longer sees it.`
    : `${subject}: the advisories no longer say that it is affected.`;
}

/** `detail` names the worst flaws of those that `over` counts findings of. */
function fixedSentence({ image_name, over, detail }: ReadEvent): string {
  const gone = `${findingsOf(over ?? 0)} ${over === 1 ? 'is' : 'are'}`;
  return `${image_name ?? 'The image'}: ${gone} gone that the image before it under this tag had (${detail ?? ''}).`;
}

function findingsOf(count: number): string {
  return count === 1 ? '1 finding' : `${count} findings`;
}

function packageOf({ package_name, version }: ReadEvent): string | undefined {
  return package_name === null ? undefined : [package_name, version].filter(Boolean).join(' ');
}

function placeOf({ over }: ReadEvent): string | undefined {
  return over === undefined || over === null ? undefined : `(${over} ${over === 1 ? 'image' : 'images'})`;
}
