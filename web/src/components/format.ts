const plain = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const date = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const instant = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
  timeZoneName: 'short',
});

export const formatNumber = (value: number) => plain.format(value);

/** Exact up to 9,999, then "12.3K": for narrow columns whose tooltip tells all. */
export const formatCount = (value: number) => (value < 10_000 ? plain.format(value) : compact.format(value));

/** Never rounds up to certainty, nor down to impossible. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.001) return '<0.1 %';
  if (share < 1 && share > 0.99) return '>99 %';
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

export const formatDate = (value: string) => date.format(new Date(value));
/** Of a day on the calendar, which is the same wherever one reads of it. */
export const formatDay = (value: string) => day.format(new Date(value));
export const formatInstant = (value: string) => instant.format(new Date(value));

/** "1 image", "3 images" */
export const plural = (count: number, one: string, many = `${one}s`) =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

/** "3 h", "12 days": how long ago, without "ago". */
export function formatAge(value: string, now = Date.now()): string {
  const seconds = (now - Date.parse(value)) / 1_000;
  if (Number.isNaN(seconds)) return '–';
  if (seconds < 45) return 'just now';
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  if (hours < 36) return `${hours} h`;
  const days = Math.round(hours / 24);
  if (days < 60) return `${days} days`;
  if (days < 730) return `${Math.round(days / 30.4)} months`;
  return `${Math.floor(days / 365)} years`;
}

/** ms → "0.4 s", "3 min 20 s" */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.round(seconds % 60)} s`;
}
