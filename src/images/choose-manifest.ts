import { AppError } from '../lib/errors.ts';
import type { Artifact } from '../model/artifact.ts';
import { artifactOfTypes, isImageConfig, NotAnImage } from './artifact.ts';
import type { Platform } from './image.ts';
import type { OpenOptions } from './image-source.ts';
import {
  type Descriptor,
  indexShape,
  isIndex,
  listed,
  manifestShape,
  maxIndexDepth,
  mayBeImage,
  parseDocument,
  platformStatedBy,
  statedPlatformShape,
} from './manifest.ts';
import { describePlatform, platformDistance } from './platform.ts';

/** Documents of an image, verified. Both throw IMAGE_NOT_FOUND or IMAGE_INVALID where there is none that can be read. */
export interface ImageDocuments {
  readonly manifest: (entry: Descriptor) => Promise<Buffer>;
  readonly config: (config: Descriptor) => Promise<Buffer>;
}

export interface Choice {
  readonly chosen: Descriptor;
  /** What else the index holds, each platform once. */
  readonly others: readonly string[];
}

/**
 * The entry of an index to use for a platform: same OS and architecture, nearest variant. Attestations and signatures
 * stored beside images are no candidates. Where no entry states a platform that serves, those that state none are asked,
 * as containerd does; an only one is taken as it is. Throws PLATFORM_NOT_FOUND listing what is there, unless any platform
 * is better than none: then it is the first.
 */
export async function chooseManifest(
  candidates: readonly Descriptor[],
  { platform: wanted, orAnyPlatform = false }: Pick<OpenOptions, 'platform' | 'orAnyPlatform'>,
  reference: string,
  documents: ImageDocuments,
): Promise<Choice> {
  const stated = candidates.filter(mayBeImage).map(offerOf);
  const isAnswered =
    nearest(stated, wanted) !== undefined || isOnly(stated) || stated.every(({ platform }) => platform);
  const offers = isAnswered ? stated : await askEntries(stated, reference, documents);

  const any = orAnyPlatform ? (offers.find(({ platform }) => platform) ?? offers[0]) : undefined;
  const chosen = nearest(offers, wanted) ?? (isOnly(offers) ? offers[0] : any);
  if (chosen) {
    const others = offers.filter(({ entry }) => entry.digest !== chosen.entry.digest).map(platformOrNone);
    return { chosen: chosen.entry, others: [...new Set(others)] };
  }
  const there = listed(offers.map((offer) => (offer.platform ? platformOrNone(offer) : offer.entry.digest)));
  const next = offers.some(({ platform }) => platform)
    ? 'Choose one with --platform.'
    : 'None says for which platform it is: build it again with a tool that writes this into its configuration.';
  throw new AppError(
    'PLATFORM_NOT_FOUND',
    `${reference} has no image for ${describePlatform(wanted)}; it has: ${there}. ${next}`,
  );
}

interface Offer {
  readonly entry: Descriptor;
  readonly platform: Platform | undefined;
  /** Not from the index, where no other reader looks further. */
  readonly isAsked?: true;
}

function offerOf(entry: Descriptor): Offer {
  return { entry, platform: platformStatedBy(entry.platform) };
}

function platformOrNone({ platform }: Offer): string {
  return platform ? describePlatform(platform) : 'unstated';
}

/** True for one image, however often it is listed, of which the index does not say for which platform it is. */
function isOnly(offers: readonly Offer[]): boolean {
  const [first] = offers;
  return (
    first !== undefined &&
    offers.every(({ entry, platform, isAsked }) => entry.digest === first.entry.digest && (isAsked || !platform))
  );
}

function nearest(offers: readonly Offer[], wanted: Platform): Offer | undefined {
  const fitting = offers.flatMap((offer) => {
    const distance = offer.platform && platformDistance(offer.platform, wanted);
    return distance === undefined ? [] : [{ offer, distance }];
  });
  return fitting.sort((a, b) => a.distance - b.distance)[0]?.offer;
}

/** Nobody builds for more platforms; what lies beyond keeps none. */
const maxAsked = 32;

/** Puts in place of each entry without a platform what its own documents say. Throws NotAnImage where none is an image. */
async function askEntries(
  stated: readonly Offer[],
  reference: string,
  documents: ImageDocuments,
): Promise<readonly Offer[]> {
  const artifacts: Artifact[] = [];
  const offers: Offer[] = [];
  const pending = stated.map((offer) => ({ ...offer, depth: 0 })).reverse();
  for (let asked = 0, next = pending.pop(); next; next = pending.pop()) {
    const { entry, platform, depth } = next;
    if (platform || depth > maxIndexDepth || asked >= maxAsked) {
      offers.push(next);
      continue;
    }
    asked += 1;
    const said = await ask(entry, reference, documents);
    if ('offer' in said) offers.push(said.offer);
    else if ('artifact' in said) artifacts.push(said.artifact);
    else for (const inner of said.entries.toReversed()) pending.push({ ...offerOf(inner), depth: depth + 1 });
  }
  const [artifact] = artifacts;
  if (offers.length === 0 && artifact) throw new NotAnImage(reference, artifact);
  return offers;
}

type Said = { readonly offer: Offer } | { readonly artifact: Artifact } | { readonly entries: readonly Descriptor[] };

async function ask(entry: Descriptor, reference: string, documents: ImageDocuments): Promise<Said> {
  try {
    const what = `${entry.digest} of ${reference}`;
    const content = await documents.manifest(entry);
    if (isIndex(entry, content))
      return { entries: parseDocument(indexShape, content, `index ${what}`).manifests.filter(mayBeImage) };
    const manifest = parseDocument(manifestShape, content, `manifest ${what}`);
    const artifact = artifactOfTypes(manifest);
    if (!isImageConfig(manifest.config)) return { artifact };
    const config = await documents.config(manifest.config);
    const stated = parseDocument(statedPlatformShape, config, `the configuration of ${what}`);
    // So BuildKit writes attestations.
    if (stated.os === 'unknown') return { artifact: { ...artifact, kind: 'attestation' } };
    return { offer: { entry, platform: platformStatedBy(stated), isAsked: true } };
  } catch (error) {
    // Copies may lack the images of other platforms.
    const isMissing = error instanceof AppError && ['IMAGE_NOT_FOUND', 'IMAGE_INVALID'].includes(error.code);
    if (!isMissing) throw error;
    return { offer: { entry, platform: undefined } };
  }
}
