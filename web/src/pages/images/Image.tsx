import { useParams } from '@tanstack/react-router';
import type { ImageDetail, UpgradeRow } from '../../../../src/server/contract/images.ts';
import { useImage, useImageUpgrades } from '../../api/images.ts';
import { Age } from '../../components/Age.tsx';
import { Answer } from '../../components/Answer.tsx';
import { artifactWord } from '../../components/artifact-words.ts';
import { countAll } from '../../components/Counts.tsx';
import { DetailPage, type DetailTab } from '../../components/DetailPage.tsx';
import { Digest } from '../../components/Digest.tsx';
import { formatAge, formatInstant, plural } from '../../components/format.ts';
import { PartialState } from '../../components/PartialState.tsx';
import { Score, ScoreParts } from '../../components/Score.tsx';
import { Tag } from '../../components/Tag.tsx';
import { DownloadMenu } from './DownloadMenu.tsx';
import { FindingsTab } from './FindingsTab.tsx';
import { HistoryTab } from './HistoryTab.tsx';
import { PackagesTab } from './PackagesTab.tsx';
import { UpgradesTab } from './UpgradesTab.tsx';

export function Page() {
  const { digest = '' } = useParams({ strict: false }) as { digest?: string };
  return <Answer of={useImage(digest)}>{(image) => <ImagePage image={image} />}</Answer>;
}

function ImagePage({ image }: { readonly image: ImageDetail }) {
  const upgrades = useImageUpgrades(image.digest);
  return (
    <DetailPage
      parent={{ title: 'Images', to: '/images' }}
      name={image.name}
      actions={image.state === 'scanned' && <DownloadMenu digest={image.digest} />}
      identity={[
        ...(image.artifact
          ? [
              { label: 'Kind', value: artifactWord(image) },
              { label: 'Media type', value: <span className="mono">{image.artifact.mediaType}</span> },
            ]
          : [{ label: 'Risk', value: <Risk image={image} /> }]),
        { label: 'Digest', value: <Digest digest={image.digest} what="image digest" /> },
        ...(image.os
          ? [
              {
                label: 'System',
                value: (
                  <>
                    {image.os} {image.endOfLife && <Tag tone="warn">end of life</Tag>}
                  </>
                ),
              },
            ]
          : []),
        ...(image.platform ? [{ label: 'Platform', value: image.platform }] : []),
        { label: 'Places', value: places(image) },
        { label: 'First seen', value: <Age at={image.firstSeen} /> },
        ...(image.artifact ? [] : [{ label: 'Scanned', value: <Age at={image.scanned} missing="never" /> }]),
      ]}
      verdict={<Verdict image={image} upgrades={upgrades.data?.items} />}
      notes={<Notes image={image} />}
      tabs={[
        ...(image.state === 'scanned' || image.scanned ? scannedTabs(image, upgrades.data?.items) : []),
        { id: 'history', title: 'History', content: () => <HistoryTab digest={image.digest} /> },
      ]}
    />
  );
}

function Risk({ image }: { readonly image: ImageDetail }) {
  if (image.state !== 'scanned') return '–';
  const explain = () => <ScoreParts value={image.risk} parts={image.riskParts} />;
  return <Score value={image.risk} of={image.name} explain={explain} />;
}

/** An image that was never scanned has none of these, rather than empty ones that would look clean. */
function scannedTabs(image: ImageDetail, upgrades: readonly UpgradeRow[] | undefined): readonly DetailTab[] {
  return [
    {
      id: 'upgrades',
      title: 'Upgrades',
      count: upgrades?.length,
      content: () => <UpgradesTab digest={image.digest} />,
    },
    {
      id: 'findings',
      title: 'Findings',
      count: countAll(image.counts),
      content: () => <FindingsTab image={image} />,
    },
    { id: 'packages', title: 'Packages', count: image.packages, content: () => <PackagesTab image={image} /> },
  ];
}

interface VerdictProps {
  readonly image: ImageDetail;
  readonly upgrades: readonly { readonly removes: readonly string[] }[] | undefined;
}

/** What there is to do, in a sentence or two. */
function Verdict({ image, upgrades }: VerdictProps) {
  if (image.state === 'artifact') return <>This is {aWord(image)}, not an image: there is nothing in it to scan.</>;
  if (image.state === 'failed') return <>This image could not be scanned, so nothing is known of what it holds.</>;
  if (image.state !== 'scanned') {
    return image.state === 'queued' ? <>Waiting to be scanned.</> : <>Being scanned; this page fills by itself.</>;
  }
  const findings = countAll(image.counts);
  if (findings === 0) {
    return image.problems > 0 ? (
      <>No known vulnerability in what could be read; some of it could not.</>
    ) : (
      <>No known vulnerability in {plural(image.packages, 'package')}.</>
    );
  }
  const removed = upgrades?.reduce((sum, upgrade) => sum + upgrade.removes.length, 0) ?? 0;
  return (
    <>
      {upgrades && upgrades.length > 0 ? (
        <>
          <strong>{plural(upgrades.length, 'upgrade')}</strong> {upgrades.length === 1 ? 'removes' : 'remove'}{' '}
          {plural(removed, 'finding')} of {findings.toLocaleString('en')}
        </>
      ) : (
        <>
          <strong>{plural(findings, 'finding')}</strong>, none with a published fix
        </>
      )}
      {image.counts.exploited > 0 ? (
        <>
          ; <strong>{plural(image.counts.exploited, 'finding')}</strong> {image.counts.exploited === 1 ? 'is' : 'are'}{' '}
          of flaws exploited in the wild.
        </>
      ) : (
        '; none is known to be exploited.'
      )}
    </>
  );
}

function aWord(image: ImageDetail): string {
  const word = artifactWord(image) ?? 'artifact';
  return `${/^[aeiou]|^SBOM/.test(word) ? 'an' : 'a'} ${word}`;
}

/** Why the verdict may not be the whole truth. */
function Notes({ image }: { readonly image: ImageDetail }) {
  const uncovered = image.coverage.filter(({ level }) => level !== 'full');
  const unread = image.problemList.filter(({ remark }) => !remark);
  const remarks = image.problemList.filter(({ remark }) => remark);
  return (
    <>
      {image.failure && (
        <PartialState tone="bad">
          {image.failure.message} <span className="mono">{image.failure.code}</span>
        </PartialState>
      )}
      {unread.length > 0 && (
        <PartialState>
          {plural(unread.length, 'thing')} could not be read in full, or not be compared:
          <ul style={{ margin: '4px 0 0', paddingLeft: 18 }}>
            {unread.slice(0, 20).map((problem) => (
              <li key={`${problem.code} ${problem.where}`}>{problem.message}</li>
            ))}
          </ul>
        </PartialState>
      )}
      {remarks.map(({ code, where, message }) => (
        <PartialState key={`${code} ${where}`}>{message}</PartialState>
      ))}
      {uncovered.map(({ stream, level }) => (
        <PartialState key={stream}>
          {level === 'none'
            ? `No source publishes advisories for ${stream}: nothing is known of its packages, which is not the same as nothing found.`
            : `For ${stream} only fixed flaws are published; those without a fix do not appear.`}
        </PartialState>
      ))}
      {image.state === 'scanned' && Date.now() - Date.parse(image.database.built) > 3 * 86_400_000 && (
        <PartialState>
          Judged by a vulnerability database that is {formatAge(image.database.built)} old, built{' '}
          {formatInstant(image.database.built)}.
        </PartialState>
      )}
    </>
  );
}

function places(image: ImageDetail): string {
  const [first] = image.locations;
  if (!first) return 'none any more';
  const unnamed = first.uploaded ? 'uploaded for ' : '';
  const tags = first.tags.length > 0 ? `${first.tags.slice(0, 3).join(', ')} in ` : unnamed;
  const others = image.locations.length - 1;
  return `${tags}${first.registry}${others > 0 ? ` and ${plural(others, 'other place')}` : ''}`;
}
