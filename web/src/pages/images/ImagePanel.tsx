import type { ImageRow } from '../../../../src/server/contract/images.ts';
import { imageAddress } from '../../addresses.ts';
import { useImageUpgrades } from '../../api/images.ts';
import { Age } from '../../components/Age.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import { artifactWord } from '../../components/artifact-words.ts';
import { Counts } from '../../components/Counts.tsx';
import { Digest } from '../../components/Digest.tsx';
import { Facts } from '../../components/Facts.tsx';
import { plural } from '../../components/format.ts';
import { PartialState } from '../../components/PartialState.tsx';
import classes from './images.module.css';

/** What one wants to know of an image without leaving the list: what to upgrade first. */
export function ImagePanel({ image }: { readonly image: ImageRow }) {
  return (
    <>
      {image.failure && <PartialState tone="bad">{image.failure.message}</PartialState>}
      <Facts
        facts={[
          ['Findings', image.state === 'scanned' ? <Counts key="counts" counts={image.counts} /> : undefined],
          ['Kind', artifactWord(image)],
          ['Media type', image.artifact?.mediaType],
          ['Digest', <Digest key="digest" digest={image.digest} what="image digest" />],
          ['System', image.os],
          ['Platform', image.platform],
          ['Packages', image.artifact ? undefined : image.packages],
          ['First seen', <Age key="seen" at={image.firstSeen} />],
          ['Scanned', image.artifact ? undefined : <Age key="scanned" at={image.scanned} missing="never" />],
          ['Places', <Places key="places" image={image} />],
        ]}
      />
      {image.state === 'scanned' && <TopUpgrades digest={image.digest} />}
    </>
  );
}

function Places({ image }: { readonly image: ImageRow }) {
  return (
    <ul className={classes.plain}>
      {image.locations.slice(0, 8).map(({ registry, repository, tags, uploaded }) => (
        <li key={`${registry}/${repository}`}>
          <bdi>{repository}</bdi>
          <span className={classes.faint}> {tags.slice(0, 4).join(', ') || (uploaded && 'uploaded')}</span>
        </li>
      ))}
      {image.locations.length > 8 && <li className={classes.faint}>and {image.locations.length - 8} more</li>}
    </ul>
  );
}

function TopUpgrades({ digest }: { readonly digest: string }) {
  const upgrades = useImageUpgrades(digest);
  const first = upgrades.data?.items.slice(0, 6) ?? [];
  if (first.length === 0) return null;
  return (
    <section>
      <h3 className={classes.heading}>Upgrade first</h3>
      <ul className={classes.plain}>
        {first.map((upgrade) => (
          <li
            key={`${upgrade.package.type} ${upgrade.package.name} ${upgrade.package.version}`}
            className={classes.upgrade}
          >
            <span>
              <strong>{upgrade.package.name}</strong> <span className="mono">{upgrade.package.version}</span> →{' '}
              <span className="mono">{upgrade.to}</span>
            </span>
            <span className={classes.faint}>removes {plural(upgrade.removes.length, 'finding')}</span>
          </li>
        ))}
      </ul>
      {(upgrades.data?.items.length ?? 0) > first.length && (
        <AppLink to={imageAddress(digest)}>All {upgrades.data?.items.length} upgrades</AppLink>
      )}
    </section>
  );
}
