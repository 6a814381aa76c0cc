import * as z from 'zod';
import { isRemark } from '../../model/remarks.ts';
import { severityOf } from '../../store/candidate-codes.ts';
import { readImageHistory } from '../../store/read/history.ts';
import { readImageFacets } from '../../store/read/image-facets.ts';
import { locationsOf } from '../../store/read/image-locations.ts';
import { listFindingsOf } from '../../store/read/list-findings.ts';
import { listImages } from '../../store/read/list-images.ts';
import { readComponentFindings, readUpgrades, readWorst } from '../../store/read/stored-image.ts';
import { visibilityKey } from '../../store/read/visibility.ts';
import { rememberShortly } from '../../store/short-memory.ts';
import { riskScore } from '../../vulnerability/risk-score.ts';
import {
  facets,
  findingPage,
  findingQuery,
  historyPage,
  historyQuery,
  imageDetail,
  imageDigest,
  imageFilter,
  imagePackagePage,
  imagePackageQuery,
  imagePage,
  imageQuery,
  upgradeList,
} from '../contract/images.ts';
import { toFindingPage } from '../finding-page.ts';
import { packagePage } from '../image-packages.ts';
import { type Access, type Route, route } from '../route.ts';
import { outlineOf } from '../scan-outline.ts';
import { countFindings, readScanned } from '../scanned-image.ts';
import { imageFor, visibilityOf } from '../visible.ts';

const access: Access = { role: 'reader', within: 'scoped' };
const params = z.object({ digest: imageDigest });
/** Packages that cannot be read back; the image is to be scanned again. */
const damaged = [422];
const rememberedMs = 2_000;

const list = route({
  id: 'images.list',
  method: 'GET',
  path: '/images',
  summary: 'Images, by risk or as asked.',
  access,
  takesScope: true,
  query: imageQuery,
  answer: imagePage,
  handle: async ({ query, caller }, { store }) => listImages(store, query, await visibilityOf(store, caller)),
});

const facetList = route({
  id: 'images.facets',
  method: 'GET',
  path: '/images/facets',
  summary: 'How many images each value of a filter would leave.',
  access,
  takesScope: true,
  query: imageFilter,
  answer: facets,
  handle: async ({ query, caller }, { store }) => {
    const visibility = await visibilityOf(store, caller);
    const read = () => readImageFacets(store, query, visibility);
    return { facets: await rememberShortly(store, ['facets', query, visibilityKey(visibility)], rememberedMs, read) };
  },
});

const detail = route({
  id: 'images.read',
  method: 'GET',
  path: '/images/{digest}',
  summary: 'One image: layers, coverage, problems, and what its risk is made of.',
  access,
  errors: damaged,
  params,
  answer: imageDetail,
  handle: async ({ params, caller }, { store, vulnerabilities }) => {
    const { image, visibility } = await imageFor(store, caller, params.digest);
    const current = vulnerabilities.current();
    const [locations, outline, findings, worst] = await Promise.all([
      locationsOf(store, [image.id], visibility),
      outlineOf(store, image, current),
      readComponentFindings(store, image.id),
      readWorst(store, image.id),
    ]);
    const perComponent = Map.groupBy(findings, ({ component }) => component);
    return {
      ...image.row,
      locations: locations.get(image.id) ?? [],
      riskParts: worst ? [...riskScore(factsOf(worst)).parts] : [],
      ...(image.manifestDigest && { manifestDigest: image.manifestDigest }),
      ...(image.configDigest && { configDigest: image.configDigest }),
      layers: (outline?.layers ?? []).map(({ components, ...layer }) => ({
        ...layer,
        findings: components.reduce((sum, id) => sum + (perComponent.get(id)?.length ?? 0), 0),
      })),
      coverage: [...(outline?.coverage ?? [])],
      problemList: (outline?.problems ?? []).map((problem) => ({ ...problem, remark: isRemark(problem) })),
      database: { built: current.database.built },
    };
  },
});

const packages = route({
  id: 'images.packages',
  method: 'GET',
  path: '/images/{digest}/packages',
  summary: 'The packages of an image, by name, with where they lie and who installed them.',
  access,
  errors: damaged,
  params,
  query: imagePackageQuery,
  answer: imagePackagePage,
  handle: async ({ params, query, caller }, { store }) => {
    const { image } = await imageFor(store, caller, params.digest);
    const [scanned, findings] = await Promise.all([
      readScanned(store, image.id),
      readComponentFindings(store, image.id),
    ]);
    return packagePage(scanned, findings, query);
  },
});

const findings = route({
  id: 'images.findings',
  method: 'GET',
  path: '/images/{digest}/findings',
  summary: 'The findings of an image, most urgent first.',
  access,
  errors: damaged,
  params,
  query: findingQuery,
  answer: findingPage,
  handle: async ({ params, query, caller }, { store }) => {
    const { image, visibility } = await imageFor(store, caller, params.digest);
    const page = await listFindingsOf(store, image.id, query, visibility);
    return toFindingPage(store, page, visibility, caller?.who ?? '');
  },
});

const upgrades = route({
  id: 'images.upgrades',
  method: 'GET',
  path: '/images/{digest}/upgrades',
  summary: 'What to upgrade in an image, and what goes away by it; most urgent first.',
  access,
  params,
  answer: upgradeList,
  handle: async ({ params, caller }, { store }) => {
    const { image } = await imageFor(store, caller, params.digest);
    const rows = await readUpgrades(store, image.id);
    return {
      items: rows.map(({ type, software, version, target, flaws, severities, statuses, exploited }) => ({
        package: { name: software, version, type },
        to: target,
        removes: [...new Set(flaws)],
        counts: countFindings(
          severities.map((severity, at) => ({
            component: 0,
            severity,
            status: statuses[at] ?? 3,
            exploited: exploited[at] ?? false,
          })),
        ),
      })),
    };
  },
});

const history = route({
  id: 'images.history',
  method: 'GET',
  path: '/images/{digest}/history',
  summary: 'What happened to an image and its findings, newest first; also of one that is gone.',
  access,
  params,
  query: historyQuery,
  answer: historyPage,
  handle: async ({ params, query, caller }, { store }) => {
    const { image, visibility } = await imageFor(store, caller, params.digest, { gone: true });
    const since = query.since === undefined ? undefined : new Date(query.since);
    return readImageHistory(store, image.id, { ...query, since }, visibility);
  },
});

export const imageRoutes: readonly Route[] = [list, facetList, detail, packages, findings, upgrades, history];

function factsOf(worst: NonNullable<Awaited<ReturnType<typeof readWorst>>>) {
  return {
    severity: severityOf(worst.severity),
    ...(worst.cvss !== null && { cvss: worst.cvss }),
    ...(worst.epss !== null && { epss: worst.epss }),
    ...(worst.exploited && { exploited: worst.exploited }),
    ransomware: worst.ransomware,
    exploits: worst.exploits,
    fixable: worst.status === 0,
  };
}
