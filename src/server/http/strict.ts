import * as z from 'zod';

/**
 * The same schema, refusing fields that it does not know, at every depth: a misspelt field is told, not ignored.
 * Answers are not made strict; there, what the schema does not know is left out.
 */
export function strictly<T extends z.ZodType>(schema: T): T {
  return tighten(schema, 0) as T;
}

const maxDepth = 30;

function tighten(schema: z.core.$ZodType, depth: number): z.core.$ZodType {
  if (depth > maxDepth) return schema;
  const next = (inner: z.core.$ZodType) => tighten(inner, depth + 1);
  if (schema instanceof z.ZodObject) {
    const shape = Object.fromEntries(Object.entries(schema.shape).map(([key, value]) => [key, next(value)]));
    const catchall = schema.def.catchall ?? z.never();
    return same(schema, { ...schema.def, shape, catchall });
  }
  if (schema instanceof z.ZodArray) return same(schema, { ...schema.def, element: next(schema.element) });
  if (schema instanceof z.ZodUnion) return same(schema, { ...schema.def, options: schema.options.map(next) });
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  )
    return same(schema, { ...schema.def, innerType: next(schema.def.innerType) });
  return schema;
}

function same(schema: z.core.$ZodType, def: object): z.core.$ZodType {
  const copy = z.core.clone(schema, def as never);
  const words = z.globalRegistry.get(schema);
  if (words) z.globalRegistry.add(copy, words);
  return copy;
}
