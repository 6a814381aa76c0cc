import type { Overview } from '../../../../src/server/contract/overview.ts';
import type { RegistryRow } from '../../../../src/server/contract/registries.ts';
import { connectRegistryAddress } from '../../addresses.ts';
import { useOverview } from '../../api/overview.ts';
import { useRegistries } from '../../api/registries.ts';
import { Answer } from '../../components/Answer.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import { Command } from '../../components/CopyText.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import { formatNumber } from '../../components/format.ts';
import { PageHead } from '../../components/PageHead.tsx';
import { PageSkeleton } from '../../components/PageSkeleton.tsx';
import { Tag } from '../../components/Tag.tsx';
import classes from './coverage.module.css';
import { type Gap, gapAddress, thingsOf } from './gap-links.ts';

export function Page() {
  const overview = useOverview(undefined);
  const registries = useRegistries();
  if (registries.isLoading) return <PageSkeleton />;
  if (registries.error && registries.rows.length === 0)
    return <ErrorState error={registries.error} retry={registries.refresh} />;
  return <Answer of={overview}>{(data) => <CoveragePage overview={data} registries={registries.rows} />}</Answer>;
}

function CoveragePage({ overview, registries }: { overview: Overview; registries: readonly RegistryRow[] }) {
  const { images, gaps } = overview;
  return (
    <>
      <PageHead title="Coverage" question="What can you not see?" />
      <div className={classes.page}>
        {images.total > 0 && (
          <p className={classes.sentence}>
            <strong>
              {formatNumber(images.scanned - images.partial)} of {formatNumber(images.total)} images
            </strong>{' '}
            are read in full
            {images.partial > 0 && `, ${formatNumber(images.partial)} in part`}
            {images.failed > 0 && `, ${formatNumber(images.failed)} not at all`}
            {images.queued > 0 && `; ${formatNumber(images.queued)} wait`}.
          </p>
        )}
        {gaps.length > 0 && (
          <ul className={classes.gaps} aria-label="Gaps">
            {gaps.map((gap) => (
              <li key={gap.code} className={classes.gap}>
                <GapEntry gap={gap} registries={registries} />
              </li>
            ))}
          </ul>
        )}
      </div>
      {gaps.length === 0 && (
        <EmptyState title="No gap is known">
          Every image that the connected registries show was read in full, and the vulnerability database is fresh. What
          lies in registries that are not connected cannot be seen at all:{' '}
          <AppLink to={connectRegistryAddress}>connect another one</AppLink>.
        </EmptyState>
      )}
    </>
  );
}

function GapEntry({ gap, registries }: { readonly gap: Gap; readonly registries: readonly RegistryRow[] }) {
  const things = thingsOf(gap, registries);
  return (
    <>
      <h2 className={classes.title}>
        {gap.title} {gap.seen === 'nothing' && <Tag tone="bad">blind</Tag>}
        {gap.seen === 'part' && <Tag tone="warn">in part</Tag>}
      </h2>
      <p className={classes.why}>{gap.why}</p>
      {things.length > 0 && (
        <ul className={classes.things}>
          {things.map(({ name, to, because }) => (
            <li key={name}>
              <AppLink to={to}>{name}</AppLink>
              {because && <span className={classes.because}>{because}</span>}
            </li>
          ))}
        </ul>
      )}
      {gap.command && <Command text={gap.command} />}
      {things.length === 0 && (
        <p className={classes.next}>
          <AppLink to={gapAddress(gap)}>{gap.next}</AppLink>
        </p>
      )}
    </>
  );
}
