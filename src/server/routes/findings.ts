import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import { listFindings } from '../../store/read/list-findings.ts';
import { readFindingRows } from '../../store/read/stored-image.ts';
import { unpackFacts } from '../assessment/stored-rows.ts';
import { findingPage, findingQuery, findingWhy } from '../contract/images.ts';
import { toFindingPage } from '../finding-page.ts';
import { type Access, type Route, route } from '../route.ts';
import { visibilityOf } from '../visible.ts';
import { explainFinding } from '../why.ts';

const access: Access = { role: 'reader', within: 'scoped' };

const list = route({
  id: 'findings.list',
  method: 'GET',
  path: '/findings',
  summary: 'Findings of all images, most urgent first.',
  access,
  takesScope: true,
  errors: [422],
  query: findingQuery,
  answer: findingPage,
  handle: async ({ query, caller }, { store }) => {
    const visibility = await visibilityOf(store, caller);
    return toFindingPage(store, await listFindings(store, query, visibility), visibility, caller?.who ?? '');
  },
});

const why = route({
  id: 'findings.why',
  method: 'GET',
  path: '/findings/{id}/why',
  summary:
    'Why a package is held to be affected: each verdict with its comparisons, as the database in force says now.',
  access,
  errors: [422],
  params: z.object({ id: z.string().regex(/^\d{1,9}-\d{1,9}-\d{1,9}$/) }),
  answer: findingWhy,
  handle: async ({ params, caller }, { store, vulnerabilities }) => {
    const [image = '', component = '', flaw = ''] = params.id.split('-');
    const row = await readFindingRows(store, { image, component, flaw }, await visibilityOf(store, caller));
    if (!row) throw new AppError('NOT_FOUND', `There is no finding ${params.id} any more, or you may not see it.`);
    const explained = explainFinding(
      { facts: unpackFacts(row.facts), purl: row.purl },
      row.flaw,
      vulnerabilities.current(),
    );
    if (!explained)
      throw new AppError('NOT_FOUND', `The database in force no longer says that this package has ${row.flaw}.`);
    return explained;
  },
});

export const findingRoutes: readonly Route[] = [list, why];
