import type { Overview } from '../../../../src/server/contract/overview.ts';
import { imagesAddress, vulnerabilitiesAddress } from '../../addresses.ts';
import { AppLink } from '../../components/AppLink.tsx';
import { formatNumber, plural } from '../../components/format.ts';
import classes from './overview.module.css';

interface SentencesProps {
  readonly overview: Overview;
  /** "since yesterday" */
  readonly span: string;
}

/** The answer in a few sentences, each figure a link to what it counts. */
export function Sentences({ overview, span }: SentencesProps) {
  const { images, findings, changed, database } = overview;
  return (
    <div className={classes.sentences}>
      <p>
        {changed.appeared === 0 && changed.went === 0 ? (
          <>No finding came or went {span}. </>
        ) : (
          <>
            <strong>{plural(changed.appeared, 'finding')}</strong> came and{' '}
            <strong>{formatNumber(changed.went)}</strong> went {span}
            {changed.pushed > 0 && (
              <>
                , with{' '}
                <AppLink to={imagesAddress({ sort: 'pushed', direction: 'desc' })}>
                  {plural(changed.pushed, 'new image')}
                </AppLink>
              </>
            )}
            .{' '}
          </>
        )}
        {findings.exploited > 0 ? (
          <>
            <AppLink to={vulnerabilitiesAddress({ exploited: 'true' })}>
              <strong>{plural(findings.exploited, 'finding')}</strong>
            </AppLink>{' '}
            {findings.exploited === 1 ? 'is' : 'are'} of flaws that attackers use today.
          </>
        ) : (
          <>No finding is of a flaw known to be exploited.</>
        )}
      </p>
      <p>
        <AppLink to={imagesAddress()}>{plural(images.total, 'image')}</AppLink> together hold{' '}
        <AppLink to={imagesAddress({ severity: 'critical' })}>{formatNumber(findings.critical)} critical</AppLink> and{' '}
        <AppLink to={imagesAddress({ severity: 'high' })}>{formatNumber(findings.high)} high</AppLink> findings; an
        upgrade removes <AppLink to="/recommendations">{formatNumber(findings.fixable)} of all</AppLink>.
        {images.endOfLife > 0 && (
          <>
            {' '}
            <AppLink to={imagesAddress({ endOfLife: 'true' })}>{plural(images.endOfLife, 'image')}</AppLink>{' '}
            {images.endOfLife === 1 ? 'stands' : 'stand'} on a system past its end of life.
          </>
        )}
      </p>
      <p className={classes.aside}>
        {formatNumber(images.scanned)} of {formatNumber(images.total)} images are scanned
        {images.queued > 0 && (
          <>
            ,{' '}
            <AppLink to={imagesAddress({ state: ['queued', 'scanning'] })}>{formatNumber(images.queued)} wait</AppLink>
          </>
        )}
        {images.failed > 0 && (
          <>
            , <AppLink to={imagesAddress({ state: 'failed' })}>{formatNumber(images.failed)} could not be</AppLink>
          </>
        )}
        .{' '}
        {database ? (
          <>
            The <AppLink to="/database">vulnerability database</AppLink> is {formatHours(database.ageHours)} old
            {database.stale && <strong>, which is too old: flaws published since are not seen</strong>}.
          </>
        ) : (
          <strong>There is no vulnerability database, so nothing can be judged.</strong>
        )}
      </p>
    </div>
  );
}

function formatHours(hours: number): string {
  if (hours < 1) return 'less than an hour';
  if (hours < 48) return plural(Math.round(hours), 'hour');
  return plural(Math.round(hours / 24), 'day');
}
