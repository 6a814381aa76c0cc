export interface Rate {
  /** Takes one of the caller's turns; the seconds to wait when there is none. */
  readonly take: (key: string) => number | undefined;
}

interface Bucket {
  turns: number;
  at: number;
}

/**
 * A token bucket per key that refills evenly. The least recently seen keys are forgotten first, which costs a flood of
 * made-up keys nothing and gives nobody more than a full bucket.
 */
export function createRate(perMinute: number, now: () => number, keysAtMost = 20_000): Rate {
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / 60_000;
  return {
    take(key) {
      const at = now();
      const bucket = buckets.get(key) ?? { turns: perMinute, at };
      buckets.delete(key);
      buckets.set(key, bucket);
      const oldest = buckets.keys().next().value;
      if (buckets.size > keysAtMost && oldest !== undefined) buckets.delete(oldest);
      bucket.turns = Math.min(perMinute, bucket.turns + Math.max(0, at - bucket.at) * perMs);
      bucket.at = at;
      if (bucket.turns < 1) return Math.max(1, Math.ceil((1 - bucket.turns) / perMs / 1000));
      bucket.turns -= 1;
      return undefined;
    },
  };
}

/** What an address is counted as: a client with IPv6 owns at least its /64. */
export function addressKey(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return `${[...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 4).join(':')}::/64`;
}
