const maxFields = 10_000;

/**
 * The header of a message in the manner of RFC 822, as Python's core metadata uses it: names in lower case, each with
 * its values in order. Continued lines are joined by a line feed. Ends at the first empty line.
 */
export function parseHeaders(text: string): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  let values: string[] | undefined;
  let count = 0;
  for (let start = 0; start < text.length && count < maxFields; count += 1) {
    let end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    const line = text.slice(start, text.charCodeAt(end - 1) === 13 ? end - 1 : end);
    start = end + 1;
    if (line === '') {
      if (fields.size > 0) break;
      continue;
    }
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (values) values.push(`${values.pop() ?? ''}\n${line.trimStart()}`);
      continue;
    }
    const colon = line.indexOf(':');
    values = colon > 0 ? valuesOf(fields, line.slice(0, colon).trim().toLowerCase()) : undefined;
    values?.push(line.slice(colon + 1).trim());
  }
  return fields;
}

function valuesOf(fields: Map<string, string[]>, name: string): string[] {
  const known = fields.get(name);
  if (known) return known;
  const values: string[] = [];
  fields.set(name, values);
  return values;
}
