import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import { listVulnerabilities } from '../../store/read/list-vulnerabilities.ts';
import {
  findFlaw,
  listAffectedImages,
  type ReadVulnerabilityDetail,
  readVulnerability,
} from '../../store/read/read-vulnerability.ts';
import { visibilityKey } from '../../store/read/visibility.ts';
import { readVulnerabilityFacets } from '../../store/read/vulnerability-facets.ts';
import { rememberShortly } from '../../store/short-memory.ts';
import { riskScore } from '../../vulnerability/risk-score.ts';
import { facets } from '../contract/images.ts';
import { pageQuery } from '../contract/paging.ts';
import {
  affectedImagePage,
  vulnerabilityDetail,
  vulnerabilityFilter,
  vulnerabilityPage,
  vulnerabilityQuery,
} from '../contract/vulnerabilities.ts';
import { type Access, type Route, route } from '../route.ts';
import { visibilityOf } from '../visible.ts';

const access: Access = { role: 'reader', within: 'scoped' };
const params = z.object({ id: z.string().min(1).max(100) });
const rememberedMs = 2_000;

const list = route({
  id: 'vulnerabilities.list',
  method: 'GET',
  path: '/vulnerabilities',
  summary: 'Vulnerabilities that images have now, by risk or as asked.',
  access,
  takesScope: true,
  query: vulnerabilityQuery,
  answer: vulnerabilityPage,
  handle: async ({ query, caller }, { store }) => listVulnerabilities(store, query, await visibilityOf(store, caller)),
});

const facetList = route({
  id: 'vulnerabilities.facets',
  method: 'GET',
  path: '/vulnerabilities/facets',
  summary: 'How many vulnerabilities each value of a filter would leave.',
  access,
  takesScope: true,
  query: vulnerabilityFilter,
  answer: facets,
  handle: async ({ query, caller }, { store }) => {
    const visibility = await visibilityOf(store, caller);
    const read = () => readVulnerabilityFacets(store, query, visibility);
    return {
      facets: await rememberShortly(
        store,
        ['vulnerability facets', query, visibilityKey(visibility)],
        rememberedMs,
        read,
      ),
    };
  },
});

const detail = route({
  id: 'vulnerabilities.read',
  method: 'GET',
  path: '/vulnerabilities/{id}',
  summary: 'One vulnerability by any of its ids: evidence, and the packages that have it.',
  access,
  takesScope: true,
  params,
  answer: vulnerabilityDetail,
  handle: async ({ params, caller }, { store }) => {
    const found = await readVulnerability(store, params.id, await visibilityOf(store, caller));
    if (!found) throw missing(params.id);
    const { row, facts, published, affected } = found;
    return {
      ...row,
      cvssList: facts.cvss,
      cwe: facts.cwe,
      ...(facts.ssvc && { ssvc: facts.ssvc }),
      ...(published && { published }),
      references: facts.references,
      riskParts: riskParts(found),
      exploits: {
        metasploit: facts.exploits?.metasploit ?? [],
        github: facts.exploits?.github ?? 0,
        exploitDb: facts.exploits?.exploitDb ?? 0,
      },
      affected,
    };
  },
});

const images = route({
  id: 'vulnerabilities.images',
  method: 'GET',
  path: '/vulnerabilities/{id}/images',
  summary: 'The images that it affects, newest first.',
  access,
  takesScope: true,
  params,
  query: pageQuery,
  answer: affectedImagePage,
  handle: async ({ params, query, caller }, { store }) => {
    const [flaw, visibility] = await Promise.all([findFlaw(store, params.id), visibilityOf(store, caller)]);
    if (flaw === undefined) throw missing(params.id);
    return listAffectedImages(store, flaw, query, visibility);
  },
});

export const vulnerabilityRoutes: readonly Route[] = [list, facetList, detail, images];

function missing(id: string): AppError {
  return new AppError('NOT_FOUND', `No image has ${id} now, or none that you may see.`);
}

/** Of the most dangerous of its findings. */
function riskParts({ row }: ReadVulnerabilityDetail) {
  const { severity, cvss, threat, fixable } = row;
  const { parts } = riskScore({
    severity,
    ...(cvss !== undefined && { cvss }),
    ...(threat.epss && { epss: threat.epss.score }),
    ...(threat.kev && { exploited: threat.kev.added, ransomware: threat.kev.ransomware }),
    exploits: threat.exploits,
    fixable,
  });
  return [...parts];
}
