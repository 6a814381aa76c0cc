import type pg from 'pg';

/**
 * Everything that a schema consists of, a line each, in order: two databases with the same lines behave the same. The order
 * of columns is left out, for a step can only add one at the end.
 */
export async function describeSchema(client: pg.ClientBase | pg.Pool): Promise<readonly string[]> {
  const { rows } = await client.query<{ line: string }>(`
    WITH ours AS (
      SELECT c.oid, c.relname, c.relkind, c.reloptions FROM pg_class c
      WHERE c.relnamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    )
    SELECT format('%s %s %s', relkind, relname, reloptions) COLLATE "C" AS line FROM ours WHERE relkind <> 'i'
    UNION ALL
    SELECT format('column %s.%s %s %s default %s identity %s generated %s storage %s', relname, attname,
      format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'not null' END, pg_get_expr(adbin, adrelid), attidentity,
      attgenerated, attstorage)
    FROM ours JOIN pg_attribute a ON attrelid = ours.oid AND attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v', 'm')
    LEFT JOIN pg_attrdef ON adrelid = ours.oid AND adnum = attnum
    UNION ALL
    SELECT format('constraint %s.%s %s', relname, conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k JOIN ours ON conrelid = ours.oid
    UNION ALL
    SELECT format('index %s', pg_get_indexdef(indexrelid)) FROM pg_index JOIN ours ON indrelid = ours.oid
    UNION ALL
    SELECT format('trigger %s', pg_get_triggerdef(t.oid)) FROM pg_trigger t JOIN ours ON tgrelid = ours.oid AND NOT tgisinternal
    UNION ALL
    SELECT format('view %s %s', relname, pg_get_viewdef(oid)) FROM ours WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE pronamespace = current_schema()::regnamespace AND prokind <> 'a'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT format('type %s', t.oid::regtype) FROM pg_type t WHERE typnamespace = current_schema()::regnamespace AND typtype IN ('e', 'd')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
    ORDER BY line`);
  return rows.map(({ line }) => line);
}
