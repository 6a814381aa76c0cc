import { AppError } from '../../lib/errors.ts';
import type { Report } from '../../model/report.ts';
import type { Store } from '../../store/tables.ts';
import { report } from '../../vulnerability/assess.ts';
import { type DetailedImage, unpackDetail } from './image-detail.ts';
import { unpackFacts } from './stored-rows.ts';
import type { CurrentDatabase } from './vulnerabilities.ts';

/** An image (row of `image`) with its packages as they were scanned; undefined before its first scan. */
export async function readImage(store: Store, image: number): Promise<DetailedImage | undefined> {
  const stored = await store.selectFrom('image_detail').select('detail').where('image', '=', image).executeTakeFirst();
  if (!stored) return undefined;
  const rows = await store
    .selectFrom('component')
    .select(['id', 'purl', 'facts'])
    .where('id', 'in', (held) =>
      held
        .selectFrom(({ selectFrom }) =>
          selectFrom('image_components')
            .selectAll()
            .unionAll(selectFrom('image_components_gone').selectAll())
            .as('all_components'),
        )
        .select((select) => select.fn<number>('unnest', ['all_components.components']).as('component'))
        .where('all_components.image', '=', image),
    )
    .execute();
  const byId = new Map(rows.map(({ id, purl, facts }) => [id, { id, purl, facts: unpackFacts(facts) }]));
  return unpackDetail(stored.detail, (id) => {
    const component = byId.get(id);
    if (!component)
      throw new AppError('FILE_INVALID', 'The stored packages of this image cannot be read; scan it again.');
    return component;
  });
}

/** The report that `breakwater scan` would make of it now: for downloads, and for the reasons of a finding. */
export function reportOf(
  { image, inventory }: DetailedImage,
  { database, judge }: CurrentDatabase,
  scanner: string,
): Report {
  return report(image, inventory, database, judge, { scannerVersion: scanner });
}
