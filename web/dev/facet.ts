/** How many rows have each value. */
export function facet<Row>(name: string, rows: readonly Row[], valuesOf: (row: Row) => readonly string[]) {
  const counts = new Map<string, number>();
  for (const row of rows) for (const value of valuesOf(row)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const values = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
  return { name, values };
}
