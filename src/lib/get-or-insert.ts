/**
 * The value under a key, made and kept when there is none yet. With a limit, the map is emptied before it grows beyond:
 * for maps that only save time.
 */
export function getOrInsert<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  make: () => Value,
  limit = Number.POSITIVE_INFINITY,
): Value {
  const known = map.get(key);
  if (known !== undefined || map.has(key)) return known as Value;
  const made = make();
  if (map.size >= limit) map.clear();
  map.set(key, made);
  return made;
}
